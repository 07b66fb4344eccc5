"""A table as it was read: lines of plain cells, and what is wrong with some of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_ROWS = 50_000
MOST_COLUMNS = 200
LONGEST_CELL = 10_000
"""Characters."""
MOST_CHARACTERS = 50_000_000
"""In all cells of one reading together."""

MOST_CELLS = 2_000_000
"""In one reading."""


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
