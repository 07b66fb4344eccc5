"""Answers of the API: JSON, and lists with filters, order and pages (docs/platform-reference.md, section 4.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar
from urllib.parse import urlencode

import orjson
from flask import request
from werkzeug import Response

from embedded_app.simulator.network import wire
from embedded_app.simulator.network.request_log import Breach
from embedded_app.simulator.rest.access import Refusal
from embedded_app.simulator.rest.values.numbers import written

T = TypeVar("T")
Filter = Callable[[T, Sequence[str]], bool]
"""Whether a record passes, given the values sent for the filter."""

DEFAULT_PER_PAGE = 100
LARGEST_PER_PAGE = 2000


def json(body: object) -> Response:
    """A JSON answer, status 200."""
    return Response(orjson.dumps(body), mimetype="application/json")


def data(body: object) -> Response:
    """A JSON answer of API version 2, in its envelope."""
    return json({"data": body})


def equals(read: Callable[[T], object]) -> Filter[T]:
    """Passes a record whose value is one of those sent."""
    return lambda record, sent: _written(read(record)) in sent


def contains(*reads: Callable[[T], str | None]) -> Filter[T]:
    """Passes a record that has the text sent in one of these fields, in either case."""
    return lambda record, sent: any(
        text.casefold() in (read(record) or "").casefold() for read in reads for text in sent
    )


def within(read: Callable[[T], datetime | date | None]) -> Filter[T]:
    """Passes a record whose time or day is in the range sent, `from...to`, both ends included."""

    def passes(record: T, sent: Sequence[str]) -> bool:
        begin, dots, end = sent[0].partition("...")
        value = read(record)
        if value is not None and not isinstance(value, datetime):
            value = datetime.combine(value, time(12), UTC)
        earliest, latest = moment(begin, time.min), moment(end if dots else begin, time.max)
        return value is not None and earliest <= value <= latest

    return passes


def never() -> Filter[Any]:
    """A documented filter on a field that is empty in every record here."""
    return lambda _record, _sent: False


def listing(
    records: Iterable[T],
    render: Callable[[T], object],
    *,
    filters: Mapping[str, Filter[T]] | None = None,
    sorts: Mapping[str, Callable[[T], Any]] | None = None,
    per_page: int = DEFAULT_PER_PAGE,
    largest: int = LARGEST_PER_PAGE,
    envelope: bool = False,
) -> Response:
    """One page of these records as the query asks for it, with the paging headers.

    `per_page` is what the endpoint takes when the query names none, `largest` what it gives at most.
    `envelope` is that of version 2.
    """
    chosen = _sorted(_filtered(records, filters or {}), sorts or {})
    if "per_page" not in request.args:
        wire.breach(Breach.UNPAGED_LIST)
    size = min(_positive("per_page", per_page), largest)
    page = _positive("page", 1)
    rows = [render(record) for record in chosen[(page - 1) * size : page * size]]
    answer = data(rows) if envelope else json(rows)
    answer.headers["Total"] = str(len(chosen))
    answer.headers["Per-Page"] = str(size)
    last = max(1, -(-len(chosen) // size))
    links = {"first": 1, "prev": page - 1, "next": page + 1, "last": last}
    answer.headers["Link"] = ", ".join(
        f'<{_address(number, size)}>; rel="{rel}"'
        for rel, number in links.items()
        if rel in ("first", "last") or 1 <= number <= last
    )
    return answer


def _filtered(records: Iterable[T], filters: Mapping[str, Filter[T]]) -> list[T]:
    chosen = list(records)
    for key, sent in request.args.lists():
        if not key.startswith("filters["):
            continue
        chosen_filter = filters.get(key.removeprefix("filters[").partition("]")[0])
        if chosen_filter is None:
            wire.breach(Breach.UNKNOWN_FILTER)
        else:
            chosen = [record for record in chosen if chosen_filter(record, sent)]
    return chosen


def _sorted(records: list[T], sorts: Mapping[str, Callable[[T], Any]]) -> list[T]:
    for name in reversed(_order().split(",")):
        key = sorts.get(name.removeprefix("-"))
        if key is not None:
            records.sort(key=key, reverse=name.startswith("-"))
    return records


def _order() -> str:
    """What `sort` says; RFIs say it in two parameters (section 4.3)."""
    attribute = request.args.get("sort[attribute]")
    if attribute is None:
        return request.args.get("sort", "")
    return f"-{attribute}" if request.args.get("sort[direction]", "").lower() == "desc" else attribute


def _positive(name: str, default: int) -> int:
    text = request.args.get(name)
    if text is None:
        return default
    found = written(text)
    if found is None or found < 1:
        raise Refusal(400, "must be a positive number", field=name)
    return found


def _address(page: int, size: int) -> str:
    rest = [(key, value) for key, value in request.args.items(multi=True) if key not in ("page", "per_page")]
    return f"{request.base_url}?{urlencode([*rest, ('page', page), ('per_page', size)])}"


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def moment(text: str, time_of_day: time) -> datetime:
    """The time that was sent; of a day alone, this time of it."""
    try:
        if "T" in text:
            exact = datetime.fromisoformat(text)
            return exact if exact.tzinfo else exact.replace(tzinfo=UTC)
        return datetime.combine(date.fromisoformat(text), time_of_day, UTC)
    except ValueError as malformed:
        raise Refusal(400, f"{text} is not a date.") from malformed
