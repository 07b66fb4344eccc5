"""Answers to a bearer go out compressed: a project's table is about 270 kB plain, and a tenth of that then.

No foreign page can make a browser send a bearer, so nobody else can have answers made to guess a secret from
their sizes. What a cookie opens stays as it is.
"""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

from embedded_app.config import Config

_WORTH_IT_BYTES = 1_000
_LEVEL = 1  # higher ones take more than twice the time for a few kB less


def init_app(app: Flask, config: Config) -> None:
    """Compress what is worth it, for browsers that take it. No answer to a bearer is stored, so none varies."""
    del config
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    has_bearer = request.headers.get("Authorization", "").startswith("Bearer ")
    if not has_bearer or request.accept_encodings.quality("gzip") <= 0:
        return response
    if not response.is_streamed and len(response.get_data()) >= _WORTH_IT_BYTES:
        response.set_data(gzip.compress(response.get_data(), _LEVEL, mtime=0))
        response.content_encoding = "gzip"
    return response
