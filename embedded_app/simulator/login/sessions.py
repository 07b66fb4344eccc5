"""Who is signed in to the simulated Procore in this browser; the portal and the authorization page share it."""

from __future__ import annotations

import secrets
from typing import TypeVar
from urllib.parse import urlsplit

from flask import request
from werkzeug import Response

from embedded_app.simulator.hosts import DOMAIN
from embedded_app.simulator.model.people import Person
from embedded_app.simulator.state import simulator

COOKIE = "procore_session"
R = TypeVar("R", bound=Response)


def current_person() -> Person | None:
    """The person signed in here, or None."""
    running = simulator()
    user_id = running.sessions.get(request.cookies.get(COOKIE, ""))
    return None if user_id is None else running.world.people.get(user_id)


def sign_in(response: R, person: Person) -> R:
    """Begin a session of this person with this response; it lasts until the browser closes."""
    token = secrets.token_urlsafe(24)
    simulator().sessions[token] = person.id
    response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", domain=_domain())
    return response


def sign_out(response: R) -> R:
    """End the session of this browser, if there is one."""
    simulator().sessions.pop(request.cookies.get(COOKIE, ""), None)
    response.delete_cookie(COOKIE, httponly=True, samesite="Lax", domain=_domain())
    return response


def _domain() -> str | None:
    host = urlsplit(request.host_url).hostname or ""
    return DOMAIN if host.endswith(f".{DOMAIN}") else None  # region hosts and login host are one sign-in
