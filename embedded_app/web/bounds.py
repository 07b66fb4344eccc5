"""How much of a request is read, and the one place that says it.

Every request has a limit of bytes, also one that does not say how long it is. What says that it is longer is
refused before anything of it is read. A view that takes more than `SMALL` declares it: write `@Body(…)` above it.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO, Any, TypeVar, cast

from flask import Flask, Request, abort, current_app, request
from werkzeug.formparser import FormDataParser
from werkzeug.utils import cached_property
from werkzeug.wsgi import LimitedStream

from embedded_app.config import Config
from embedded_app.web import json

View = TypeVar("View", bound=Callable[..., Any])

SMALL = 64 * 1024
"""Bytes of any request whose view does not say otherwise: a form, or JSON of a script of ours."""
LONGEST_QUERY = 4000
"""Bytes of a query; servers refuse a request line that is a little longer."""
MOST_FIELDS = 2000

_DECLARED = "most_bytes"
_URLENCODED = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Body:
    """How many bytes a view takes at most. An instance is a decorator."""

    most_bytes: int

    def __call__(self, view: View) -> View:
        setattr(view, _DECLARED, self.most_bytes)
        return view


LARGE_FORM = Body(512 * 1024)
"""A form with a line for each column of a table."""


def init_app(app: Flask, config: Config) -> None:
    """Bound every request, before anything else looks at it."""
    del config
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = SMALL
    app.config["MAX_FORM_PARTS"] = MOST_FIELDS
    app.request_class = _BoundedRequest
    app.json = json.BoundedProvider(app)
    app.before_request(_bound)


def limit_of(app: Flask, endpoint: str | None) -> int:
    """The most bytes that a request to `endpoint` may have; to no view at all for `None`."""
    view = app.view_functions.get(endpoint or "")
    limit: int = getattr(view, _DECLARED, SMALL)
    return limit


def _bound() -> None:
    limit = limit_of(current_app, request.endpoint)
    request.max_content_length = request.max_form_memory_size = limit
    if request.content_length is not None and request.content_length > limit:
        abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if len(request.query_string) > LONGEST_QUERY:
        abort(HTTPStatus.BAD_REQUEST)


class _Form(FormDataParser):
    """Werkzeug counts the fields of a multipart form alone."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> Any:
        if mimetype == _URLENCODED:
            content = stream.read()
            if self.max_form_parts is not None and content.count(b"&") >= self.max_form_parts:
                abort(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            stream = io.BytesIO(content)
        return super().parse(stream, mimetype, content_length, options)


class _Body(LimitedStream):
    """Werkzeug's own ends at the limit without a word when all is asked for at once: half a form looks whole."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        super().__init__(stream, limit, is_max=True)
        self._rest = stream

    def readall(self) -> bytes:
        content = super().readall()
        if self.is_exhausted and self._rest.read(1):
            self.on_exhausted()
        return content


class _BoundedRequest(Request):
    form_data_parser_class = _Form

    @cached_property
    def stream(self) -> IO[bytes]:
        if "wsgi.input_terminated" in self.environ and self.max_content_length is not None:
            return cast("IO[bytes]", _Body(self.environ["wsgi.input"], self.max_content_length))
        return super().stream
