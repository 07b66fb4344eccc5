"""Uploaded spreadsheets: CSV and XLSX."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from embedded_app.clock import Clock
from embedded_app.errors import InvalidField, SourceBusy
from embedded_app.ids import CompanyId
from embedded_app.memory import SharedMemory, SingleFlight
from embedded_app.sources.bounds import Allowance
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
from embedded_app.sources.rows import Check, TestReport, Where
from embedded_app.tabular import apart
from embedded_app.tabular.file import Found, Part
from embedded_app.tabular.table import MOST_ROWS, Table, Unreadable

_KILOBYTE = 1_000
_KEPT_SECONDS = 600.0  # from the first test of a file until it is saved
_MOST_BYTES = 256_000_000
_SHARE_BYTES = 128_000_000
_CELL_BYTES = 60
_LINE_BYTES = 200


class ReadFile(Protocol):
    """Reads one file within `seconds`; raises InvalidField."""

    def __call__(self, content: bytes, part: Part, *, seconds: float) -> Found: ...


@dataclass(frozen=True, slots=True)
class _Key:
    company_id: CompanyId
    sha256: str
    part: Part


class Files:
    """What was found in files lately, so that a test, a preview and saving read a file once.

    Also that one cannot be read: a file that takes long to refuse is refused once.
    """

    def __init__(self, clock: Clock, read: ReadFile) -> None:
        self._read = read
        self._found: SharedMemory[_Key, Found | InvalidField] = SharedMemory(
            clock,
            seconds=_KEPT_SECONDS,
            limit=_MOST_BYTES,
            share=_SHARE_BYTES,
            weigh=_weight_of,
            owner=lambda key: key.company_id,
        )
        self._flights = SingleFlight()

    def find(self, file: UploadedFile, part: Part, allowance: Allowance) -> Found:
        """The table in a part of a file; raises InvalidField, and SourceBusy as `Allowance.file`."""
        key = _Key(allowance.company_id, hashlib.sha256(file.content).hexdigest(), part)
        found = self._found.get(key)
        if found is None:
            try:
                found = self._flights.run(
                    key, lambda: self._read_now(key, file.content, allowance), seconds=allowance.seconds()
                )
            except TimeoutError as error:
                raise SourceBusy("The file is still being read. Try again in a moment.") from error
        if isinstance(found, InvalidField):
            raise InvalidField(found.field, found.sentence)
        return found

    def _read_now(self, key: _Key, content: bytes, allowance: Allowance) -> Found | InvalidField:
        with allowance.file():
            try:
                found: Found | InvalidField = self._read(content, key.part, seconds=allowance.seconds())
            except apart.TookTooLong:
                raise
            except InvalidField as error:
                found = InvalidField(error.field, error.sentence)
        self._found.put(key, found)
        return found


def _weight_of(found: Found | InvalidField) -> float:
    if isinstance(found, InvalidField):
        return _LINE_BYTES
    lines = found.table.lines
    texts = sum(len(cell) for line in lines for cell in line.cells if isinstance(cell, str))
    return _LINE_BYTES * (len(lines) + 1) + _CELL_BYTES * len(lines) * len(found.table.columns) + texts


class SpreadsheetConnector:
    """Reads the file that was uploaded last; one reading serves until another file replaces it."""

    kind = "spreadsheet"
    label = "Spreadsheet"
    hint = "Upload .xlsx or .csv"
    filters = False
    live = False
    options = (
        Option("file", "File", "At most 10 MB and 50,000 rows. Stored encrypted.", Input.FILE),
        Option("sheet", "Sheet", "Of a workbook. Leave empty for the first one.", destination=False),
        Option(
            "header_row",
            "Row with the column names",
            "Leave empty to have it found.",
            Input.NUMBER,
            destination=False,
        ),
    )

    def __init__(self, surroundings: Surroundings, read: ReadFile = apart.read) -> None:
        self._clock = surroundings.clock
        self._files = Files(surroundings.clock, read)

    def open(self, filled: Filled) -> SpreadsheetReader:
        required(filled, "file", "Choose a file.")
        return SpreadsheetReader(
            Part(text(filled, "sheet"), number(filled, "header_row", smallest=1, largest=MOST_ROWS)),
            filled.file,
            self._files,
            self._clock,
        )


class SpreadsheetReader:
    """The file is fetched at every reading and not kept."""

    def __init__(self, part: Part, fetch: Callable[[], UploadedFile], files: Files, clock: Clock) -> None:
        self._part = part
        self._fetch = fetch
        self._files = files
        self._clock = clock

    def test(self, allowance: Allowance) -> TestReport:
        started = self._clock.monotonic()
        try:
            file = self._fetch()
            found = self._files.find(file, self._part, allowance)
        except InvalidField as error:
            return TestReport((Check(ok=False, text=error.sentence),))
        table = found.table
        milliseconds = round((self._clock.monotonic() - started) * 1000)
        unreadable = sum(any(isinstance(cell, Unreadable) for cell in line.cells) for line in table.lines)
        size = f"{max(1, len(file.content) // _KILOBYTE):,} kB"
        return TestReport(
            (
                Check(ok=True, text=f"{file.name}, {size}: {found.description}"),
                Check(ok=True, text=f"Row {found.header_row:,} holds the column names"),
                Check(
                    ok=True,
                    text=f"{len(table.columns):,} columns, {len(table.lines):,} rows",
                    milliseconds=milliseconds,
                    warning=not table.lines,
                ),
                *((_left_out(unreadable),) if unreadable else ()),
            )
        )

    def read(self, allowance: Allowance, where: Where | None = None) -> Table:
        del where  # this connector does not filter
        return self._files.find(self._fetch(), self._part, allowance).table

    def distinct(self, allowance: Allowance, column: str) -> Table:
        del column
        return self.read(allowance)

    def close(self) -> None:
        """Nothing is kept open."""


def _left_out(rows: int) -> Check:
    one = rows == 1
    text_ = f"{rows:,} row{'' if one else 's'} with a formula without a result, or with an error, left out"
    return Check(ok=True, text=text_, warning=True)
