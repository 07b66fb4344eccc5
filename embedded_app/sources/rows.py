"""What a source gives: a table as it was read, typed rows, and what a test of the connection found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from embedded_app.errors import SourceUnavailable
from embedded_app.reconciliation import FieldKind, Item, Value

MOST_ROWS = 50_000
MOST_COLUMNS = 200
LONGEST_CELL = 10_000
"""Characters."""
MOST_CHARACTERS = 50_000_000
"""In all cells of one reading together."""

MOST_CELLS = 2_000_000
"""In one reading."""
MOST_BYTES = 100_000_000
"""That a database sends for one reading."""

Where = tuple[str, tuple[str, ...]]
"""A column and the texts one of which it must hold; blanks around them do not count."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that became no row, and why, for the person who can correct it."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell that holds no value although it is not empty, such as ``#REF!``; its line becomes a reject."""

    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table as the source gave it. `number` counts from 1, as the person sees it there."""

    number: int
    cells: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """What a connector reads: plain cells, one for each column on every line.

    Cells may be of any type that a database driver or a spreadsheet gives; `columns.typed` makes values of them.
    `truncated` says that the source holds more lines than `MOST_ROWS`.
    """

    columns: tuple[str, ...]
    lines: Sequence[Line]
    rejects: tuple[Reject, ...] = ()
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a source, as inferred from its cells.

    Attributes:
        samples: up to three different values, in the order of the rows.
        note: what a person should know about how it is read, or empty.
        day_first: of DATE: 03/04/2026 is 3 April.
        decimal_comma: of MONEY and NUMBER: 1.234,50 is 1234.50.
    """

    name: str
    kind: FieldKind
    nullable: bool = True
    samples: tuple[Value, ...] = ()
    note: str = ""
    day_first: bool = False
    decimal_comma: bool = False


@dataclass(frozen=True, slots=True)
class RowSet:
    """Typed rows and what was left out. Every row has a value, or `None`, for every column.

    `truncated` says that the source holds more than these; such a set is shown, never compared.
    """

    rows: tuple[Item, ...]
    columns: tuple[Column, ...]
    rejects: tuple[Reject, ...]
    read_at: datetime
    row_count: int
    """Rows in the source as far as it was read; more than `rows` in a preview."""
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class SourceRead:
    """Rows for a comparison. `stale` rows are from `read_at`, kept because of `failure`."""

    rows: tuple[Item, ...]
    columns: tuple[Column, ...]
    rejects: tuple[Reject, ...]
    read_at: datetime
    stale: bool = False
    failure: SourceUnavailable | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One step of a test. A `warning` passed, but the person should know something."""

    ok: bool
    text: str
    milliseconds: int | None = None
    warning: bool = False

    @property
    def tone(self) -> str:
        """The `data-tone` of the design language."""
        if not self.ok:
            return "bad"
        return "warn" if self.warning else "ok"


@dataclass(frozen=True, slots=True)
class TestReport:
    """The steps of a test in order; the first that fails is the last."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)
