"""Answers to a bearer and the shells of frames go out compressed: a table is a tenth then, a shell a fifth.

No foreign page can make a browser send a bearer, so nobody else can have answers made to guess a secret from
their sizes. A shell holds none: it is the same for everybody. What a cookie opens stays as it is.
"""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

from embedded_app.config import Config
from embedded_app.web.headers import Kind, kind_of_request

_WORTH_IT_BYTES = 1_000
_LEVEL = 1  # higher ones take more than twice the time for a few kB less


def init_app(app: Flask, config: Config) -> None:
    """Compress what is worth it, for browsers that take it. None of it is stored, so none varies."""
    del config
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    has_bearer = request.headers.get("Authorization", "").startswith("Bearer ")
    may_be = has_bearer or kind_of_request() is Kind.FRAME
    if not may_be or request.accept_encodings.quality("gzip") <= 0:
        return response
    if not response.is_streamed and len(response.get_data()) >= _WORTH_IT_BYTES:
        response.set_data(gzip.compress(response.get_data(), _LEVEL, mtime=0))
        response.content_encoding = "gzip"
    return response
