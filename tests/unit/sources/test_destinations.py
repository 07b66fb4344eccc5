"""What decides where a source's secrets are sent, for every connector that there is."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from embedded_app.clock import SystemClock
from embedded_app.errors import InvalidField
from embedded_app.outbound.network import Network
from embedded_app.secret import Secret
from embedded_app.sources.connectors import all_connectors
from embedded_app.sources.connectors.base import Connector, Input, Option, Surroundings
from embedded_app.sources.drafts import Draft, merged_secrets
from embedded_app.sources.models import credentials_context

CONNECTORS = all_connectors(Surroundings(Network(), Path(), SystemClock()))
DECIDE_NOTHING = {
    "sql": {"table", "query"},  # what is read there
    "spreadsheet": {"sheet", "header_row"},
}


def plain(connector: Connector) -> list[Option]:
    return [option for option in connector.options if option.input is not Input.SECRET]


def test_an_option_decides_unless_it_says_that_it_does_not() -> None:
    assert Option("region", "Region").destination
    assert {
        connector.kind: {option.name for option in plain(connector) if not option.destination}
        for connector in CONNECTORS
    } == DECIDE_NOTHING


@pytest.mark.parametrize("connector", CONNECTORS, ids=lambda connector: connector.kind)
def test_a_stored_secret_stays_where_it_was_entered_for(connector: Connector) -> None:
    old = {option.name: "old" for option in plain(connector)}
    secret = Option("secret", "Secret", input=Input.SECRET)
    stored = {next((o for o in connector.options if o.input is Input.SECRET), secret).name: Secret("s")}
    for option in plain(connector):
        draft = Draft(connector.kind, "ERP", old | {option.name: "new"}, {})
        if option.name in DECIDE_NOTHING[connector.kind]:
            assert merged_secrets(draft, connector, old, stored) == stored
        elif connector.kind == "sql":
            with pytest.raises(InvalidField, match=f"{option.label} changed"):
                merged_secrets(draft, connector, old, stored)


@pytest.mark.parametrize("connector", CONNECTORS, ids=lambda connector: connector.kind)
def test_no_setting_changes_without_the_seal(connector: Connector) -> None:
    settings = {option.name: "old" for option in plain(connector)}
    every = [{}, settings, *(settings | {name: "new"} for name in settings), settings | {"added": "new"}]
    seals = {
        credentials_context(1, UUID(int=1), 1, kind, each).associated_data()
        for each in every
        for kind in (connector.kind, "another")
    }
    assert len(seals) == 2 * len(every)
