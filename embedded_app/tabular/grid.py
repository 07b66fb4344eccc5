"""Sheets of cells without a schema, as CSV and XLSX files have them, and the table that is found in one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from embedded_app.errors import InvalidField
from embedded_app.tabular import parsing
from embedded_app.tabular.table import MOST_COLUMNS, MOST_ROWS, Line, Reject, Table

MOST_LINES = MOST_ROWS + 100
"""Lines with anything on them: rows and what stands above them."""
_LONGEST_COLUMN_NAME = 255
_HEADER_WITHIN = 50
_HEADER_FILLED = 0.6  # of the widest line; titles above a table fill fewer cells


@dataclass(frozen=True, slots=True)
class Grid:
    """Lines that hold something, with their numbers in the file, and how the file was read, in words.

    A line may have fewer cells than the table has columns. `rejects` are lines known to be unusable.
    """

    lines: Sequence[Line]
    description: str
    rejects: tuple[Reject, ...] = ()


def table(grid: Grid, header_row: int | None) -> tuple[Table, int]:
    """The table, and the number of the line that holds its column names.

    Raises:
        InvalidField: when there is none, or it has too many rows or columns.
    """
    place = _header_place(grid.lines, header_row)
    header = grid.lines[place]
    width = _width(header.cells)
    if width > MOST_COLUMNS:
        raise InvalidField("file", f"The file has {width} columns. A source may have {MOST_COLUMNS}.")
    body = grid.lines[place + 1 :]
    if len(body) > MOST_ROWS:
        raise InvalidField("file", f"The file has more than {MOST_ROWS:,} rows. Divide it.")
    rejected = {reject.line for reject in grid.rejects}
    lines: list[Line] = []
    rejects = [reject for reject in grid.rejects if reject.line > header.number]
    for line in body:
        if line.number in rejected:
            continue
        used = _width(line.cells)
        if used > width:
            rejects.append(
                Reject(line.number, f"The line has {used} cell{'s' * (used != 1)} instead of {width}.")
            )
            continue
        lines.append(Line(line.number, (line.cells + (None,) * width)[:width]))
    return Table(_names(header.cells[:width]), lines, tuple(rejects)), header.number


def _header_place(lines: Sequence[Line], header_row: int | None) -> int:
    if not lines:
        raise InvalidField("file", "The file is empty.")
    if header_row is not None:
        for place, line in enumerate(lines):
            if line.number == header_row:
                return place
        raise InvalidField("header_row", f"Row {header_row:,} is empty. Enter the row with the column names.")
    head = lines[:_HEADER_WITHIN]
    filled = [sum(not _is_empty(cell) for cell in line.cells) for line in head]
    enough = max(filled) * _HEADER_FILLED
    place = next(place for place, count in enumerate(filled) if count >= enough)
    if not all(_is_empty(cell) or _is_name(cell) for cell in head[place].cells):
        raise InvalidField(
            "header_row", "No row with column names was found. Enter the number of the row that holds them."
        )
    return place


def _names(cells: Sequence[object]) -> tuple[str, ...]:
    """A name of its own for every column: what the header says, numbered where it says one thing twice."""
    names: list[str] = []
    counts: Counter[str] = Counter()
    for place, cell in enumerate(cells, start=1):
        name = " ".join(str(cell if cell is not None else "").split())[:_LONGEST_COLUMN_NAME]
        name = name or f"Column {place}"
        counts[name] += 1
        while name in names:
            name = f"{name} ({counts[name]})"
        names.append(name)
    return tuple(names)


def _width(cells: Sequence[object]) -> int:
    """Cells up to the last one that holds something."""
    return next((place for place in range(len(cells), 0, -1) if not _is_empty(cells[place - 1])), 0)


def _is_empty(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _is_name(cell: object) -> bool:
    return isinstance(cell, str) and parsing.amount_of(cell) is None and parsing.date_of(cell) is None
