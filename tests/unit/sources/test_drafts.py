"""What a filled-in form becomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from embedded_app.clock import SystemClock
from embedded_app.sources.connectors.base import Surroundings
from embedded_app.sources.connectors.sql import SqlConnector
from embedded_app.sources.drafts import draft_from
from embedded_app.sources.network import Network


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
