"""What happens to every request to the login host and the API, whatever its handler does: log, latency, faults.

The portal's pages and the control switches are left alone.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import cast

import orjson
from flask import Flask, g, request
from werkzeug import Response

from embedded_app.simulator.faults import Drop, Fault
from embedded_app.simulator.request_log import Breach, Entry
from embedded_app.simulator.state import simulator

_WATCHED = ("/rest/", "/oauth/")
_ID = re.compile(r"(?<=/)\d+(?=/|$)")
_CHUNK = 65536


def attach(app: Flask) -> None:
    """Watch this application's requests."""
    app.before_request(_arrive)
    app.after_request(_leave)


def breach(rule: Breach) -> None:
    """Note that the current request broke a rule."""
    entry = _entry()
    if entry is not None and rule not in entry.breaches:
        entry.breaches.append(rule)


def caller_is(user_id: int | None) -> None:
    """Note whose request the current one is; None for the service account."""
    entry = _entry()
    if entry is not None:
        entry.user_id = user_id


def _entry() -> Entry | None:
    return cast("Entry | None", g.get("entry"))


def _arrive() -> Response | None:
    if not request.path.startswith(_WATCHED):
        return None
    running = simulator()
    g.entry = Entry(
        at=datetime.fromtimestamp(running.clock.time(), UTC).isoformat(timespec="milliseconds"),
        method=request.method,
        path=request.path,
        route=f"{request.method} {_ID.sub('{id}', request.path)}",
        query=request.query_string.decode("latin-1"),
        company_header=request.headers.get("Procore-Company-Id"),
    )
    with running.lock:
        running.log.add(g.entry)
        fault = g.fault = running.faults.strike(request.method, request.path)
    waiting_ms = running.latency_ms + (fault.latency_ms if fault else 0)
    if waiting_ms:
        time.sleep(waiting_ms / 1000)
    if fault is None:
        return None
    if fault.drop is Drop.BEFORE:
        return _cut_off()
    if fault.status is not None:
        body = b"" if fault.body is None else orjson.dumps(fault.body)
        return Response(body, fault.status, {"Content-Type": "application/json", **fault.headers})
    return None


def _leave(response: Response) -> Response:
    entry = _entry()
    if entry is None:
        return response
    if request.path.startswith("/rest/"):
        running = simulator()
        with running.lock:
            response.headers.update(running.limits.headers())
    fault = cast("Fault | None", g.fault)
    if fault is None or fault.drop is None:
        entry.status = response.status_code
    if fault is not None and fault.drop is Drop.AFTER:
        return _cut_off()
    if fault is not None and fault.truncate:
        return _cut_short(response)
    return response


def _cut_off() -> Response:
    """An answer that never arrives: the connection is closed under it."""
    _close_connection()
    return Response(b"", 500)


def _cut_short(response: Response) -> Response:
    """The first half of an answer that announces the whole."""
    body = response.get_data()

    def half() -> Iterator[bytes]:
        yield body[: len(body) // 2]
        connection.shutdown(socket.SHUT_RDWR)

    connection = _connection()
    response.response = half()
    response.headers["Content-Length"] = str(len(body))
    return response


def _close_connection() -> None:
    _connection().shutdown(socket.SHUT_RDWR)


def _connection() -> socket.socket:
    return cast("socket.socket", request.environ["gunicorn.socket"])
