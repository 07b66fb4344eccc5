"""What a source gives: typed rows, and what a test of the connection found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from embedded_app.errors import SourceUnavailable
from embedded_app.reconciliation import FieldKind, Item, Value
from embedded_app.tabular.table import Reject

MOST_BYTES = 100_000_000
"""That a database sends for one reading."""

Where = tuple[str, tuple[str, ...]]
"""A column and the texts one of which it must hold; blanks around them do not count."""


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
