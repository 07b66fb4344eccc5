"""The kinds of sources there are. A new connector is one file in this package and one line in this list."""

from __future__ import annotations

from embedded_app.sources.connectors.base import Connector, Surroundings
from embedded_app.sources.connectors.spreadsheet import SpreadsheetConnector
from embedded_app.sources.connectors.sql import SqlConnector


def all_connectors(surroundings: Surroundings) -> tuple[Connector, ...]:
    """One of each, in the order in which they are offered."""
    return (
        SqlConnector(surroundings),
        SpreadsheetConnector(surroundings),
    )
