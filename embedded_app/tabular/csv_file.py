"""A CSV file as a grid: encoding, delimiter and quoting are found out, not asked for."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from embedded_app.errors import InvalidField
from embedded_app.tabular.grid import MOST_LINES, Grid
from embedded_app.tabular.table import MOST_CELLS, MOST_ROWS, Line

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_MOST_CELLS_OF_A_LINE = 16_384  # as in a workbook
_SAMPLE_CHARACTERS = 65_536
_SAMPLE_RECORDS = 100
_END = "\x00end"  # cannot occur: a file with NUL is refused before
_NAMED_DELIMITER = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # what Excel writes to itself


def read(content: bytes) -> Grid:
    """The lines of the file that hold anything. Cells are texts as they stand there.

    Raises:
        InvalidField: when it is no text, or its quotation marks do not match, or it has too many lines.
    """
    text, encoding = _decode(content)
    skipped = 0
    if named := _NAMED_DELIMITER.match(text):
        text, delimiter, skipped = text[named.end() :], named[1], 1
    else:
        delimiter = _find_delimiter(text)
    lines: list[Line] = []
    cell_count = 0
    for number, cells in _records(text, delimiter):
        if len(cells) > _MOST_CELLS_OF_A_LINE:
            raise InvalidField(
                "file", f"Line {number:,} has {len(cells):,} cells. Leave only the table in the file."
            )
        if any(cell.strip() for cell in cells):
            lines.append(Line(number + skipped, tuple(cells)))
            cell_count += len(cells)
        if cell_count > MOST_CELLS:
            raise InvalidField("file", f"The file has more than {MOST_CELLS:,} cells. Leave some out.")
        if len(lines) > MOST_LINES:
            raise InvalidField("file", f"The file has more than {MOST_ROWS:,} rows. Divide it.")
    separated = _DELIMITERS.get(delimiter, f"“{delimiter}”")
    return Grid(lines, f"text in {encoding}, separated by {separated}")


def _decode(content: bytes) -> tuple[str, str]:
    for mark, codec, name in (
        (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
        (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
        (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
        (b"", "utf-8", "UTF-8"),
        (b"", "cp1252", "Windows-1252"),
    ):
        if content.startswith(mark):
            try:
                text = content.decode(codec)
            except UnicodeDecodeError:
                if mark:
                    break
                continue
            if "\x00" in text:
                break
            return text, name
    raise InvalidField("file", "The file is neither text nor an Excel workbook. Save it as CSV or .xlsx.")


def _find_delimiter(text: str) -> str:
    """The sign by which the largest share of lines falls into equally many cells, more than one."""

    def score(delimiter: str) -> tuple[float, int]:
        widths: Counter[int] = Counter()
        for record in csv.reader(io.StringIO(text[:_SAMPLE_CHARACTERS], newline=""), delimiter=delimiter):
            if any(record):
                widths[len(record)] += 1
            if widths.total() == _SAMPLE_RECORDS:
                break
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        return (count / widths.total(), width) if width > 1 else (0, 0)

    return max(_DELIMITERS, key=score)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of the line on which it begins.

    A quotation mark that is never closed would swallow the rest of the file, the end mark included.
    """
    reader = csv.reader(_with_end(text), delimiter=delimiter)
    begins = 1
    try:
        for record in reader:
            if record == [_END]:
                return
            if record and record[-1].endswith(_END):
                raise InvalidField(
                    "file", f"A quotation mark on line {begins:,} or after it is never closed."
                )
            yield begins, record
            begins = reader.line_num + 1
    except csv.Error as error:
        raise InvalidField(
            "file", f"Line {begins:,} cannot be read as CSV. Look for quotation marks."
        ) from error


def _with_end(text: str) -> Iterable[str]:
    yield from io.StringIO(text, newline="")
    if text and not text.endswith(("\n", "\r")):
        yield "\n"
    yield _END
