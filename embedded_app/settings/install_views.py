"""Installing: review and consent, the company picker, and what follows from each choice."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from embedded_app.errors import (
    AppNotConnected,
    InputError,
    NotInstalled,
    PermissionMissing,
    ProcoreError,
    SessionExpired,
    Unauthorized,
)
from embedded_app.ids import parse_company_id
from embedded_app.installations import CONSENT_VERSION
from embedded_app.installations.flows import LIFE
from embedded_app.principals.sessions import SESSION_LIFE
from embedded_app.procore import in_words
from embedded_app.services import services
from embedded_app.settings.blueprint import blueprint
from embedded_app.settings.consent import CONSENT, ConsentLine
from embedded_app.web import cookies, request_ids
from embedded_app.web.access import public
from embedded_app.web.headers import Kind
from embedded_app.web.pages import leave, render

_FLOW_SECONDS = int(LIFE.total_seconds())


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """The text to agree to, on its own as the privacy page."""

    lines: tuple[ConsentLine, ...]
    consent_version: str


@dataclass(frozen=True, slots=True)
class InstallPage:
    """The first page. `problem` says why one is back on it."""

    lines: tuple[ConsentLine, ...]
    consent_version: str
    problem: str


@dataclass(frozen=True, slots=True)
class CompanyChoice:
    """A company of the person's list; nothing was asked about it yet."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class ChooseCompanyPage:
    """The second page. `chosen` is what was sent when it did not work out, and `problem` why."""

    login: str
    companies: tuple[CompanyChoice, ...]
    chosen: str
    problem: str


@blueprint.get("/install")
@public
@Kind.STANDALONE
def install() -> Response:
    return _install_page()


@blueprint.post("/install")
@public
@Kind.STANDALONE
def begin_install() -> Response:
    """Record the consent with the sign-in that begins, and go to Procore's login."""
    begun = services().sign_ins.begin_install(cookies.LOGIN.read())
    response = leave(begun.authorize_url)
    cookies.LOGIN.set(response, begun.cookie, max_age_seconds=_FLOW_SECONDS)
    return response


@blueprint.get("/install/company")
@public
@Kind.STANDALONE
def choose_company() -> Response:
    return _choose_page()


@blueprint.post("/install/company")
@public
@Kind.STANDALONE
def install_company() -> AnyResponse:
    chosen = request.form.get("company_id", "")
    try:
        completed = services().sign_ins.complete_install(cookies.LOGIN.read(), parse_company_id(chosen))
    except AppNotConnected:
        return _choose_page(
            chosen,
            "The app is not installed in this company in Procore yet. There, open Company Admin, App Management, "
            "Install App. Then come back to this page and choose the company again.",
        )
    except PermissionMissing as error:
        return _choose_page(
            chosen, f"{error.sentence} Ask one to install the app, or choose another company."
        )
    except SessionExpired:
        if services().sign_ins.has_installed(cookies.LOGIN.read()):  # the button was pressed twice
            return redirect(url_for("settings.overview", installed=1), 303)
        return _choose_page()
    except (InputError, NotInstalled, ProcoreError) as error:
        return (
            _refused_page(error) if isinstance(error, Unauthorized) else _choose_page(chosen, error.sentence)
        )
    response = redirect(url_for("settings.overview", installed=1), 303)
    cookies.LOGIN.clear(response)
    cookies.SESSION.set(response, completed.cookie, max_age_seconds=int(SESSION_LIFE.total_seconds()))
    return response


def _choose_page(chosen: str = "", problem: str = "") -> Response:
    try:
        pending = services().sign_ins.pending_install(cookies.LOGIN.read())
    except Unauthorized as refusal:
        return _refused_page(refusal)
    except ProcoreError as error:
        return _install_page(f"{error.sentence} Continue to try again.")
    if pending is None:
        return _install_page(
            "The sign-in took too long, or was made in another browser. Continue to sign in again."
        )
    page = ChooseCompanyPage(
        login=pending.login,
        companies=tuple(CompanyChoice(company.id, company.name) for company in pending.companies),
        chosen=chosen,
        problem=problem,
    )
    return render("settings/choose_company.html", page, 422 if problem else 200)


def _refused_page(refusal: Unauthorized) -> Response:
    """Procore does not take the token that its login has just given: another sign-in is the one thing to try."""
    return _install_page(
        f"You signed in, and Procore does not accept it when it is asked for {in_words(refusal.route)}. "
        "Nothing was saved. Continue to sign in again; if it stays so, write to support with the reference "
        f"{request_ids.current()}."
    )


def _install_page(problem: str = "") -> Response:
    return render(
        "settings/install.html", InstallPage(CONSENT, CONSENT_VERSION, problem), 422 if problem else 200
    )
