"""The rows of one worksheet part, streamed.

The library reads sheets with a parser in pure Python, which takes 9 s for 400,000 cells. This one is driven by
expat and takes a third; like the library's it refuses document type declarations, and with them every entity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import IO
from xml.parsers import expat  # declarations are refused below, which is all that defusedxml would add

from openpyxl.utils import column_index_from_string, range_boundaries
from openpyxl.utils.datetime import from_excel, from_ISO8601

from embedded_app.errors import InvalidField
from embedded_app.tabular.table import MOST_COLUMNS, Unreadable
from embedded_app.tabular.xlsx_formats import PercentFormat

_CHUNK_BYTES = 65_536
_MOST_ROWS = 1_048_576  # of Excel, empty ones included
_MOST_CELLS_OF_A_ROW = 16_384  # likewise
_MOST_MERGES = 50_000
_NO_RESULT = Unreadable("the formula has no stored result. Open the file in Excel and save it.")

Cells = dict[int, object]
"""From column, counted from 1, to value; empty cells are left out."""


@dataclass(frozen=True, slots=True)
class Context:
    """What cells refer to in other parts of the workbook. Styles are numbers as in the ``s`` attribute."""

    shared_texts: Sequence[object]
    epoch: datetime
    date_styles: frozenset[int]
    duration_styles: frozenset[int]
    percent_styles: Mapping[int, PercentFormat]


@dataclass(slots=True)
class _Cell:
    column: int
    kind: str
    style: int
    texts: list[str] = field(default_factory=list)
    is_formula: bool = False
    has_value: bool = False


class SheetParser:
    """Give it the part; take the rows. `merged` is known when all rows were taken."""

    def __init__(self, part: IO[bytes], context: Context) -> None:
        self._part = part
        self._context = context
        self.merged: list[tuple[int, int]] = []
        """First and last row of each merge of cells."""
        self._finished: list[tuple[int, Cells]] = []
        self._row = 0
        self._row_count = 0
        self._cell_count = 0
        self._last_column = 0
        self._cells: Cells = {}
        self._cell: _Cell | None = None
        self._is_phonetic = False
        self._locals: dict[str, str] = {}
        self._columns: dict[str, int] = {}
        self._by_kind: dict[str, Callable[[str], object]] = {
            "s": lambda text: context.shared_texts[int(text)],
            "b": lambda text: bool(int(text)),
            "d": from_ISO8601,
            "e": lambda text: Unreadable(f"the cell holds the error {text}."),
        }
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Number and cells of each row that the part names, in its order.

        Raises:
            InvalidField: when it is larger than a sheet may be; before what is too much is kept.
            ValueError, IndexError, ExpatError: when the part is damaged.
        """
        while chunk := self._part.read(_CHUNK_BYTES):
            self._parser.Parse(chunk, False)  # noqa: FBT003 # expat takes it by position only
            yield from self._finished
            self._finished.clear()
        self._parser.Parse(b"", True)  # noqa: FBT003 # as above
        yield from self._finished

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        match self._local(name):
            case "c":
                self._begin_cell(attributes)
            case "v" | "t" if self._cell is not None and not self._is_phonetic:
                self._cell.has_value = True
                self._parser.CharacterDataHandler = self._cell.texts.append
            case "f" if self._cell is not None:
                self._cell.is_formula = True
            case "row":
                self._begin_row(attributes)
            case "rPh":
                self._is_phonetic = True
            case "mergeCell":
                self._merge(attributes["ref"])

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        self._row = int(attributes.get("r", self._row + 1))
        self._row_count += 1
        if self._row_count > _MOST_ROWS:
            raise InvalidField("file", f"The sheet has more than {_MOST_ROWS:,} rows. Delete the empty ones.")
        self._cells = {}
        self._last_column = self._cell_count = 0

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        self._cell_count += 1
        if self._cell_count > _MOST_CELLS_OF_A_ROW:
            raise InvalidField(
                "file", f"Row {self._row:,} has more cells than a sheet may have. Delete the empty ones."
            )
        self._last_column = self._column(attributes.get("r"))
        self._cell = _Cell(self._last_column, attributes.get("t", "n"), int(attributes.get("s", 0)))

    def _merge(self, reference: str) -> None:
        _, first, _, last = range_boundaries(reference)
        if first is None or last is None or last <= first:
            return
        self.merged.append((first, last))
        if len(self.merged) > _MOST_MERGES:
            raise InvalidField(
                "file", f"The sheet has more than {_MOST_MERGES:,} merged cells. Take them apart."
            )

    def _end(self, name: str) -> None:
        match self._local(name):
            case "v" | "t":
                self._parser.CharacterDataHandler = None
            case "c" if self._cell is not None:
                value = self._value(self._cell)
                if value is not None:
                    if self._cell.column > MOST_COLUMNS:
                        raise InvalidField("file", f"The sheet has more than {MOST_COLUMNS} columns.")
                    self._cells[self._cell.column] = value
                self._cell = None
            case "row":
                self._finished.append((self._row, self._cells))
            case "rPh":
                self._is_phonetic = False

    def _local(self, name: str) -> str:
        """The name without its prefix."""
        found = self._locals.get(name)
        if found is None:
            found = self._locals[name] = name.rpartition(":")[2]
        return found

    def _column(self, reference: str | None) -> int:
        if reference is None:
            return self._last_column + 1
        letters = reference.rstrip("0123456789")
        found = self._columns.get(letters)
        if found is None:
            found = self._columns[letters] = column_index_from_string(letters)
        return found

    def _value(self, cell: _Cell) -> object:
        text = "".join(cell.texts)
        if not text:
            is_empty_text = cell.kind == "str" and cell.has_value  # what ="" gives
            return _NO_RESULT if cell.is_formula and not is_empty_text else None
        if cell.kind == "n":
            return self._number(text, cell.style)
        return self._by_kind.get(cell.kind, str)(text)

    def _number(self, text: str, style: int) -> object:
        number = float(text) if any(sign in text for sign in ".eE") else int(text)
        if style not in self._context.date_styles:
            percent = self._context.percent_styles.get(style)
            return _percentage(number) if percent is not None and percent.shows_percent(number) else number
        try:
            return from_excel(number, self._context.epoch, timedelta=style in self._context.duration_styles)
        except (OverflowError, ValueError):
            return Unreadable(f"the date {text} is outside of the calendar.")


def _percentage(number: float) -> Decimal:
    """The number before the percent sign, as it stands in a CSV of the same sheet."""
    shown = Decimal(f"{number:.15g}").scaleb(2)  # what Excel writes beyond 15 digits is noise
    return Decimal(f"{shown:f}")


def _refuse(*_: object) -> None:
    raise ValueError("A worksheet has no document type declaration.")
