"""What an answer becomes on its way: another type, half of itself, or nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import cast

import orjson
from flask import request
from werkzeug import Response

from embedded_app.simulator.network.faults import WrongType

_PAGE = (
    b"<!doctype html><html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>"
)


def mistype(response: Response, how: WrongType) -> Response:
    """The same answer with another body."""
    if how is WrongType.HTML:
        response.mimetype = "text/html"
        response.set_data(_PAGE)
    elif response.mimetype == "application/json":
        body = orjson.loads(response.get_data() or b"null")
        response.set_data(orjson.dumps(_values(body) if how is WrongType.VALUES else _shape(body)))
    return response


def cut_off() -> Response:
    """An answer that never arrives: the connection is closed under it."""
    _connection().shutdown(socket.SHUT_RDWR)
    return Response(b"", 500)


def cut_short(response: Response) -> Response:
    """The first half of an answer that announces the whole."""
    body = response.get_data()

    def half() -> Iterator[bytes]:
        yield body[: len(body) // 2]
        connection.shutdown(socket.SHUT_RDWR)

    connection = _connection()
    response.response = half()
    response.headers["Content-Length"] = str(len(body))
    return response


def _values(value: object) -> object:
    if isinstance(value, dict):
        return {key: _values(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_values(each) for each in value]
    if value is None:
        return {"value": None}
    return 1.5 if isinstance(value, str) else "not a number"


def _shape(value: object) -> object:
    if isinstance(value, list):
        return {"items": value}
    return [value]


def _connection() -> socket.socket:
    return cast("socket.socket", request.environ["gunicorn.socket"])
