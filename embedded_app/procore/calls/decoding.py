"""From the JSON of an answer to typed records.

Fields that a record does not have are ignored, missing ones and ``null`` are ``None`` where a value is optional,
and a value of another type than the reference gives is refused. An error names the field and never the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from operator import attrgetter, call
from types import GenericAlias
from typing import Any, ParamSpec, Protocol, TypeVar

import msgspec

from embedded_app.errors import UnexpectedPayload
from embedded_app.outbound.wire import WireResponse
from embedded_app.procore.calls.fields import Malformed
from embedded_app.procore.sentences import NOT_UNDERSTOOD

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
W = TypeVar("W")
P = ParamSpec("P")
Given = Mapping[str, object]
Make = Callable[[Any, Given], Any]

_AT = re.compile(r" - at `\$([\w.\[\]]+)`\Z")
_MISSING = re.compile(r"Object missing required field `(\w+)`")
_POSITION = re.compile(r"\[[^\]]*\]")


def _cached(function: Callable[P, T]) -> Callable[P, T]:
    """`functools.cache` with the types of the function: a type checker takes no `type[T]` for hashable."""
    untyped: Any = cache(function)
    typed: Callable[P, T] = untyped
    return typed


class Decode(Protocol[T_co]):
    """Makes something of a body; in an envelope it is within ``data`` (section 4.1)."""

    def __call__(self, body: bytes, *, in_envelope: bool) -> T_co:
        """What is in `body`.

        Raises:
            Malformed: it is not what the reference describes.
            msgspec.DecodeError: the same, or it is no JSON.
        """
        ...


def one(kind: type[T], /, **given: object) -> Decode[T]:
    """A record alone.

    Args:
        kind: of the record.
        given: fields whose values are known before. An answer that says something else is refused.
    """
    wire, make = _plan(kind, frozenset(given))
    return shaped(wire, partial(_made, make, given))


def each(kind: type[T], /, **given: object) -> Decode[tuple[T, ...]]:
    """A list of records (section 4.1: a bare JSON array); `given` as in `one`."""
    wire, make = _plan(kind, frozenset(given))
    return shaped(_tuple_of(wire), partial(_all_made, make, given))


def shaped(wire: type[W], make: Callable[[W], T]) -> Decode[T]:
    """What `make`, which may raise `Malformed`, makes of what msgspec reads as `wire`: `object` is any JSON."""

    def decode(body: bytes, *, in_envelope: bool) -> T:
        found = _decoder(wire, in_envelope=in_envelope).decode(body)
        return make(found.data if in_envelope else found)

    return decode


def converted(value: object, kind: type[T]) -> T:
    """The record in an object that was read already, for a record within another.

    Raises:
        Malformed: it is none.
    """
    wire, make = _plan(kind, frozenset())
    try:
        found = msgspec.convert(value, wire, dec_hook=call)
    except msgspec.ValidationError as error:
        raise Malformed(_field_of(error)) from None
    record: T = _made(make, {}, found)
    return record


def decoded(response: WireResponse, route: str, decode: Decode[T], *, in_envelope: bool = False) -> T:
    """What `decode` makes of the JSON of `response`.

    Raises:
        UnexpectedPayload: it is no JSON, or not what `decode` expects.
    """
    return decoded_body(
        response.body,
        route,
        decode,
        in_envelope=in_envelope,
        request_id=response.header("X-Request-Id"),
        status=response.status,
    )


def decoded_body(
    body: bytes,
    route: str,
    decode: Decode[T],
    *,
    in_envelope: bool = False,
    request_id: str | None = None,
    status: int | None = None,
) -> T:
    """What `decode` makes of the JSON of `body`, which came by `route`.

    Raises:
        UnexpectedPayload: it is no JSON, or not what `decode` expects. No other error is kept with it, because
            those may quote the body.
    """
    field: str | None
    try:
        return decode(body, in_envelope=in_envelope)
    except msgspec.ValidationError as error:
        field = _field_of(error, in_envelope=in_envelope)
    except Malformed as error:
        field = error.field
    except (msgspec.DecodeError, RecursionError):
        field = None
    raise UnexpectedPayload(
        NOT_UNDERSTOOD,
        route=route,
        request_id=request_id,
        status_code=status,
        messages=("not JSON",) if field is None else (f"field {field}",),
    )


def json_of(body: bytes) -> object:
    """Any JSON; ``None`` where it is none."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None


@_cached
def _plan(kind: type[Any], given: frozenset[str]) -> tuple[Any, Make | None]:
    """What msgspec reads for a record, and how the record is made of that; ``None`` where it is the record.

    msgspec knows one name for a field. Where a record has fields in other places (`fields.at`), or `given` ones,
    it reads Structs that are built like the answer.
    """
    fields = msgspec.structs.fields(kind)
    paths = {field.name: field.encode_name.split("|") for field in fields}
    if not given and not any("." in field.encode_name or "|" in field.encode_name for field in fields):
        return kind, None
    leaves: dict[str, tuple[Any, ...]] = {}
    for field in fields:
        if field.name in given:
            leaf: tuple[Any, ...] = (field.type | None, None)
        else:
            leaf = (field.type,) if field.default is msgspec.NODEFAULT else (field.type, field.default)
        leaves.update(dict.fromkeys(paths[field.name], leaf))
    return _struct(kind.__name__, leaves), _maker(kind, paths)


def _struct(name: str, leaves: Mapping[str, tuple[Any, ...]]) -> Any:
    """A Struct with these fields, in which there is another for each object that some of them are in."""
    fields = [(path, *leaf) for path, leaf in leaves.items() if "." not in path]
    for head in dict.fromkeys(path.partition(".")[0] for path in leaves if "." in path):
        start = f"{head}."
        inner = {path.removeprefix(start): leaf for path, leaf in leaves.items() if path.startswith(start)}
        struct = _struct(head, inner)
        fields.append((head, struct | None, struct()))
    return msgspec.defstruct(name, fields, kw_only=True, frozen=True)


def _maker(kind: type[Any], paths: Mapping[str, list[str]]) -> Make:
    """Makes a record of what was read: of each field the first of its paths where there is something."""
    names = list(paths)
    first = [of_field[0] for of_field in paths.values()]
    every = [*first, *(path for of_field in paths.values() for path in of_field[1:])]
    others = {
        place: [every.index(path, len(first)) for path in of_field[1:]]
        for place, of_field in enumerate(paths.values())
        if len(of_field) > 1
    }
    look = attrgetter(*every, every[0])  # of one name alone it would give no tuple

    def make(wire: Any, given: Given) -> Any:
        try:
            found = list(look(wire))
        except AttributeError:  # an object on the way is null
            found = [_walk(wire, path) for path in every]
        for place, alternatives in others.items():
            if found[place] is None:
                found[place] = next(
                    (found[other] for other in alternatives if found[other] is not None), None
                )
        for name, value in given.items():
            place = names.index(name)
            if value is not None and found[place] not in {None, value}:
                raise Malformed(first[place])
            found[place] = value
        return kind(*found[: len(first)])

    return make


def _walk(wire: Any, path: str) -> object:
    for step in path.split("."):
        wire = getattr(wire, step, None)
    return wire


def _made(make: Make | None, given: Given, found: Any) -> Any:
    return make(found, given) if make else found


def _all_made(make: Make | None, given: Given, found: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple([make(item, given) for item in found]) if make else found


@_cached
def _tuple_of(wire: Any) -> Any:
    return GenericAlias(tuple, (wire, ...))


@_cached
def _decoder(wire: Any, *, in_envelope: bool) -> msgspec.json.Decoder[Any]:
    kind = Any if wire is object else wire
    if in_envelope:
        kind = msgspec.defstruct("Envelope", [("data", kind)])
    return msgspec.json.Decoder(kind, dec_hook=call)


def _field_of(error: msgspec.ValidationError, *, in_envelope: bool = False) -> str:
    """The field that msgspec speaks of, ``a.b``: without places in lists, and without the envelope."""
    message = str(error)
    where = _AT.search(message)
    path = [name for name in _POSITION.sub("", where[1]).split(".") if name] if where else []
    if in_envelope:
        if not path:
            return "data"
        del path[0]
    if missing := _MISSING.match(message):
        path.append(missing[1])
    if isinstance(error.__cause__, Malformed) and error.__cause__.field:
        path.append(error.__cause__.field)
    return ".".join(path) or ("[]" if message.startswith("Expected `array`") else "{}")
