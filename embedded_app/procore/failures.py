"""From an answer that is no success to one of our errors (docs/platform-reference.md, section 4.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import orjson

from embedded_app.errors import (
    AppNotConnected,
    Forbidden,
    NotFound,
    ProcoreError,
    RateLimited,
    Rejected,
    ServerFailed,
    Unauthorized,
    UnexpectedPayload,
)
from embedded_app.procore import sentences
from embedded_app.procore.routes import in_words
from embedded_app.procore.transport import WireResponse

_NOT_CONNECTED = "app is not connected to this company"
_OPAQUE = re.compile(r"[\w.~+/=-]{32,}")
_MOST_MESSAGES = 20
_LONGEST_MESSAGE = 300
_DEEPEST = 6
_UNSTATED_WAIT = timedelta(seconds=10)  # the shorter of the two windows of section 4.6
_LONGEST_WAIT = timedelta(hours=1)  # the longer one
_CLOCKS_DIFFER = timedelta(seconds=2)

# What ends here, by status. 5xx and other 4xx are decided by their hundred.
_BY_STATUS: dict[int, tuple[type[ProcoreError], str]] = {
    HTTPStatus.FORBIDDEN: (Forbidden, sentences.NOT_ALLOWED),
    HTTPStatus.NOT_FOUND: (NotFound, sentences.NOT_THERE),
    HTTPStatus.REQUEST_TIMEOUT: (ServerFailed, sentences.FAILED),
}


def failure_of(response: WireResponse, route: str, now: datetime) -> ProcoreError:
    """The error that `response` means. `now` is the wall clock, in UTC, for the time of a 429."""
    status = response.status
    messages = messages_of(response.body)
    request_id = response.header("X-Request-Id")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(
            sentences.ASKED_TO_WAIT,
            retry_at=wait_until(response, now) or now + _UNSTATED_WAIT,
            route=route,
            request_id=request_id,
            status_code=status,
            messages=messages,
        )
    kind, sentence = _kind(status, messages, route)
    return kind(sentence, route=route, request_id=request_id, status_code=status, messages=messages)


def _kind(status: int, messages: tuple[str, ...], route: str) -> tuple[type[ProcoreError], str]:
    if status == HTTPStatus.UNAUTHORIZED:
        asked = f"Procore does not accept this sign-in when it is asked for {in_words(route)}."
        return Unauthorized, f"{asked} Sign in again."
    if status == HTTPStatus.FORBIDDEN and any(_NOT_CONNECTED in text.lower() for text in messages):
        return AppNotConnected, sentences.NOT_CONNECTED
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ServerFailed, sentences.FAILED
    if status >= HTTPStatus.BAD_REQUEST:
        return Rejected, sentences.REFUSED
    return UnexpectedPayload, sentences.NOT_UNDERSTOOD


def wait_until(response: WireResponse, now: datetime) -> datetime | None:
    """When Procore accepts the next request: the later of `Retry-After` and `X-Rate-Limit-Reset`.

    Read the reset only from a 429: on other answers it is when a window ends, not a wish to wait. Never before
    `now` and at most an hour from it, whatever the headers say; ``None`` when they say nothing.
    """
    said = (_retry_after(response, now), _reset(response, now))
    still_ahead = now - _CLOCKS_DIFFER  # what is over says nothing
    times = [time for time in said if time is not None and time >= still_ahead]
    return min(max(now, *times), now + _LONGEST_WAIT) if times else None


def _retry_after(response: WireResponse, now: datetime) -> datetime | None:
    text = (response.header("Retry-After") or "").strip()
    if text.isascii() and text.isdigit():
        return now + min(timedelta(seconds=int(text[:9])), _LONGEST_WAIT)
    return _http_date(text)


def _reset(response: WireResponse, now: datetime) -> datetime | None:
    if response.status != HTTPStatus.TOO_MANY_REQUESTS:
        return None
    seconds = _until_reset(response, now)
    return None if seconds is None else now + timedelta(seconds=seconds)


def seconds_to_reset(response: WireResponse, now: datetime) -> float | None:
    """Seconds from now until `X-Rate-Limit-Reset`, or ``None`` without that header.

    The header is in Procore's time. Where the answer's `Date` shows that the two clocks differ, it is compared
    with that date instead of ours.
    """
    seconds = _until_reset(response, now)
    return None if seconds is None else max(0.0, seconds)


def _until_reset(response: WireResponse, now: datetime) -> float | None:
    """`seconds_to_reset`, negative for a time that is over."""
    text = (response.header("X-Rate-Limit-Reset") or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= len("9999999999")):
        return None
    theirs = _http_date(response.header("Date") or "") or now
    if abs(theirs - now) <= _CLOCKS_DIFFER:  # the header counts whole seconds; ours is finer
        theirs = now
    return min(int(text) - theirs.timestamp(), _LONGEST_WAIT.total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def messages_of(body: bytes) -> tuple[str, ...]:
    """Procore's texts, from any of the body shapes of section 4.5; empty when the body is something else.

    A message about a field reads ``field: message``. Number and length are bounded, and what could be a token is
    left out: whoever reads the error need not be whoever made the call.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ()
    found: dict[str, None] = {}
    if isinstance(value, dict):
        for text in _texts(value, "", 0):
            found.setdefault(_OPAQUE.sub("…", text)[:_LONGEST_MESSAGE])
            if len(found) == _MOST_MESSAGES:
                break
    return tuple(found)


def _texts(value: Any, field: str, depth: int) -> Iterator[str]:
    """Walk through lists and objects; `field` is the name of the record's field that is spoken of."""
    if depth > _DEEPEST:
        return
    if isinstance(value, str) and value.strip():
        yield f"{field}: {value.strip()}" if field else value.strip()
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part, field, depth + 1)
    elif isinstance(value, dict):
        yield from _of_object(value, field, depth)


def _of_object(value: dict[str, Any], field: str, depth: int) -> Iterator[str]:
    if "errors" in value:
        yield from _fields(value["errors"], field, depth + 1)
    source = value.get("source")
    about = source if isinstance(source, str) else field
    for key in ("message", "error", "reason", "details"):
        yield from _texts(value.get(key), about, depth + 1)
    yield from _fields(value.get("fields"), field, depth + 1)


def _fields(errors: Any, field: str, depth: int) -> Iterator[str]:
    """`errors` and `fields`: texts, or an object from a field's name to its texts or to fields of its own."""
    if depth > _DEEPEST:
        return
    if isinstance(errors, list):
        for part in errors:
            yield from _fields(part, field, depth + 1)
    elif isinstance(errors, dict) and {"message", "error"}.isdisjoint(errors):
        for name, value in errors.items():
            yield from _fields(value, field if name in {"base", "fields"} else name, depth + 1)
    else:
        yield from _texts(errors, field, depth)
