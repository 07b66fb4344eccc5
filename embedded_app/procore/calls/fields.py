"""What a field of a record may be on the wire, and where it stands.

A record is a frozen `msgspec.Struct` whose annotations are the types at the end of this module. To a type checker
they are what the record has; msgspec hands such a value to the function that reads it. Each function takes the
value as JSON has it and raises `Malformed`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, Union

import msgspec

from embedded_app.errors import InvalidField
from embedded_app.ids import RecordId, parse_id

T = TypeVar("T")
I = TypeVar("I", bound=int)  # noqa: E741 # an id

__all__ = [
    "AllNamed",
    "Count",
    "Day",
    "Id",
    "Label",
    "Malformed",
    "Moment",
    "Named",
    "Number",
    "Percent",
    "Ref",
    "RequiredText",
    "Text",
    "Wire",
    "at",
    "items",
    "required_items",
    "required_text",
    "text",
]

_DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)
_TOO_LARGE = 10**30  # as far as the digits above go
_IDS = range(1, 2**63)
_WHOLE = range(-(2**63), 2**64)


class Malformed(ValueError):
    """A value is not what the reference describes; `field` is where within it, ``""`` for the value itself."""

    def __init__(self, field: str = "") -> None:
        super().__init__(field)
        self.field = field


if TYPE_CHECKING:
    from typing import Annotated as Wire
else:

    class Wire(partial):
        """``Wire[date, day]`` is a `date` that the function `day` reads.

        Where the function reads a blank text as ``None``, the field is annotated ``Wire[…] | None``.
        """

        __origin__ = object  # what msgspec checks a value against that was read; anything is one

        def __class_getitem__(cls, parts: tuple[object, Callable[[object], object]]) -> Wire:
            gives, read = parts
            wire = cls(read)
            wire.gives = gives
            return wire

        def __getitem__(self, kind: object) -> Wire:
            """`Id[UserId]` is read as `Id` is."""
            return self

        def __or__(self, other: object) -> object:
            return Union[self, other]  # noqa: UP007 # `|` is what this defines


def at(*paths: str) -> Any:
    """The place of a field that has no single name: the first of `paths` where there is something.

    A dot leads into an object: ``at("vendor.id", "vendor_id")``. The field is ``None`` when there is nothing.
    """
    return msgspec.field(name="|".join(paths), default=None)


def positive_id(value: object) -> int:
    """A positive 64-bit id; a number in v1, decimal digits in v2 (section 4.1)."""
    if type(value) is int and value in _IDS:
        return value
    try:
        return parse_id(value)
    except InvalidField:
        raise Malformed from None


def text(value: object) -> str | None:
    """A text; ``None`` when it is blank."""
    if not isinstance(value, str):
        raise Malformed
    return value if value.strip() else None


def required_text(value: object) -> str:
    """A text that says something."""
    found = text(value)
    if found is None:
        raise Malformed
    return found


def label(value: object) -> str | None:
    """A number as people see it, of an invoice or an RFI; some come as text and some as whole numbers."""
    return str(value) if type(value) is int and value in _WHOLE else text(value)


def number(value: object) -> Decimal | None:
    """Money or another number, exactly as written (section 4.7).

    Normally a decimal string. A JSON number is taken by its shortest decimal form, which is what was written as
    long as that has at most fifteen digits.
    """
    if isinstance(value, str):
        if _DECIMAL.fullmatch(value):
            return Decimal(value)
        if not value:
            return None
    elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _TOO_LARGE:
        return Decimal(repr(value))
    raise Malformed


def percent(value: object) -> Decimal | None:
    """A number that may have a trailing ``%``."""
    return number(value.removesuffix("%") or value if isinstance(value, str) else value)


def day(value: object) -> date | None:
    """A date without a time; of a date with a time, its date (section 4.7: some fields come both ways)."""
    found = text(value)
    if found is None:
        return None
    try:
        return date.fromisoformat(found) if "T" not in found else datetime.fromisoformat(found).date()
    except ValueError:
        raise Malformed from None


def moment(value: object) -> datetime | None:
    """A point in time, in UTC; Procore's times are UTC where they name no zone."""
    found = text(value)
    if found is None:
        return None
    try:
        stated = datetime.fromisoformat(found)
        return stated.replace(tzinfo=UTC) if stated.tzinfo is None else stated.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Malformed from None


def required_items(value: object) -> Sequence[object]:
    """A list."""
    if not isinstance(value, list):
        raise Malformed
    return value


def items(value: object) -> Sequence[object]:
    """A list; an empty one for ``null``."""
    return () if value is None else required_items(value)


def count(value: object) -> int:
    """How many objects a list has."""
    found = required_items(value)
    if not all(isinstance(item, dict) for item in found):
        raise Malformed
    return len(found)


class Ref(msgspec.Struct, frozen=True):
    """Another record as this one names it."""

    id: RecordId
    name: str | None


def ref(value: object) -> Ref | None:
    """A person, a firm or another record; ``None`` without an id."""
    if not isinstance(value, dict):
        raise Malformed
    named, name = value.get("id"), value.get("name")
    if named is None:
        return None
    return Ref(
        RecordId(_inner("id", positive_id, named)), None if name is None else _inner("name", text, name)
    )


def _inner(name: str, read: Callable[[object], T], value: object) -> T:
    try:
        return read(value)
    except Malformed:
        raise Malformed(name) from None


def refs(value: object) -> tuple[Ref, ...]:
    """Those of a list that have an id; none when there is no list."""
    found = (ref(item) for item in items(value))
    return tuple(each for each in found if each is not None)


Id = Wire[I, positive_id]
RequiredText = Wire[str, required_text]
Text = Wire[str, text]
Label = Wire[str, label]
Number = Wire[Decimal, number]
Percent = Wire[Decimal, percent]
Day = Wire[date, day]
Moment = Wire[datetime, moment]
Count = Wire[int, count]
Named = Wire[Ref, ref]
AllNamed = Wire[tuple[Ref, ...], refs]
