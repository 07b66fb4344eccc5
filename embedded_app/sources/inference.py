"""What kind a column is, inferred from its cells first and its name second."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from embedded_app.reconciliation import FieldKind
from embedded_app.sources.cells import is_present, value_of
from embedded_app.sources.rows import Column
from embedded_app.tabular import parsing

_LOOKED_AT = 2_000  # cells that decide a kind; more take time and change nothing
_TOLERATED = 10  # one cell in so many may be no amount or date; its line is then a reject

_IDENTIFIER = re.compile(
    r"(?:(?:^|[\W_])(?i:id|no|nr|num|number|key|code|job|phone|zip|fax)"
    r"|[a-z](?:ID|Id|No|Nr|Num|Number|Key|Code))[\W_]*$|#$"
)
_MONEY_NAME = re.compile(
    r"am(oun)?t|cost|price|total|value|balance|paid|billed|invoiced|ret(ai|e)n|committed|budget|original|revised"
    r"|premium|limit|deductible|fee|pending|approved",
    re.IGNORECASE,
)
_NUMBER_NAME = re.compile(
    r"hour|hrs|qty|quantity|count|units?$|percent|pct|rate|ratio|days|year|period|%", re.IGNORECASE
)
_STATUS_NAME = re.compile(r"status|state$|stage|phase|type$|executed|flag", re.IGNORECASE)
_LEADING_ZERO = re.compile(r"\s*[-+]?0[0-9]")
_MOST_STATUSES = 12
_LONGEST_STATUS = 30
_LONGEST_UNNAMED_STATUS = 20  # where the column's name does not say that it is one; names of firms are longer
_STATUS_REPEATS = 3


def infer(name: str, cells: Sequence[object]) -> Column:
    """The kind of a column by its cells first and its name second. Codes with leading zeros stay text."""
    present = [cell for cell in cells if is_present(cell)]
    looked_at = present[:: max(1, len(present) // _LOOKED_AT)]
    if not looked_at:
        return Column(name, FieldKind.TEXT)
    if all(isinstance(cell, bool) for cell in looked_at):
        return Column(name, FieldKind.STATUS)
    if any(_most(looked_at, Column(name, FieldKind.DATE, day_first=order)) for order in (False, True)):
        day_first = _day_first(present)
        return Column(
            name, FieldKind.DATE, day_first=day_first, note=_date_note(present, day_first=day_first)
        )
    for comma in (False, True):
        if _most(looked_at, Column(name, FieldKind.NUMBER, decimal_comma=comma)):
            kind = _kind_of_number(name, present)
            return Column(name, kind, decimal_comma=comma and kind is not FieldKind.TEXT)
    return Column(name, FieldKind.STATUS if _is_status(name, looked_at) else FieldKind.TEXT)


def _most(cells: Sequence[object], column: Column) -> bool:
    """Whether nearly all cells are values of the column's kind."""
    allowed = len(cells) // _TOLERATED
    failures = 0
    for cell in cells:
        try:
            value_of(cell, column)
        except ValueError:
            failures += 1
            if failures > allowed:
                return False
    return True


def _kind_of_number(name: str, cells: Sequence[object]) -> FieldKind:
    texts = [cell for cell in cells if isinstance(cell, str)]
    if any(_LEADING_ZERO.match(text) for text in texts):
        return FieldKind.TEXT
    looked_at = cells[:: max(1, len(cells) // _LOOKED_AT)]
    if any((found := parsing.amount_of(text)) and found.currency for text in texts[:_LOOKED_AT]):
        return FieldKind.MONEY
    if _IDENTIFIER.search(name) and all(_is_whole(cell) for cell in looked_at):
        return FieldKind.TEXT
    if _NUMBER_NAME.search(name):
        return FieldKind.NUMBER
    if _MONEY_NAME.search(name) or all(_has_cents(cell) for cell in looked_at):
        return FieldKind.MONEY
    return FieldKind.NUMBER


def _is_whole(cell: object) -> bool:
    match cell:
        case str():
            return cell.strip().isdigit()
        case float():
            return cell.is_integer()
        case Decimal():
            return cell.is_finite() and cell == cell.to_integral_value()
        case _:
            return isinstance(cell, int)


def _has_cents(cell: object) -> bool:
    if isinstance(cell, str):
        return re.search(r"[.,][0-9]{2}\D*$", cell) is not None
    return isinstance(cell, Decimal) and cell.as_tuple().exponent == -2  # noqa: PLR2004 # cents


def _is_status(name: str, cells: Sequence[object]) -> bool:
    """Few short words that repeat."""
    if not all(
        isinstance(cell, bool) or (isinstance(cell, str) and len(cell) <= _LONGEST_STATUS) for cell in cells
    ):
        return False
    distinct = {cell.strip() if isinstance(cell, str) else cell for cell in cells}
    if len(distinct) > _MOST_STATUSES:
        return False
    if _STATUS_NAME.search(name):
        return True
    short_words = all(
        len(str(cell)) <= _LONGEST_UNNAMED_STATUS and not any(sign.isdigit() for sign in str(cell))
        for cell in distinct
    )
    return short_words and len(distinct) > 1 and len(cells) >= _STATUS_REPEATS * len(distinct)


def _day_first(cells: Sequence[object]) -> bool:
    """Whether some date can only have its day first, and none must have its month first."""
    orders = {parsing.date_order(cell) for cell in cells if isinstance(cell, str)}
    return True in orders and False not in orders


def _date_note(cells: Sequence[object], *, day_first: bool) -> str:
    texts = [cell for cell in cells if isinstance(cell, str)]
    orders = {parsing.date_order(text) for text in texts}
    if orders >= {True, False}:
        return "Some dates have the day first and some the month. Write all of them as 2026-11-20."
    example = next((text.strip() for text in texts if parsing.reads_both_ways(text)), None)
    if example is None or orders - {None}:
        return ""
    read = parsing.date_of(example, day_first=day_first)
    return f"{example} could be two dates. It is read month first, as {read}."
