"""Signing in to our own pages, and the callback at which every sign-in arrives."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, request, url_for

from embedded_app.errors import InvalidField, StateMismatch, Unauthorized, UnknownOption
from embedded_app.ids import CompanyId, parse_company_id
from embedded_app.installations import FlowKind
from embedded_app.principals.sessions import SESSION_LIFE
from embedded_app.principals.sign_in import Ended, SignedIn
from embedded_app.principals.viewer import current_viewer
from embedded_app.services import services
from embedded_app.signing_in.frame_views import BEGINNINGS, LOGIN_SECONDS
from embedded_app.signing_in.presenters import (
    CompanyChoice,
    EndPage,
    page_of,
    page_of_mismatch,
    page_of_refusal,
)
from embedded_app.web import access, cookies, limits, pages
from embedded_app.web.headers import Kind

blueprint = Blueprint("signing_in", __name__)

_LONGEST_PATH = 255


@blueprint.get("/auth/tab")
@Kind.STANDALONE
@access.public
def sign_in() -> Response:
    """Begin to sign in to our own pages; `next` is where to go afterwards, `company_id` a hint."""
    BEGINNINGS.take(limits.address())
    begun = services().sign_ins.begin_tab(
        cookies.LOGIN.read(),
        company_claim=_company_hint(),
        next_path=_own_path(request.args.get("next", "")),
    )
    response = _redirect(begun.authorize_url)
    cookies.LOGIN.set(response, begun.cookie, max_age_seconds=LOGIN_SECONDS)
    return response


@blueprint.get("/oauth/callback")
@Kind.CALLBACK
@access.public
def callback() -> Response:
    """The login has sent the browser back."""
    try:
        ended = services().sign_ins.end(
            state=request.args.get("state", ""),
            code=request.args.get("code"),
            error=request.args.get("error"),
            cookie=cookies.LOGIN.read(),
        )
    except StateMismatch as mismatch:
        return _end_page(page_of_mismatch(mismatch.why))
    if ended.signed_in is not None:
        return begin_session(ended.signed_in)
    if ended.outcome is None:
        return _choose(ended)
    return _end_page(page_of(ended))


@blueprint.get("/auth/company")
@Kind.STANDALONE
@access.public
def choose_company() -> Response:
    """Which of the connected companies to sign in to."""
    try:
        return _company_choice()
    except Unauthorized as refusal:
        return _end_page(page_of_refusal(refusal))


@blueprint.post("/auth/company")
@Kind.STANDALONE
@access.public
def take_company() -> Response:
    """The person has chosen."""
    try:
        company_id = parse_company_id(request.form.get("company_id"))
        return begin_session(services().sign_ins.complete_tab(cookies.LOGIN.read(), company_id))
    except (InvalidField, UnknownOption) as error:
        return _company_choice(error.sentence)
    except Unauthorized as refusal:
        return _end_page(page_of_refusal(refusal))


@blueprint.post("/auth/tab/logout")
@Kind.STANDALONE
@access.full_tab
def sign_out() -> Response:
    """End the session of the full tab."""
    services().principals.sign_out(current_viewer())
    return _signed_out("Close this window, or sign in again.")


@blueprint.post("/auth/tab/logout-everywhere")
@Kind.STANDALONE
@access.full_tab
def sign_out_everywhere() -> Response:
    """End every session of the person in this company, and their connections at Procore."""
    revoked = services().principals.sign_out_everywhere(current_viewer())
    return _signed_out(f"Here and in every other window; your tokens were deleted here. {revoked.sentence}")


def _signed_out(sentence: str) -> Response:
    response = _end_page(
        EndPage(
            "You are signed out",
            sentence,
            "lock",
            "",
            action="Sign in",
            action_endpoint="signing_in.sign_in",
        )
    )
    cookies.SESSION.clear(response)
    return response


def begin_session(signed_in: SignedIn) -> Response:
    """Go where the person wanted to go, else to the settings, with the session's cookie."""
    response = _redirect(signed_in.next_path or url_for("settings.overview"))
    cookies.SESSION.set(response, signed_in.cookie, max_age_seconds=int(SESSION_LIFE.total_seconds()))
    cookies.LOGIN.clear(response)
    return response


def _choose(ended: Ended) -> Response:
    is_install = ended.kind is FlowKind.INSTALL
    response = _redirect(url_for("settings.choose_company" if is_install else "signing_in.choose_company"))
    value = cookies.LOGIN.read()
    if value is not None:  # the choice has ten minutes of its own
        cookies.LOGIN.set(response, value, max_age_seconds=LOGIN_SECONDS)
    return response


def _company_choice(problem: str = "") -> Response:
    pending = services().sign_ins.pending_tab(cookies.LOGIN.read())
    if pending is None:
        return _redirect(url_for("signing_in.sign_in"))
    companies = tuple((company.id, company.name) for company in pending.companies)
    return pages.render(
        "signing_in/choose_company.html",
        CompanyChoice(pending.login, companies, problem),
        422 if problem else 200,
    )


def _end_page(page: EndPage) -> Response:
    return pages.render("signing_in/end.html", page, page.status)


def _redirect(address: str) -> Response:
    response = redirect(address, 303)
    assert isinstance(response, Response)
    return response


def _company_hint() -> CompanyId | None:
    try:
        return parse_company_id(request.args.get("company_id"))
    except InvalidField:
        return None  # a hint saves a choice, and decides nothing


def _own_path(address: str) -> str | None:
    """`address` if it is a path of ours, so that signing in leads to nobody else's page."""
    parts = urlsplit(address)
    is_path = address.startswith("/") and not address.startswith(("//", "/\\"))
    is_plain = address.isascii() and address.isprintable() and "\\" not in address
    if not is_path or not is_plain or parts.scheme or parts.netloc or len(address) > _LONGEST_PATH:
        return None
    return address
