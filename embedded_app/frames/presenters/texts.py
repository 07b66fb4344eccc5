"""How values are written on the pages. Amounts are never rounded, so that what one adds up on screen ties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import urlsplit

from embedded_app.panels import ShownColumn
from embedded_app.reconciliation import FieldKind, Item, Value, amount, text_of
from embedded_app.reconciliation.values import EXACT, is_missing
from embedded_app.web.formatting import MISSING, day

_MINUS = "\N{MINUS SIGN}"
_CENT_PLACES = 2
_WHOLE = 100


def money_text(value: Decimal | None, code: str = "") -> str:
    """``6,842,500.00``, ``12.00 CAD``; at least two decimals, and as many as the value has."""
    if value is None:
        return MISSING
    digits = f"{value.copy_abs():,.{money_places(value)}f} {code}".rstrip()
    return f"{_MINUS}{digits}" if value < 0 else digits


def money_places(value: Decimal) -> int:
    """How many decimals an amount is written with: two, or more if it has more."""
    exponent = EXACT.normalize(value).as_tuple().exponent
    return max(_CENT_PLACES, -exponent if isinstance(exponent, int) else 0)


def sums_text(sums: Mapping[str, Decimal] | None) -> str:
    """``6,842,500.00``, ``868,725.47 CAD``, ``12.00 · 5.00 CAD``: a sum for each currency (see `Sums`)."""
    if not sums:
        return MISSING
    return " · ".join(money_text(value, code) for code, value in sorted(sums.items()))


def difference_text(value: Decimal | None, code: str = "") -> str:
    """The same with a sign: ``+94,600.00``, ``−0.02 CAD``, ``0.00``."""
    text = money_text(value, code)
    return f"+{text}" if value is not None and value > 0 else text


def share_of(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """The part of one; `None` where that means nothing. For pictures and percentages only."""
    if part is None or whole is None or not whole:
        return None
    return part / whole


def percent_text(share: Decimal | None) -> str:
    """``56 %``; what is not quite whole says 99 and never 100."""
    if share is None:
        return MISSING
    whole = int((share * 100).to_integral_value(ROUND_HALF_UP))
    if whole == _WHOLE and share < 1:
        whole -= 1
    digits = f"{abs(whole):,} %"
    return f"{_MINUS}{digits}" if whole < 0 else digits


def value_text(value: Value, kind: FieldKind) -> str:
    """A field's content for people; a value of another type than the field's is shown as it is."""
    if is_missing(value):
        return MISSING
    if kind is FieldKind.MONEY and amount(value) is not None:
        return money_text(amount(value))
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Decimal):
        return (text_of(value) or str(value)).replace("-", _MINUS)
    return str(value)


def is_number(kind: FieldKind) -> bool:
    """Whether values of the kind stand at the right edge."""
    return kind in {FieldKind.MONEY, FieldKind.NUMBER}


def days_text(days: int) -> str:
    """``3 days later``: the row compared with the record."""
    word = "day" if abs(days) == 1 else "days"
    return "Same day" if not days else f"{abs(days)} {word} {'later' if days > 0 else 'earlier'}"


def sum_of(values: Iterable[Decimal | None]) -> Decimal | None:
    """The exact sum of what there is; `None` of nothing at all."""
    total: Decimal | None = None
    for value in values:
        if value is not None:
            total = value if total is None else EXACT.add(total, value)
    return total


def column_value(column: ShownColumn, items: Iterable[Item]) -> Value:
    """What several items say together in a column: amounts are added up, other values are listed.

    A sum with a missing part is missing, and so is one of several currencies.
    """
    items = tuple(items)
    values = [item.values.get(column.field) for item in items]
    if len(values) == 1:
        return values[0]
    if is_number(column.kind):
        amounts = [amount(value) for value in values]
        is_one = len({item.currency_of(column.field) for item in items}) <= 1
        return sum_of(amounts) if None not in amounts and is_one else None
    return ", ".join(
        dict.fromkeys(value_text(value, column.kind) for value in values if not is_missing(value))
    )


def shown(value: Value) -> str:
    """A text of an item, or nothing."""
    return "" if is_missing(value) else str(value)


def procore_address(web_base_url: str | None, path: str) -> str:
    """A page of Procore; empty when the company's web address is not known, or is none."""
    if web_base_url is None or urlsplit(web_base_url).scheme not in {"https", "http"}:
        return ""
    return web_base_url.rstrip("/") + path
