"""What surrounds the handling of each request, whatever its view does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask


def surround(app: Flask, context: Callable[[], AbstractContextManager[object]]) -> None:
    """Handle every request inside what `context` gives, in the request's own thread."""
    handle = app.wsgi_app

    def handle_inside(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with context():
            return handle(environ, start_response)

    app.wsgi_app = handle_inside  # type: ignore[method-assign] # Flask's documented place for middleware
