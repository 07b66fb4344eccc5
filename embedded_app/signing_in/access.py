"""What the access rules of `web.access` mean: whose session a request carries, and what it must allow.

From the check on, the company scope of the session is open until the request ends; no view chooses a company.
"""

from __future__ import annotations

from contextlib import ExitStack
from urllib.parse import urlencode

from flask import Flask, current_app, g, request, url_for
from werkzeug.routing import RequestRedirect

from embedded_app.errors import PermissionMissing, SessionExpired
from embedded_app.principals.models import ProofKind
from embedded_app.principals.viewer import Viewer
from embedded_app.services import services
from embedded_app.storage import company_scope, give_connection_back
from embedded_app.web import access, cookies, csrf

_SCHEME = "Bearer "
_SAFE_METHODS = frozenset({"GET", "HEAD"})


class SignInFirst(RequestRedirect):
    """Send the person to sign in, and back to where they wanted to go."""

    code = 303


def init_app(app: Flask) -> None:
    """Register the checks."""
    access.enforce(app, access.frame_bearer, _check_frame_bearer)
    access.enforce(app, access.full_tab, _check_full_tab)
    access.enforce(app, access.administrator, _check_administrator)
    app.teardown_request(_leave)


def bearer_text() -> str | None:
    """The bearer that the request carries in `Authorization`, unverified; it is taken from nowhere else."""
    header = request.headers.get("Authorization", "")
    return header.removeprefix(_SCHEME) if header.startswith(_SCHEME) else None


def sign_in_address() -> str:
    """Where to sign in, to come back to the page of this request afterwards."""
    query = {"next": request.full_path.rstrip("?")}
    if "company_id" in request.args:
        query["company_id"] = request.args["company_id"]
    return f"{url_for('signing_in.sign_in')}?{urlencode(query)}"


def may_sign_in_first() -> bool:
    """Whether the browser is asking for a page of a full tab, so that signing in can come before it."""
    rule = access.rule_of(current_app, request.endpoint) if request.endpoint else None
    return request.method in _SAFE_METHODS and rule in {access.full_tab, access.administrator}


def _check_frame_bearer() -> None:
    text = bearer_text()
    viewer = services().principals.sessions.find(text, ProofKind.BEARER) if text else None
    if viewer is None:
        raise SessionExpired
    _enter(viewer)
    services().installations.require_connected()
    give_connection_back()  # Procore is asked next


def _check_full_tab() -> None:
    """Require a session of a full tab."""
    text = cookies.SESSION.read()
    viewer = services().principals.sessions.find(text, ProofKind.TAB) if text else None
    if viewer is None:
        if may_sign_in_first():
            raise SignInFirst(sign_in_address())
        raise SessionExpired
    _enter(viewer)
    csrf.bind(str(viewer.session_id))
    give_connection_back()


def _check_administrator() -> None:
    """Every write asks Procore anew; a read believes an answer of the last minute."""
    _check_full_tab()
    viewer: Viewer = g.viewer
    if not services().principals.is_administrator(viewer, refresh=request.method not in _SAFE_METHODS):
        raise PermissionMissing("Only an administrator of this company in Procore can open this page.")


def _enter(viewer: Viewer) -> None:
    g.viewer = viewer
    g.viewer_scope = ExitStack()
    g.viewer_scope.enter_context(company_scope(viewer.company_id))


def _leave(error: BaseException | None) -> None:
    del error
    scope: ExitStack | None = g.pop("viewer_scope", None)
    if scope is not None:
        scope.close()
