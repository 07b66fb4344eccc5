"""What happens to every request to the login host, the API and storage, whatever its handler does.

It is logged, delayed and struck by faults. The portal's pages and the control switches are left alone.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import cast

import orjson
from flask import Flask, g, request
from werkzeug import Response
from werkzeug.exceptions import HTTPException

from embedded_app.simulator.network import distortion
from embedded_app.simulator.network.faults import Drop, Fault
from embedded_app.simulator.network.request_log import Breach, Entry
from embedded_app.simulator.state import simulator

_WATCHED = ("/rest/", "/vapid/", "/oauth/", "/files/", "/storage/")
_SPEAK_JSON = (*_WATCHED, "/_sim/")
_LIMITED = ("/rest/", "/vapid/")
_FOR_BEARERS = ("/rest/", "/files/", "/oauth/token/info")
_DEPRECATED = ("/rest/v1.0/webhooks/", "/vapid/")
"""Webhooks of version 1, by the specification of September 2026, and the dead prefix (sections 4.1 and 7.1)."""
_GONE = ("POST", "/rest/v1.0/app_installations")
"""Was in the specification of spring 2026, and is no more (section 3.7)."""
_ID = re.compile(r"(?<=/)\d+(?=/|$)")


def attach(app: Flask) -> None:
    """Watch this application's requests, and let it speak JSON wherever it is no page."""
    app.before_request(_arrive)
    app.after_request(_leave)
    app.register_error_handler(HTTPException, _refuse)


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
    path, running = request.path, simulator()
    strays = not path.startswith(_FOR_BEARERS) and "Bearer " in request.headers.get("Authorization", "")
    if not (strays or path.startswith(_WATCHED)):
        return None
    now = running.clock.time()
    g.entry = Entry(
        at=datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds"),
        method=request.method,
        path=path,
        route=f"{request.method} {_ID.sub('{id}', path)}",
        query=request.query_string.decode("latin-1"),
        company_header=request.headers.get("Procore-Company-Id"),
    )
    if strays:
        breach(Breach.BEARER_ELSEWHERE)
    if path.startswith(_DEPRECATED) or (request.method, path) == _GONE:
        breach(Breach.DEPRECATED_PATH)
    with running.lock:
        running.log.add(g.entry)
        fault = g.fault = running.faults.strike(request.method, path, now)
    waiting_ms = running.switches.latency_ms + (fault.latency_ms if fault else 0)
    if waiting_ms:
        time.sleep(waiting_ms / 1000)
    return None if fault is None else _struck(fault, now)


def _struck(fault: Fault, now: float) -> Response | None:
    """What is answered instead of acting, if anything."""
    if fault.drop is Drop.BEFORE:
        return distortion.cut_off()
    if fault.status is not None:
        body = b"" if fault.body is None else orjson.dumps(fault.body)
        return Response(body, fault.status, {"Content-Type": "application/json", **fault.headers})
    if fault.budget is not None:
        breach(Breach.OVER_LIMIT)
        headers = {
            **fault.window.headers(),
            "Retry-After": str(fault.window.retry_after(now)),
            **fault.headers,
        }
        body = orjson.dumps({"code": 429, "message": "You have surpassed the rate limit."})
        return Response(body, 429, {"Content-Type": "application/json", **headers})
    return None


def _leave(response: Response) -> Response:
    entry = _entry()
    if entry is None:
        return response
    if request.path.startswith(_LIMITED):
        running = simulator()
        with running.lock:
            for name, value in running.limits.headers().items():
                response.headers.setdefault(name, value)
    fault = cast("Fault | None", g.fault)
    if fault is None:
        entry.status = response.status_code
        return response
    if fault.drop is not None:
        return distortion.cut_off() if fault.drop is Drop.AFTER else response
    entry.status = response.status_code
    if fault.wrong_type is not None:
        response = distortion.mistype(response, fault.wrong_type)
    return distortion.cut_short(response) if fault.truncate else response


def _refuse(error: HTTPException) -> Response | HTTPException:
    if not request.path.startswith(_SPEAK_JSON):
        return error
    status = error.code or 500
    body = orjson.dumps({"status": status, "error": error.name})
    return Response(body, status, {"Content-Type": "application/json"})
