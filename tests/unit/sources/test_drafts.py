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
