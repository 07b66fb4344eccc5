"""An Excel workbook (.xlsx) as a grid, read row by row with limits on everything that a file can make large."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from openpyxl import load_workbook
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from embedded_app.clock import Clock
from embedded_app.errors import InvalidField
from embedded_app.sources.connectors.grid import MOST_LINES, Grid
from embedded_app.sources.connectors.xlsx_formats import percent_formats
from embedded_app.sources.connectors.xlsx_sheet import Context, SheetParser
from embedded_app.sources.rows import MOST_COLUMNS, MOST_ROWS, Line, Reject

_MOST_UNPACKED_BYTES = 100_000_000
_MOST_PARTS = 1_000
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
        _refuse_bomb(content)
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            worksheet = _choose(workbook, sheet)
            lines, merged = _lines(workbook, worksheet, clock)
        finally:
            workbook.close()
    rejects = tuple(
        Reject(row, f"Its cells are merged with row {first}. Take the merge apart.")
        for row, first in merged.items()
    )
    return Grid(lines, f"Excel workbook, sheet {worksheet.title}", rejects=rejects)


def _refuse_bomb(content: bytes) -> None:
    """Judge by the sizes that the archive declares: unpacking stops there (`zipfile.ZipExtFile`)."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED_BYTES:
        raise InvalidField("file", "The workbook is too large when unpacked. Leave only the table in it.")


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


def _lines(workbook: Any, worksheet: Any, clock: Clock) -> tuple[list[Line], dict[int, int]]:
    """Lines, and rows whose cells belong to a merge that begins on an earlier row."""
    context = Context(
        shared_texts=worksheet._shared_strings,  # noqa: SLF001 # the library read these; it has no other door to them
        epoch=workbook.epoch,
        date_styles=frozenset(workbook._date_formats),  # noqa: SLF001 # as above
        duration_styles=frozenset(workbook._timedelta_formats),  # noqa: SLF001 # as above
        percent_styles=percent_formats(_format_codes(workbook)),
    )
    deadline = clock.monotonic() + _SECONDS
    lines: list[Line] = []
    with worksheet._get_source() as part:  # noqa: SLF001 # as above
        parser = SheetParser(part, context)
        for count, (number, cells) in enumerate(parser.rows()):
            if count % _ROWS_BETWEEN_LOOKS == 0 and clock.monotonic() > deadline:
                raise InvalidField("file", "Reading the workbook took too long. Leave only the table in it.")
            if not cells:
                continue
            width = max(cells)
            if width > MOST_COLUMNS:
                raise InvalidField("file", f"The sheet has more than {MOST_COLUMNS} columns.")
            lines.append(Line(number, tuple(cells.get(column) for column in range(1, width + 1))))
            if len(lines) > MOST_LINES:
                raise InvalidField("file", f"The sheet has more than {MOST_ROWS:,} rows. Divide it.")
    return lines, {
        row: first
        for first, last in parser.merged
        for row in range(first + 1, min(last, first + MOST_LINES) + 1)
    }


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
