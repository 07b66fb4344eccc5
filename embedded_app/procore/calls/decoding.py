"""From JSON to typed values, one field at a time.

Unknown fields are ignored, missing ones and ``null`` are ``None`` where a value is optional, and a value of
another type than the reference gives is refused. A message names the field and never the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

import orjson

from embedded_app.errors import InvalidField, UnexpectedPayload
from embedded_app.ids import RecordId, parse_id
from embedded_app.outbound.wire import WireResponse
from embedded_app.procore.calls.routes import TEXT_ID
from embedded_app.procore.sentences import NOT_UNDERSTOOD

T = TypeVar("T")

_DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)
_TOO_LARGE = 10**30  # as far as the digits above go


@dataclass(frozen=True, slots=True)
class Ref:
    """Another record as this one names it."""

    id: RecordId
    name: str | None


class Malformed(Exception):
    """A value is not what the reference describes; `args[0]` is the name of its field."""


def decoded(response: WireResponse, route: str, decode: Callable[[object], T]) -> T:
    """`decode` applied to the JSON of `response`.

    Raises:
        UnexpectedPayload: it is no JSON, or not what `decode` expects.
    """
    request_id = response.header("X-Request-Id")
    return decoded_body(response.body, route, decode, request_id=request_id, status=response.status)


def decoded_body(
    body: bytes,
    route: str,
    decode: Callable[[object], T],
    *,
    request_id: str | None = None,
    status: int | None = None,
) -> T:
    """`decode` applied to the JSON of `body`, which came by `route`.

    Raises:
        UnexpectedPayload: it is no JSON, or not what `decode` expects.
    """
    malformed: Malformed | None
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:  # it holds the document, which may hold records: it must not stay
        malformed = None
    else:
        try:
            return decode(document)
        except Malformed as error:
            malformed = error
    raise UnexpectedPayload(
        NOT_UNDERSTOOD,
        route=route,
        request_id=request_id,
        status_code=status,
        messages=(f"field {malformed.args[0]}",) if malformed else ("not JSON",),
    ) from malformed


def each(decode: Callable[[Fields], T]) -> Callable[[object], tuple[T, ...]]:
    """A decoder of a list (section 4.1: a bare JSON array) from one of its items."""

    def decode_list(value: object) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise Malformed("[]")
        return tuple(decode(Fields(item)) for item in value)

    return decode_list


def one(decode: Callable[[Fields], T]) -> Callable[[object], T]:
    """A decoder of one object."""
    return lambda value: decode(Fields(value))


def enveloped(decode: Callable[[object], T]) -> Callable[[object], T]:
    """A decoder of an answer of version 2, which is within ``data`` (section 4.1)."""

    def decode_data(value: object) -> T:
        if not isinstance(value, dict) or "data" not in value:
            raise Malformed("data")
        return decode(value["data"])

    return decode_data


class Fields:
    """The fields of one JSON object; each method reads one as one type."""

    def __init__(self, value: object, within: str = "") -> None:
        if not isinstance(value, dict):
            raise Malformed(within or "{}")
        self._value: dict[str, Any] = value
        self._within = within

    def _name(self, name: str) -> str:
        return f"{self._within}.{name}" if self._within else name

    def id(self, name: str = "id") -> int:
        """A positive 64-bit id; a number in v1, decimal digits in v2 (section 4.1)."""
        value = self._value.get(name)
        try:
            return parse_id(value)
        except InvalidField as error:
            raise Malformed(self._name(name)) from error

    def record_id(self, name: str = "id") -> RecordId:
        """`id`, of a record of a family."""
        return RecordId(self.id(name))

    def optional_id(self, name: str) -> RecordId | None:
        """The id of another record, or ``None``."""
        return None if self._value.get(name) is None else self.record_id(name)

    def ref(self, name: str) -> Ref | None:
        """A person, a firm or another record that this one names; ``None`` without an id."""
        inner = self.inner(name)
        return inner.as_ref() if inner else None

    def refs(self, name: str) -> tuple[Ref, ...]:
        """Those of a list; empty when the list is not there."""
        found = (inner.as_ref() for inner in self.optional_items(name))
        return tuple(ref for ref in found if ref is not None)

    def as_ref(self) -> Ref | None:
        """This object as what its record names."""
        found = self.optional_id("id")
        return None if found is None else Ref(found, self.optional_text("name"))

    def text(self, name: str) -> str:
        """A text that must be there and say something."""
        found = self.optional_text(name)
        if found is None:
            raise Malformed(self._name(name))
        return found

    def optional_text(self, name: str) -> str | None:
        """A text, or ``None`` when there is none or it is blank."""
        value = self._value.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise Malformed(self._name(name))
        return value if value.strip() else None

    def label(self, name: str) -> str | None:
        """A number as people see it, of an invoice or an RFI; some come as text and some as whole numbers."""
        value = self._value.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return self.optional_text(name)

    def flag(self, name: str) -> bool | None:
        """True, false, or ``None``."""
        value = self._value.get(name)
        if value is None or isinstance(value, bool):
            return value
        raise Malformed(self._name(name))

    def number(self, name: str, *, percent: bool = False) -> Decimal | None:
        """Money or another number, exactly as written (section 4.7).

        Normally a decimal string. A JSON number is taken by its shortest decimal form, which is what was written
        as long as that has at most fifteen digits. With `percent` a trailing ``%`` is allowed.
        """
        value = self._value.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            text = value.removesuffix("%") if percent else value
            if _DECIMAL.fullmatch(text):
                return Decimal(text)
        elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _TOO_LARGE:
            return Decimal(repr(value))
        raise Malformed(self._name(name))

    def day(self, name: str) -> date | None:
        """A date without a time; of a date with a time, its date (section 4.7: some fields come both ways)."""
        text = self.optional_text(name)
        if text is None:
            return None
        try:
            return date.fromisoformat(text) if "T" not in text else datetime.fromisoformat(text).date()
        except ValueError as error:
            raise Malformed(self._name(name)) from error

    def moment(self, name: str) -> datetime | None:
        """A point in time, in UTC; Procore's times are UTC where they name no zone."""
        text = self.optional_text(name)
        if text is None:
            return None
        try:
            found = datetime.fromisoformat(text)
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise Malformed(self._name(name)) from error

    def inner(self, name: str) -> Fields | None:
        """An object inside this one, or ``None``."""
        value = self._value.get(name)
        return None if value is None else Fields(value, self._name(name))

    def text_id(self, name: str) -> str:
        """The id of an upload: letters, digits and dashes."""
        found = self.text(name)
        if not TEXT_ID.fullmatch(found):
            raise Malformed(self._name(name))
        return found

    def texts(self, name: str) -> Mapping[str, str]:
        """An object of texts; empty when it is missing."""
        value = self._value.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
            raise Malformed(self._name(name))
        return value

    def headers(self, name: str) -> Mapping[str, str]:
        """Texts that can be headers of a request."""
        found = self.texts(name)
        if not all(
            TEXT_ID.fullmatch(key) and text.isascii() and text.isprintable() for key, text in found.items()
        ):
            raise Malformed(self._name(name))
        return found

    def items(self, name: str) -> tuple[Fields, ...]:
        """The objects of a list that must be there."""
        value = self._value.get(name)
        if not isinstance(value, list):
            raise Malformed(self._name(name))
        return tuple(Fields(item, self._name(name)) for item in value)

    def count(self, name: str) -> int | None:
        """How many objects a list has; ``None`` when the answer does not show it."""
        return None if self._value.get(name) is None else len(self.items(name))

    def optional_items(self, name: str) -> tuple[Fields, ...]:
        """`items`, or none when the list is missing or ``null``."""
        return () if self._value.get(name) is None else self.items(name)

    def currency(self) -> str | None:
        """The ISO 4217 code of the amounts; ``None`` when the company has one currency only (section 4.7)."""
        configuration = self.inner("currency_configuration")
        return configuration.optional_text("currency_iso_code") if configuration else None
