"""External systems of a company: connectors, testing, preview, column kinds, and rows to compare."""

from __future__ import annotations

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
    "Surroundings",
    "TestReport",
    "Where",
    "all_connectors",
    "trimmed",
]
