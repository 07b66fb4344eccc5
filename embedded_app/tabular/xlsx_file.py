"""An Excel workbook (.xlsx) as a grid, read row by row with limits on everything that a file can make large."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from openpyxl import load_workbook
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from embedded_app.clock import Clock
from embedded_app.errors import InvalidField
from embedded_app.tabular.grid import MOST_LINES, Grid
from embedded_app.tabular.table import MOST_CELLS, MOST_ROWS, Line, Reject
from embedded_app.tabular.xlsx_formats import percent_formats
from embedded_app.tabular.xlsx_sheet import Context, SheetParser

_MOST_UNPACKED_BYTES = 100_000_000
_MOST_PARTS = 1_000
_MOST_TAGS = 200_000  # in a part without cells; Excel has at most 65,000 styles
_HOLDS_CELLS = re.compile(r"/(worksheets/[^/]+|sharedStrings)\.xml$", re.IGNORECASE)
_CHUNK_BYTES = 65_536
_SECONDS = 20.0
_ROWS_BETWEEN_LOOKS = 256
_DAMAGED = "The workbook is damaged. Open it in Excel, save it again as .xlsx, and upload that."


def read(content: bytes, sheet: str, clock: Clock) -> Grid:
    """The lines of a sheet that hold anything; the first sheet that is not hidden when `sheet` is "".

    Formulas count with the value that Excel stored. Amounts and dates keep their types.

    Raises:
        InvalidField: when the workbook is damaged, too large, or has no such sheet.
    """
    with _damage_in_words():
        _refuse_excess(content)
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            worksheet = _choose(workbook, sheet)
            lines, merges = _lines(workbook, worksheet, clock)
        finally:
            workbook.close()
    rejects = tuple(
        Reject(line.number, f"Its cells are merged with row {first}. Take the merge apart.")
        for line in lines
        if (first := merges.begins(line.number)) is not None
    )
    return Grid(lines, f"Excel workbook, sheet {worksheet.title}", rejects=rejects)


def _refuse_excess(content: bytes) -> None:
    """Judge the archive by the sizes that it declares, where unpacking stops (`zipfile.ZipExtFile`).

    What stands beside the cells, such as styles and names, is counted before a library makes objects of it.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED_BYTES:
            raise InvalidField("file", "The workbook is too large when unpacked. Leave only the table in it.")
        for part in parts:
            if not part.filename.endswith((".xml", ".rels")) or _HOLDS_CELLS.search(part.filename):
                continue
            with archive.open(part) as source:
                count = sum(chunk.count(b"<") for chunk in iter(partial(source.read, _CHUNK_BYTES), b""))
            if count > _MOST_TAGS:
                raise InvalidField(
                    "file",
                    "The workbook has too many styles, names or links. Copy the table into a new workbook.",
                )


class _Merges:
    """Rows that share cells, as ranges of rows that do not overlap."""

    def __init__(self, merged: Iterable[tuple[int, int]]) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in sorted(merged):
            if self._lasts and first <= self._lasts[-1]:
                self._lasts[-1] = max(last, self._lasts[-1])
            else:
                self._firsts.append(first)
                self._lasts.append(last)

    def begins(self, row: int) -> int | None:
        """The earlier row with which `row` shares cells."""
        place = bisect_left(self._firsts, row) - 1
        return self._firsts[place] if place >= 0 and row <= self._lasts[place] else None


def _choose(workbook: Any, sheet: str) -> Any:
    worksheets = [ws for ws in workbook.worksheets if isinstance(ws, ReadOnlyWorksheet)]
    if sheet:
        for worksheet in worksheets:
            if worksheet.title.strip().casefold() == sheet.casefold():
                return worksheet
        names = ", ".join(ws.title for ws in worksheets)
        raise InvalidField("sheet", f"There is no sheet {sheet}. The workbook has {names}.")
    visible = [ws for ws in worksheets if ws.sheet_state == "visible"]
    if not visible:
        raise InvalidField("file", "The workbook has no sheet with cells.")
    return visible[0]


def _lines(workbook: Any, worksheet: Any, clock: Clock) -> tuple[list[Line], _Merges]:
    context = Context(
        shared_texts=worksheet._shared_strings,  # noqa: SLF001 # the library read these; it has no other door to them
        epoch=workbook.epoch,
        date_styles=frozenset(workbook._date_formats),  # noqa: SLF001 # as above
        duration_styles=frozenset(workbook._timedelta_formats),  # noqa: SLF001 # as above
        percent_styles=percent_formats(_format_codes(workbook)),
    )
    deadline = clock.monotonic() + _SECONDS
    lines: list[Line] = []
    cell_count = 0
    with worksheet._get_source() as part:  # noqa: SLF001 # as above
        parser = SheetParser(part, context)
        for count, (number, cells) in enumerate(parser.rows()):
            if count % _ROWS_BETWEEN_LOOKS == 0 and clock.monotonic() > deadline:
                raise InvalidField("file", "Reading the workbook took too long. Leave only the table in it.")
            if not cells:
                continue
            width = max(cells)
            cell_count += width
            if cell_count > MOST_CELLS:
                raise InvalidField("file", f"The sheet has more than {MOST_CELLS:,} cells. Leave some out.")
            lines.append(Line(number, tuple(cells.get(column) for column in range(1, width + 1))))
            if len(lines) > MOST_LINES:
                raise InvalidField("file", f"The sheet has more than {MOST_ROWS:,} rows. Divide it.")
    return lines, _Merges(parser.merged)


def _format_codes(workbook: Any) -> Iterator[str]:
    """The number format of each style, in the order of the styles."""
    custom = workbook._number_formats  # noqa: SLF001 # as in `_lines`
    for style in workbook._cell_styles:  # noqa: SLF001 # as in `_lines`
        number = style.numFmtId
        yield (
            custom[number - BUILTIN_FORMATS_MAX_SIZE]
            if number >= BUILTIN_FORMATS_MAX_SIZE
            else BUILTIN_FORMATS.get(number, "")
        )


@contextmanager
def _damage_in_words() -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # the library warns of styles and extensions, which we do not read
            yield
    except (InvalidField, MemoryError):
        raise
    except Exception as error:  # the library raises whatever a damaged file makes it stumble over
        raise InvalidField("file", _DAMAGED) from error
