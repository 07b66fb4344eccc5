"""The endpoints of signing in inside a frame. docs/sign-in.md has the protocol; the scripts are in static/js.

All POST endpoints take JSON from our own pages only. Errors are JSON with a code that the scripts know.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, redirect, request

from embedded_app import installations
from embedded_app.errors import AuthenticationError, InvalidField, SessionExpired, SignInRefused
from embedded_app.ids import parse_company_id
from embedded_app.principals.models import ProofKind
from embedded_app.principals.sessions import Bearer, company_of
from embedded_app.principals.viewer import current_viewer
from embedded_app.services import services
from embedded_app.signing_in.access import bearer_text
from embedded_app.signing_in.resume_cookie import ResumeCookie
from embedded_app.storage import company_scope
from embedded_app.web import access, cookies, csrf, json, limits, pages
from embedded_app.web.headers import Kind

blueprint = Blueprint("frame_sign_in", __name__, url_prefix="/auth/frame")

LOGIN_SECONDS = int(installations.LIFE.total_seconds())

BEGINNINGS = limits.Limit.of("begin", "240/minute")  # a large office begins its day behind one address
_ASKS_OF_ONE = limits.Limit.of("redeem", "150/minute")  # a frame asks 60 times in the busiest minute
_REFUSALS = limits.Limit.of("refused", "120/minute")  # of one address: guessing, or something broken


@blueprint.get("/popup")
@Kind.POPUP
@access.public
def popup() -> Response:
    """The window that a frame opens. It holds no data and goes nowhere without that frame."""
    return pages.render("signing_in/popup.html")


@blueprint.post("/begin")
@Kind.API
@access.own_page
def begin() -> Response:
    """The popup has the frame's challenge: bind a sign-in to it and to this window's cookie."""
    BEGINNINGS.take(limits.address())
    begun = services().sign_ins.begin_frame(
        cookies.LOGIN.read(),
        company_claim=parse_company_id(_body().get("company_id")),
        challenge=_challenge(_text("challenge")),
    )
    response = json.respond({"rid": str(begun.flow_id), "authorize_url": begun.authorize_url})
    cookies.LOGIN.set(response, begun.cookie, max_age_seconds=LOGIN_SECONDS)
    return response


@blueprint.post("/redeem")
@Kind.API
@access.own_page
def redeem() -> Response:
    """The frame asks whether the person has finished; once they have, it gets the bearer, once."""
    try:
        rid = UUID(_text("rid"))
    except ValueError as error:
        raise SignInRefused("other", "This sign-in is not known here. Sign in again.") from error
    _ASKS_OF_ONE.take(str(rid))
    with _counting_refusals():
        bearer = services().sign_ins.redeem(rid, _text("verifier"))
    if bearer is None:
        return json.respond({"status": "pending"}, HTTPStatus.ACCEPTED)
    return _hand_over(bearer, ResumeCookie.read())


@blueprint.get("/code")
@Kind.STANDALONE
@access.public
def begin_code() -> Response:
    """The link that a frame shows where the browser opens no window, if the operator allows it."""
    _require_codes()
    csrf.require_own_link()
    BEGINNINGS.take(limits.address())
    begun = services().sign_ins.begin_code(
        cookies.LOGIN.read(),
        company_claim=parse_company_id(request.args.get("company_id")),
        challenge=_challenge(request.args.get("challenge", "")),
    )
    response = redirect(begun.authorize_url, HTTPStatus.SEE_OTHER)
    assert isinstance(response, Response)
    cookies.LOGIN.set(response, begun.cookie, max_age_seconds=LOGIN_SECONDS)
    return response


@blueprint.post("/code")
@Kind.API
@access.own_page
def redeem_code() -> Response:
    """The person has typed the code that the other tab shows: the frame gets the bearer, once."""
    _require_codes()
    with _counting_refusals():
        bearer = services().sign_ins.redeem_code(_text("verifier"), _text("code"))
    return _hand_over(bearer, ResumeCookie.read())


@blueprint.post("/resume")
@Kind.API
@access.own_page
def resume() -> Response:
    """A reloaded frame goes on by the cookie of its partition."""
    company_id = parse_company_id(_body().get("company_id"))
    cookie = ResumeCookie.read()
    text = cookie.find(company_id)
    if text is None:
        raise SessionExpired
    with company_scope(company_id):
        services().installations.require_connected()
    with _counting_refusals():
        bearer = services().principals.sessions.resume(text)
        if bearer is None:
            raise SessionExpired
    return _hand_over(bearer, cookie)


@blueprint.post("/renew")
@Kind.API
@access.frame_bearer
def renew() -> Response:
    """Another bearer for the same session, before this one ends."""
    csrf.require_own_script()
    bearer = services().principals.sessions.renew(current_viewer())
    if bearer is None:
        raise SessionExpired
    return json.respond(_granted(bearer))


@blueprint.post("/logout")
@Kind.API
@access.own_page
def logout() -> Response:
    """End the session of the bearer and of the resume cookie, whichever there are, in one company."""
    company_id = parse_company_id(_body().get("company_id"))
    sessions = services().principals.sessions
    cookie = ResumeCookie.read()
    proofs = ((bearer_text(), ProofKind.BEARER), (cookie.find(company_id), ProofKind.RESUME))
    for text, kind in proofs:
        viewer = sessions.find(text, kind) if text and company_of(text) == company_id else None
        if viewer is not None:
            services().principals.sign_out(viewer)
    response = Response(status=HTTPStatus.NO_CONTENT)
    cookie.without(company_id).write(response)
    return response


def _hand_over(bearer: Bearer, cookie: ResumeCookie) -> Response:
    response = json.respond(_granted(bearer))
    if bearer.resume is not None:
        cookie.with_proof(bearer.viewer.company_id, bearer.resume).write(response)
    return response


def _granted(bearer: Bearer) -> dict[str, Any]:
    return {
        "token": bearer.text,
        "expires_in_seconds": bearer.expires_in_seconds,
        "user": {"name": bearer.viewer.name, "login": bearer.viewer.login},
    }


def _require_codes() -> None:
    if not services().config.sign_in_codes:
        abort(HTTPStatus.NOT_FOUND)


def _challenge(text: str) -> str:
    if not installations.is_proof_text(text):
        raise InvalidField("challenge", "This sign-in cannot begin. Open the page from Procore again.")
    return text


@contextmanager
def _counting_refusals() -> Iterator[None]:
    """Let no address be refused more often than people are."""
    _REFUSALS.require(limits.address())
    try:
        yield
    except AuthenticationError:
        _REFUSALS.take(limits.address())
        raise


def _body() -> dict[str, Any]:
    body = request.get_json()
    return body if isinstance(body, dict) else {}


def _text(name: str) -> str:
    value = _body().get(name)
    return value if isinstance(value, str) else ""
