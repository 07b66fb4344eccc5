"""What a filled-in form becomes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from embedded_app.clock import SystemClock
from embedded_app.errors import InvalidField
from embedded_app.outbound.network import Network
from embedded_app.sources.connectors.base import Filled, Surroundings, UploadedFile, lines, text
from embedded_app.sources.connectors.sql import SqlConnector
from embedded_app.sources.drafts import draft_from
from tests.fakes.scripted_connector import ScriptedConnector


@pytest.mark.parametrize(
    ("form", "encryption"),
    [({}, "require"), ({"encryption": " "}, "require"), ({"encryption": "off"}, "off")],
)
def test_a_choice_that_was_not_made_is_the_first_one(
    form: dict[str, str], encryption: str, tmp_path: Path
) -> None:
    connector = SqlConnector(Surroundings(Network(), tmp_path, SystemClock()))
    assert draft_from(form, connector).settings["encryption"] == encryption


@pytest.mark.parametrize(
    ("typed", "stored"), [("5 432", "5432"), ("5,432", "5432"), ("", ""), ("54.32", "54.32"), ("x", "x")]
)
def test_a_number_is_stored_as_it_is_read(typed: str, stored: str, tmp_path: Path) -> None:
    connector = SqlConnector(Surroundings(Network(), tmp_path, SystemClock()))
    draft = draft_from({"port": typed, "keep_seconds": "1 200"}, connector)
    assert (draft.settings["port"], draft.keep_seconds) == (stored, 1200)


@pytest.mark.parametrize(("given", "seconds"), [("", 60), ("5", 5), ("3600", 3600)])
def test_how_long_rows_are_kept(given: str, seconds: int) -> None:
    assert draft_from({"keep_seconds": given}, ScriptedConnector()).keep_seconds == seconds


@pytest.mark.parametrize("given", ["4", "3601", "-60", "1.5", "a minute"])
def test_rows_are_kept_for_seconds_up_to_an_hour(given: str) -> None:
    with pytest.raises(InvalidField) as refused:
        draft_from({"keep_seconds": given}, ScriptedConnector())
    assert refused.value.field == "keep_seconds"


@pytest.mark.parametrize(("read", "longest"), [(text, 255), (lines, 10_000)])
def test_an_option_has_a_longest_text(read: Callable[[Filled, str], str], longest: int) -> None:
    def filled(length: int) -> Filled:
        return Filled({"option": "x" * length}, {}, lambda: UploadedFile("", b""))

    assert len(read(filled(longest), "option")) == longest
    with pytest.raises(InvalidField, match=f"at most {longest:,}"):
        read(filled(longest + 1), "option")
