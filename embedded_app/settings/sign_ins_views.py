"""Who is signed in: everybody for administrators, and one's own sign-ins for anybody."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from embedded_app.installations import Revoked
from embedded_app.principals import OpenSession, SessionKind, SignedInPerson, actor_of, current_viewer
from embedded_app.services import services
from embedded_app.settings.blueprint import blueprint
from embedded_app.settings.shell import Shell, shell
from embedded_app.web import cookies
from embedded_app.web.access import administrator, full_tab
from embedded_app.web.headers import Kind
from embedded_app.web.pages import render

_MOST_PEOPLE = 50
_SIGNED_OUT = "signed-out:"
_TOLD_SECONDS = 60
_WHERE = {SessionKind.FRAME: "Inside Procore", SessionKind.TAB: "In a tab of its own"}


@dataclass(frozen=True, slots=True)
class Line:
    """A sign-in. `is_this` marks the one that the page is shown in."""

    session: OpenSession
    where: str
    is_this: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with the lines of their sign-ins."""

    person: SignedInPerson
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class SignInsPage:
    """The administrators' page.

    `is_cut` says that more people are signed in than are listed; `revoked` what became of the connections of the
    person who has just been signed out everywhere, if somebody has.
    """

    shell: Shell
    people: tuple[Person, ...]
    search: str
    is_cut: bool
    revoked: Revoked | None


@dataclass(frozen=True, slots=True)
class OwnSignInsPage:
    """Everybody's page."""

    name: str
    login: str
    lines: tuple[Line, ...]


@blueprint.get("/settings/sign-ins")
@administrator
@Kind.STANDALONE
def sign_ins() -> Response:
    search = request.args.get("q", "").strip()
    people = services().principals.open_sessions.list_people(search, limit=_MOST_PEOPLE + 1)
    shown = tuple(Person(person, _lines(person.sessions)) for person in people[:_MOST_PEOPLE])
    revoked = Revoked.from_text((cookies.REVOKED.read() or "").partition(_SIGNED_OUT)[2])
    page = SignInsPage(shell("sign-ins"), shown, search, len(people) > _MOST_PEOPLE, revoked)
    response = render("settings/sign_ins.html", page)
    if revoked is not None:
        cookies.REVOKED.clear(response)
    return response


@blueprint.post("/settings/sign-ins/<uuid:session_id>/end")
@administrator
@Kind.STANDALONE
def end_sign_in(session_id: UUID) -> AnyResponse:
    services().principals.open_sessions.end(session_id, actor_of(current_viewer()))
    return _back()


@blueprint.post("/settings/people/<uuid:principal_id>/sign-out")
@administrator
@Kind.STANDALONE
def sign_person_out(principal_id: UUID) -> AnyResponse:
    revoked = services().principals.open_sessions.end_all_of(principal_id, actor_of(current_viewer()))
    response = _back()
    cookies.REVOKED.set(response, f"{_SIGNED_OUT}{revoked.to_text()}", max_age_seconds=_TOLD_SECONDS)
    return response


@blueprint.get("/sign-ins")
@full_tab
@Kind.STANDALONE
def own_sign_ins() -> Response:
    viewer = current_viewer()
    lines = _lines(services().principals.open_sessions.list_of(viewer.principal_id))
    return render("settings/own_sign_ins.html", OwnSignInsPage(viewer.name, viewer.login, lines))


@blueprint.post("/sign-ins/<uuid:session_id>/end")
@full_tab
@Kind.STANDALONE
def end_own_sign_in(session_id: UUID) -> AnyResponse:
    viewer = current_viewer()
    services().principals.open_sessions.end(session_id, actor_of(viewer), of=viewer.principal_id)
    return redirect(url_for("settings.own_sign_ins"), 303)


def _lines(sessions: tuple[OpenSession, ...]) -> tuple[Line, ...]:
    this = current_viewer().session_id
    return tuple(Line(session, _WHERE[session.kind], session.id == this) for session in sessions)


def _back() -> AnyResponse:
    search = request.form.get("q", "").strip()
    return redirect(url_for("settings.sign_ins", q=search or None), 303)
