"""External systems of a company: connectors, testing, preview, column kinds, and rows to compare."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from embedded_app.clock import Clock
from embedded_app.config import Config
from embedded_app.crypto import Vault
from embedded_app.outbound.network import Network
from embedded_app.sources.cells import trimmed
from embedded_app.sources.connectors import all_connectors
from embedded_app.sources.connectors.base import Connector, Input, Option, Surroundings
from embedded_app.sources.drafts import Draft
from embedded_app.sources.files import LARGEST_FILE
from embedded_app.sources.models import Source, SourceFile
from embedded_app.sources.rows import Check, Column, RowSet, SourceRead, TestReport, Where
from embedded_app.sources.service import SourceService
from embedded_app.tabular.table import Reject

__all__ = [
    "LARGEST_FILE",
    "Check",
    "Column",
    "Connector",
    "Draft",
    "Input",
    "Option",
    "Reject",
    "RowSet",
    "Source",
    "SourceFile",
    "SourceRead",
    "SourceService",
    "TestReport",
    "Where",
    "init_app",
    "service",
    "trimmed",
]

_EXTENSION = "sources"


def init_app(app: Flask, config: Config, *, vault: Vault, clock: Clock) -> None:
    """Attach the service to `app`."""
    surroundings = Surroundings(Network(config.source_networks), config.source_files, clock)
    app.extensions[_EXTENSION] = SourceService(all_connectors(surroundings), vault, clock)


def service() -> SourceService:
    """The current app's service."""
    return cast(SourceService, current_app.extensions[_EXTENSION])
