"""A name for each request, short enough to be read out on the telephone.

It is the reference on every error page, and it stands in every line of the log that the request caused.
"""

from __future__ import annotations

import secrets
import time
from contextvars import ContextVar

from flask import Flask, Response

from embedded_app.config import Config

NO_REQUEST = "-"

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U to misread
_BITS_PER_CHARACTER = 5
_TIME_CHARACTERS = 8  # milliseconds; comes round after 34 years
_RANDOM_CHARACTERS = 5
_current: ContextVar[str] = ContextVar("request_id", default=NO_REQUEST)


def init_app(app: Flask, config: Config) -> None:
    """Name every request and return the name as `X-Request-Id`. An id that a client sends is not believed."""
    del config
    app.before_request(_begin)
    app.after_request(_announce)
    app.teardown_request(_end)


def current() -> str:
    """The id of the request in hand, or `NO_REQUEST` outside one. A thread needs a copy of the context."""
    return _current.get()


def new() -> str:
    """A fresh id such as ``01JD3-8KQ7-ZM4P``; ids sort by time."""
    milliseconds = time.time_ns() // 1_000_000
    number = milliseconds << _BITS_PER_CHARACTER * _RANDOM_CHARACTERS
    number |= secrets.randbits(_BITS_PER_CHARACTER * _RANDOM_CHARACTERS)
    length = _TIME_CHARACTERS + _RANDOM_CHARACTERS
    shifts = range((length - 1) * _BITS_PER_CHARACTER, -1, -_BITS_PER_CHARACTER)
    text = "".join(_ALPHABET[number >> shift & len(_ALPHABET) - 1] for shift in shifts)
    return f"{text[:5]}-{text[5:9]}-{text[9:]}"


def _begin() -> None:
    _current.set(new())


def _announce(response: Response) -> Response:
    response.headers["X-Request-Id"] = current()
    return response


def _end(error: BaseException | None) -> None:
    del error
    _current.set(NO_REQUEST)  # the thread lives on and serves others
