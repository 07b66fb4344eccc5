"""From an answer that is no success to one of our errors (docs/platform-reference.md, section 4.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

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
from embedded_app.outbound.wire import WireResponse
from embedded_app.procore import sentences
from embedded_app.procore.calls.decoding import json_of
from embedded_app.procore.calls.routes import in_words
from embedded_app.procore.pacing.headers import wait_until

_NOT_CONNECTED = "app is not connected to this company"
_OPAQUE = re.compile(r"[\w.~+/=-]{32,}")
_MOST_MESSAGES = 20
_LONGEST_MESSAGE = 300
_DEEPEST = 6
_UNSTATED_WAIT = timedelta(seconds=10)  # the shorter of the two windows of section 4.6

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


def messages_of(body: bytes) -> tuple[str, ...]:
    """Procore's texts, from any of the body shapes of section 4.5; empty when the body is something else.

    A message about a field reads ``field: message``. Number and length are bounded, and what could be a token is
    left out: whoever reads the error need not be whoever made the call.
    """
    value = json_of(body)
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
