"""docs/sources.md says what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from embedded_app.clock import SystemClock
from embedded_app.outbound.network import Network
from embedded_app.reconciliation import FieldKind
from embedded_app.sources.bounds import FILES, FILES_OF_A_COMPANY, PLACES, PLACES_OF_A_COMPANY
from embedded_app.sources.connectors import all_connectors
from embedded_app.sources.connectors.base import Option, Surroundings
from embedded_app.sources.connectors.sql_dialects import (
    CONNECT_SECONDS,
    LONGEST_SQLITE_ROW,
    READ_SECONDS,
    SERVERS,
)
from embedded_app.sources.files import LARGEST_FILE, MOST_STORED
from embedded_app.sources.kept import MOST_BYTES, SHARE_BYTES
from embedded_app.sources.rows import MOST_BYTES as MOST_BYTES_SENT
from embedded_app.tabular.apart import Limits
from embedded_app.tabular.table import LONGEST_CELL, MOST_CELLS, MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS

PAGE = (Path(__file__).parents[3] / "docs" / "sources.md").read_text()
CONNECTORS = all_connectors(Surroundings(Network(), None, SystemClock()))


@pytest.mark.parametrize("connector", CONNECTORS, ids=[connector.kind for connector in CONNECTORS])
def test_every_kind_of_source_has_its_section(connector: object) -> None:
    assert f"### {getattr(connector, 'label', '')}\n" in PAGE


@pytest.mark.parametrize(
    "option", [option for connector in CONNECTORS for option in connector.options], ids=lambda o: o.name
)
def test_every_option_is_explained(option: Option) -> None:
    assert option.label in PAGE


@pytest.mark.parametrize("kind", FieldKind)
def test_every_kind_of_column_is_explained(kind: FieldKind) -> None:
    assert f"| {kind.value.title()} |" in PAGE


@pytest.mark.parametrize(
    "row",
    [
        f"| Rows of one reading | {MOST_ROWS:,} |",
        f"| Columns | {MOST_COLUMNS} |",
        f"| Characters in a cell | {LONGEST_CELL:,} |",
        f"| Cells of one reading | {MOST_CELLS:,} |",
        f"| What a database sends for one reading | {MOST_BYTES_SENT // 1_000_000} MB |",
        f"| One row of an SQLite file | {LONGEST_SQLITE_ROW:,} bytes |",
        f"| Text of one reading of a database | {MOST_CHARACTERS:,} characters |",
        f"| Time to connect, to read | {CONNECT_SECONDS} s, {READ_SECONDS} s |",
        f"| Uploaded file | {LARGEST_FILE // 1_000_000} MB, and 100 MB unpacked |",
        f"| Uploaded files of a company | {MOST_STORED // 1_000_000} MB |",
        f"| Reading a file | {Limits().processor_seconds} s of a processor, 1,000 MB of memory |",
        f"| Files read at the same time | {FILES_OF_A_COMPANY} | {FILES} |",
        f"those that wait for another one included | {PLACES_OF_A_COMPANY} | {PLACES} |",
        f"| Readings kept in memory | {SHARE_BYTES // 1_000_000} MB | {MOST_BYTES // 1_000_000} MB |",
    ],
)
def test_every_limit_is_as_it_says(row: str) -> None:
    assert row in PAGE


def test_drivers_that_have_to_be_installed_are_named() -> None:
    for server in SERVERS.values():
        assert server.label in PAGE
    assert "`pymssql`, `pymysql`" in PAGE
