"""From the text of a cell to an amount or a date, as people and their systems write them.

Nothing is rounded and nothing is guessed: a text that is not wholly understood is `None`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from embedded_app.reconciliation import currency_named

_MISSING = frozenset({"", "-", "--", "–", "—", "n/a", "#n/a", "na", "null", "none", "nil", "tbd"})
_MOST_DIGITS = 40

_PLAIN_SIGNS = str.maketrans({"\u2212": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'"})
_PLAIN = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,18})?", re.ASCII)
_CURRENCY = r"(?:US\$|CA\$|C\$|A\$|NZ\$|MX\$|\$|€|£|¥|USD|CAD|AUD|NZD|EUR|GBP|CHF|MXN)"
_CURRENCY_BEFORE = re.compile(rf"{_CURRENCY}\s*", re.IGNORECASE)
_CURRENCY_AFTER = re.compile(rf"\s*{_CURRENCY}\Z", re.IGNORECASE)
_DIGITS = {
    False: re.compile(r"(?:[0-9]{1,3}(?:[,' ][0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+", re.ASCII),
    True: re.compile(r"(?:[0-9]{1,3}(?:[.' ][0-9]{3})+|[0-9]+)(?:,[0-9]*)?|,[0-9]+", re.ASCII),
}
_WITHOUT_THOUSANDS = {False: str.maketrans("", "", ",' "), True: str.maketrans("", "", ".' ")}

_TIME = r"(?:(?:T|,? +)[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)? ?(?:[AP]M)?(?:Z| ?[+-][0-9]{2}:?[0-9]{2})?)?"
_ISO = re.compile(rf"(?P<y>[0-9]{{4}})([-/])(?P<m>[0-9]{{1,2}})\2(?P<d>[0-9]{{1,2}}){_TIME}", re.IGNORECASE)
_SLASHED = re.compile(
    rf"(?P<a>[0-9]{{1,2}})(?:/(?P<b>[0-9]{{1,2}})/(?P<y>[0-9]{{4}}|[0-9]{{2}})"
    rf"|-(?P<b2>[0-9]{{1,2}})-(?P<y2>[0-9]{{4}})){_TIME}",  # 01-02-03 is rather a cost code
    re.IGNORECASE,
)
_DOTTED = re.compile(
    rf"(?P<d>[0-9]{{1,2}})\. ?(?P<m>[0-9]{{1,2}})\. ?(?P<y>[0-9]{{4}}|[0-9]{{2}}){_TIME}", re.IGNORECASE
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june",
            "jul july", "aug august", "sep sept september", "oct october", "nov november", "dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH_FIRST = re.compile(
    rf"(?P<m>[a-z]{{3,9}})\.? (?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?,? (?P<y>[0-9]{{4}}){_TIME}", re.IGNORECASE
)
_DAY_FIRST = re.compile(
    rf"(?P<d>[0-9]{{1,2}})[ -](?P<m>[a-z]{{3,9}})\.?,?[ -](?P<y>[0-9]{{4}}|[0-9]{{2}}){_TIME}", re.IGNORECASE
)
_CENTURY_PIVOT = 69  # two-digit years: 69–99 are 1969–1999 (POSIX, strptime %y)
_MONTHS_IN_YEAR = 12


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as it was written. A percentage is the number before the sign.

    `currency` is what the sign or the letters beside it say, `None` without any.
    """

    value: Decimal
    currency: str | None = None


def is_missing(text: str) -> bool:
    """Whether a cell for an amount or a date says "nothing"; in other cells only an empty text does."""
    return text.strip().casefold() in _MISSING


def amount_of(text: str, *, decimal_comma: bool = False) -> Amount | None:
    """The amount: ``$1,234.50``, ``(1,234.50)``, ``1,234.50-``, ``1 234.50 USD``; `None` if it is none.

    `decimal_comma` reads ``1.234,50`` instead. Thousands must stand in threes.
    """
    if not decimal_comma and _PLAIN.fullmatch(text):  # most cells of most systems
        value = Decimal(text)
        return Amount(value or value.copy_abs())
    rest = text.translate(_PLAIN_SIGNS).strip()
    signs = currencies = percents = 0
    currency = None
    is_negative = False
    while rest:
        if rest[0] == "(" and rest[-1] == ")":
            signs, is_negative, rest = signs + 1, True, rest[1:-1].strip()
        elif rest[0] in "+-":
            signs, is_negative, rest = signs + 1, rest[0] == "-", rest[1:].lstrip()
        elif rest[-1] == "-":
            signs, is_negative, rest = signs + 1, True, rest[:-1].rstrip()
        elif rest[-1] == "%":
            percents, rest = percents + 1, rest[:-1].rstrip()
        elif match := _CURRENCY_BEFORE.match(rest) or _CURRENCY_AFTER.search(rest):
            currencies, currency = currencies + 1, currency_named(match[0])
            rest = rest[: match.start()] + rest[match.end() :]
        else:
            break
    if max(signs, currencies + percents) > 1 or len(rest) > _MOST_DIGITS:
        return None
    if not _DIGITS[decimal_comma].fullmatch(rest):
        return None
    plain = rest.translate(_WITHOUT_THOUSANDS[decimal_comma]).replace(",", ".")
    value = Decimal(plain)
    return Amount(value.copy_negate() if is_negative and value else value, currency)


def date_of(text: str, *, day_first: bool = False) -> date | None:
    """The date: ISO 8601, ``11/20/2026``, ``20.11.2026``, ``Nov 20, 2026``, ``20-Nov-2026``.

    `day_first` reads 03/04/2026 as 3 April; dotted dates always have the day first. A time behind it is left out.
    """
    text = text.strip()
    if match := _ISO.fullmatch(text) or _DOTTED.fullmatch(text):
        return _date(match["y"], match["m"], match["d"])
    if match := _SLASHED.fullmatch(text):
        first, second = match["a"], match["b"] or match["b2"]
        month, day = (second, first) if day_first else (first, second)
        return _date(match["y"] or match["y2"], month, day)
    if match := _MONTH_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text):
        named = _MONTHS.get(match["m"].casefold())
        return _date(match["y"], str(named), match["d"]) if named else None
    return None


def date_order(text: str) -> bool | None:
    """Whether a slashed date must have its day first; `None` when it can be read both ways, or is none."""
    match = _SLASHED.fullmatch(text.strip())
    if match is None:
        return None
    first, second = int(match["a"]), int(match["b"] or match["b2"])
    if (first > _MONTHS_IN_YEAR) == (second > _MONTHS_IN_YEAR):
        return None
    return first > _MONTHS_IN_YEAR


def reads_both_ways(text: str) -> bool:
    """Whether the text is a date of two different days, depending on the order of day and month."""
    american, european = date_of(text), date_of(text, day_first=True)
    return american is not None and european is not None and american != european


def _date(year: str, month: str, day: str) -> date | None:
    number = int(year)
    if len(year) == 2:  # noqa: PLR2004 # a two-digit year
        number += 1900 if number >= _CENTURY_PIVOT else 2000
    try:
        return date(number, int(month), int(day))
    except ValueError:
        return None
