"""One cell of a source as the value that its column's kind asks for."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal

from embedded_app.reconciliation import FieldKind, Value, text_of
from embedded_app.sources.rows import Column
from embedded_app.tabular import parsing
from embedded_app.tabular.table import LONGEST_CELL, Unreadable

Binary = bytes | bytearray | memoryview

KIND_WORDS = {
    FieldKind.MONEY: "an amount",
    FieldKind.NUMBER: "a number",
    FieldKind.DATE: "a date",
}
_LONGEST_QUOTE = 40
_PLAIN_STARTS = frozenset("0123456789")


def is_present(cell: object) -> bool:
    """Whether the cell holds something to be read."""
    if cell is None or isinstance(cell, Unreadable | Binary):
        return False
    return not (isinstance(cell, str) and parsing.is_missing(cell))


def value_of(cell: object, column: Column) -> Value:
    """The value of a cell in `column`.

    Raises:
        ValueError: says why the cell has none; the text is for the person who can correct it.
    """
    if isinstance(cell, str):
        if len(cell) > LONGEST_CELL:
            raise ValueError(f"{column.name}: the cell has more than {LONGEST_CELL:,} characters.")
    elif cell is None or isinstance(cell, Binary):
        return None
    elif isinstance(cell, Unreadable):
        raise ValueError(f"{column.name}: {cell.reason}")  # unusable content, not a wrong type
    match column.kind:
        case FieldKind.TEXT | FieldKind.STATUS:
            return _text(cell, keep_bool=column.kind is FieldKind.STATUS)
        case FieldKind.DATE:
            value: Value = _date(cell, day_first=column.day_first)
        case _:
            value = _number(cell, decimal_comma=column.decimal_comma)
    if value is None and not (isinstance(cell, str) and parsing.is_missing(cell)):
        raise ValueError(f"{column.name}: “{quote(cell)}” is not {KIND_WORDS[column.kind]}.")
    return value


def trimmed(value: Value) -> str:
    """The value as a key or a filter compares it: its text without blanks around it, "" if it is missing."""
    return (text_of(value) or "").strip()


def currency_of(cell: object, column: Column) -> str | None:
    """The currency that the cell of an amount states; `None` if it states none."""
    if not isinstance(cell, str) or column.kind not in (FieldKind.MONEY, FieldKind.NUMBER):
        return None
    if not cell or (cell[0] in _PLAIN_STARTS and cell[-1].isdigit()):  # most cells of most systems
        return None
    found = parsing.amount_of(cell, decimal_comma=column.decimal_comma)
    return found.currency if found else None


def quote(cell: object) -> str:
    """The cell as it is shown in a sentence."""
    text = " ".join(str(cell).split())
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


def _text(cell: object, *, keep_bool: bool) -> Value:
    match cell:
        case str():
            return cell.strip() or None
        case bool():
            return cell if keep_bool else text_of(cell)
        case int() | float() | Decimal():
            return text_of(_number(cell, decimal_comma=False))
        case date():
            return cell.isoformat()
        case dict() | list():
            return json.dumps(cell, ensure_ascii=False, default=str)
        case _:
            return str(cell)


def _number(cell: object, *, decimal_comma: bool) -> Decimal | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int):
        return Decimal(cell)
    if isinstance(cell, float):
        cell = Decimal(f"{cell:.15g}")  # binary floats carry 15 decimal digits; what follows is noise
    if isinstance(cell, Decimal):
        return cell if cell.is_finite() else None
    if isinstance(cell, str):
        found = parsing.amount_of(cell, decimal_comma=decimal_comma)
        return found.value if found else None
    return None


def _date(cell: object, *, day_first: bool) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    return parsing.date_of(cell, day_first=day_first) if isinstance(cell, str) else None
