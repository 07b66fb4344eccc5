"""What goes into the engine: records and rows as plain named values, and the pairs that people decided on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, Inexact, InvalidOperation
from enum import StrEnum

Value = str | Decimal | date | datetime | bool | None
"""A field's content. `None`, and a text of spaces only, mean that the side says nothing; that is never zero.

A connector never gives a signalling NaN, which cannot be compared with anything.
"""


class FieldKind(StrEnum):
    """How two values of a field are compared."""

    TEXT = "text"
    MONEY = "money"
    NUMBER = "number"
    DATE = "date"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class Item:
    """A record or a row. `id` is unique on its side and means nothing to the engine.

    `currency` is that of its amounts (see `currencies.py`), `None` where nobody states it; `currencies` holds
    those of single fields that state another one.
    """

    id: str
    values: Mapping[str, Value]
    currency: str | None = None
    currencies: Mapping[str, str] = field(default_factory=dict)

    def currency_of(self, name: str) -> str | None:
        """The currency of the amount in a field."""
        return self.currencies.get(name, self.currency) if self.currencies else self.currency


@dataclass(frozen=True, slots=True)
class Link:
    """A record and a row that a person paired, or, among `rejected`, said do not belong together."""

    record_id: str
    row_id: str


EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[Inexact, InvalidOperation])
"""Arithmetic that never rounds. The default context keeps 28 digits and says nothing when it drops one."""

_LARGEST_EXPONENT = 1000


def amount(value: Value) -> Decimal | None:
    """The number that can be added up, or `None` if `value` is none: missing, another type, NaN, infinite.

    A power of ten beyond ±1000 is no amount either: added to another number it would fill the memory.
    """
    if (
        type(value) is Decimal
        and value.is_finite()
        and -_LARGEST_EXPONENT < value.adjusted() < _LARGEST_EXPONENT
    ):
        return value
    return None


def is_missing(value: Value) -> bool:
    """Whether the side says nothing."""
    return value is None or (type(value) is str and not value.strip())


def text_of(value: Value) -> str | None:
    """The value as one would write it in a key: ``14.00`` is "14", a date is ISO 8601; `None` if missing.

    An aware time is written in UTC, so that equal values are always written alike.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        usable = amount(value)
        return None if usable is None else _plain(usable)
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC)
    return None if value is None else value.isoformat()


def _plain(number: Decimal) -> str:
    digits = f"{number:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
