"""An uploaded file as the table in it, whichever kind of file it is."""

from __future__ import annotations

from dataclasses import dataclass

from embedded_app.clock import Clock
from embedded_app.errors import InvalidField
from embedded_app.tabular import csv_file, grid
from embedded_app.tabular.table import Table

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a file is read; "" is the first sheet, and `None` the row that looks like column names."""

    sheet: str
    header_row: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """What was read, how in words, and the number of the line with the column names."""

    table: Table
    description: str
    header_row: int


def read(content: bytes, part: Part, clock: Clock) -> Found:
    """The table in a file.

    Raises:
        InvalidField: it cannot be read, or is too large, or has no such part.
    """
    if content.startswith(_OLD_EXCEL):
        raise InvalidField(
            "file", "This is an old or a protected Excel file. Save it as .xlsx without a password."
        )
    if content.startswith(_ZIP):
        from embedded_app.tabular import xlsx_file  # noqa: PLC0415 # takes longer than reading most CSV files

        found = xlsx_file.read(content, part.sheet, clock)
    else:
        found = csv_file.read(content)
    table, header_row = grid.table(found, part.header_row)
    return Found(table, found.description, header_row)
