"""How numbers and times are written for people: see the filters in `FILTERS`.

A missing value is an em dash and never a zero. Minus is U+2212. Times are given in UTC; the scripts of a page
rewrite `<time>` elements into the reader's own zone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flask import Flask

from embedded_app.config import Config

MISSING = "—"
_MINUS = "\N{MINUS SIGN}"
_CENT = Decimal("0.01")
_ONE = Decimal(1)
_TENTH = Decimal("0.1")


def init_app(app: Flask, config: Config) -> None:
    """Offer the filters to templates."""
    del config
    app.jinja_env.filters.update(FILTERS)


def money(amount: Decimal | None) -> str:
    """``6,842,500.00``, ``−12.50``; the currency is said once a page and not here."""
    return (
        MISSING if amount is None else _signed(_rounded(amount, _CENT), f"{abs(_rounded(amount, _CENT)):,}")
    )


def difference(amount: Decimal | None) -> str:
    """Like `money`, with ``+`` before what is above zero."""
    return _plus(amount, _CENT) + money(amount)


def dollars(amount: Decimal | None, symbol: str = "$") -> str:
    """Whole units for tiles: ``$50,286,690``, ``−$1,273,425``."""
    if amount is None:
        return MISSING
    whole = _rounded(amount, _ONE)
    return _signed(whole, f"{symbol}{abs(whole):,}")


def percent(share: Decimal | None, places: int = 0) -> str:
    """`share` is a part of one: ``Decimal("0.6")`` is ``60 %``."""
    if share is None:
        return MISSING
    number = _rounded(share * 100, Decimal(1).scaleb(-places))
    return _signed(number, f"{abs(number):,} %")


def percent_difference(share: Decimal | None) -> str:
    """One decimal and a sign: ``−3.6 %``, ``+2.2 %``, ``0.0 %``."""
    return MISSING if share is None else _plus(share * 100, _TENTH) + percent(share, 1)


def count(number: int | None) -> str:
    """``18,214``."""
    return MISSING if number is None else _signed(Decimal(number), f"{abs(number):,}")


def day(value: date | datetime | None) -> str:
    """``Nov 20, 2026``; of a `datetime`, its day in UTC."""
    if value is None:
        return MISSING
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
    return f"{value:%b} {value.day}, {value.year}"


def clock_time(moment: datetime | None) -> str:
    """``1:26 PM UTC``."""
    if moment is None:
        return MISSING
    moment = moment.astimezone(UTC)
    return f"{moment.hour % 12 or 12}:{moment:%M} {'AM' if moment.hour < 12 else 'PM'} UTC"  # noqa: PLR2004 # noon


def moment(value: datetime | None) -> str:
    """``Nov 20, 2026, 1:26 PM UTC``."""
    return MISSING if value is None else f"{day(value)}, {clock_time(value)}"


def age(value: datetime | None, now: datetime | None = None) -> str:
    """How long ago: ``4 s ago``, ``12 min ago``, ``2 h 54 min ago``, ``3 days ago``."""
    if value is None:
        return MISSING
    seconds = max(0, int(((now or datetime.now(UTC)) - value) / timedelta(seconds=1)))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days:
        return f"{days} {'day' if days == 1 else 'days'} ago"
    if hours:
        return f"{hours} h {minutes % 60} min ago"
    return f"{minutes} min ago" if minutes else f"{seconds} s ago"


def iso(value: datetime | date) -> str:
    """For the `datetime` attribute of `<time>`: ``2026-11-20T13:26:05Z``, or ``2026-11-20`` of a plain date."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return value.isoformat()


def plural(number: int, one: str, many: str) -> str:
    """``1 commitment``, ``38 commitments``."""
    return f"{count(number)} {one if number == 1 else many}"


FILTERS: Mapping[str, Callable[..., Any]] = {
    f.__name__: f
    for f in (
        money,
        difference,
        dollars,
        percent,
        percent_difference,
        count,
        day,
        clock_time,
        moment,
        age,
        iso,
        plural,
    )
}


def _rounded(amount: Decimal, unit: Decimal) -> Decimal:
    return amount.quantize(unit, ROUND_HALF_UP)


def _signed(number: Decimal, digits: str) -> str:
    return f"{_MINUS}{digits}" if number < 0 else digits


def _plus(amount: Decimal | None, unit: Decimal) -> str:
    return "+" if amount is not None and _rounded(amount, unit) > 0 else ""
