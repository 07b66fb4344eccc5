"""Uploaded spreadsheets: CSV and XLSX."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from embedded_app.clock import Clock
from embedded_app.errors import InvalidField
from embedded_app.sources.bounds import Allowance
from embedded_app.sources.connectors import csv_file, xlsx_file
from embedded_app.sources.connectors.base import (
    Filled,
    Input,
    Option,
    Surroundings,
    UploadedFile,
    number,
    required,
    text,
)
from embedded_app.sources.connectors.grid import Grid, table
from embedded_app.sources.rows import MOST_ROWS, Check, Table, TestReport, Unreadable, Where

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_KILOBYTE = 1_000


class SpreadsheetConnector:
    """Reads the file that was uploaded last; one reading serves until another file replaces it."""

    kind = "spreadsheet"
    label = "Spreadsheet"
    hint = "Upload .xlsx or .csv"
    filters = False
    live = False
    options = (
        Option("file", "File", "At most 10 MB and 50,000 rows. Stored encrypted.", Input.FILE),
        Option("sheet", "Sheet", "Of a workbook. Leave empty for the first one."),
        Option("header_row", "Row with the column names", "Leave empty to have it found.", Input.NUMBER),
    )

    def __init__(self, surroundings: Surroundings) -> None:
        self._clock = surroundings.clock

    def open(self, filled: Filled) -> SpreadsheetReader:
        required(filled, "file", "Choose a file.")
        return SpreadsheetReader(
            SpreadsheetSettings(
                sheet=text(filled, "sheet"),
                header_row=number(filled, "header_row", smallest=1, largest=MOST_ROWS),
            ),
            filled.file,
            self._clock,
        )


@dataclass(frozen=True, slots=True)
class SpreadsheetSettings:
    """Which part of the file is read; `header_row` is `None` when it is to be found."""

    sheet: str
    header_row: int | None


class SpreadsheetReader:
    """The file is fetched at every reading and not kept."""

    def __init__(
        self, settings: SpreadsheetSettings, fetch: Callable[[], UploadedFile], clock: Clock
    ) -> None:
        self._settings = settings
        self._fetch = fetch
        self._clock = clock

    def test(self, allowance: Allowance) -> TestReport:
        del allowance
        started = self._clock.monotonic()
        try:
            file, grid = self._grid()
            found, header_row = table(grid, self._settings.header_row)
        except InvalidField as error:
            return TestReport((Check(ok=False, text=error.sentence),))
        milliseconds = round((self._clock.monotonic() - started) * 1000)
        unreadable = sum(any(isinstance(cell, Unreadable) for cell in line.cells) for line in found.lines)
        size = f"{max(1, len(file.content) // _KILOBYTE):,} kB"
        return TestReport(
            (
                Check(ok=True, text=f"{file.name}, {size}: {grid.description}"),
                Check(ok=True, text=f"Row {header_row:,} holds the column names"),
                Check(
                    ok=True,
                    text=f"{len(found.columns):,} columns, {len(found.lines):,} rows",
                    milliseconds=milliseconds,
                    warning=not found.lines,
                ),
                *((_left_out(unreadable),) if unreadable else ()),
            )
        )

    def read(self, allowance: Allowance, where: Where | None = None) -> Table:
        del allowance, where  # this connector does not filter
        _, grid = self._grid()
        return table(grid, self._settings.header_row)[0]

    def close(self) -> None:
        """Nothing is kept open."""

    def _grid(self) -> tuple[UploadedFile, Grid]:
        file = self._fetch()
        if file.content.startswith(_OLD_EXCEL):
            raise InvalidField(
                "file", "This is an old or a protected Excel file. Save it as .xlsx without a password."
            )
        if file.content.startswith(_ZIP):
            return file, xlsx_file.read(file.content, self._settings.sheet, self._clock)
        return file, csv_file.read(file.content)


def _left_out(rows: int) -> Check:
    one = rows == 1
    text_ = f"{rows:,} row{'' if one else 's'} with a formula without a result, or with an error, left out"
    return Check(ok=True, text=text_, warning=True)
