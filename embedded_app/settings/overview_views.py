"""Where the company stands: the checklist after installing, the connection, the sources, and disconnecting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from embedded_app import installations, panels, principals, sources
from embedded_app.errors import ProcoreError
from embedded_app.panels.models import PanelState
from embedded_app.principals import actor_of, current_viewer
from embedded_app.settings.blueprint import blueprint
from embedded_app.settings.shell import Shell, shell
from embedded_app.storage import Company, current_company_id, db
from embedded_app.web import cookies
from embedded_app.web.access import administrator, full_tab
from embedded_app.web.headers import Kind
from embedded_app.web.pages import render


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the checklist. `href` leads to where it is done, `None` where that is in Procore."""

    title: str
    sentence: str
    is_done: bool
    href: str | None
    act: str


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """The first page after installing and ever after.

    Attributes:
        just_installed: whether the installation ended a moment ago.
        steps: in order; the first that is not done is the next one.
        failing_sources: names and sentences of sources whose last reading failed.
    """

    shell: Shell
    just_installed: bool
    steps: tuple[Step, ...]
    connected_at: datetime
    connected_by: str
    source_count: int
    published_count: int
    project_count: int
    failing_sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ConnectionPage:
    """The connection to Procore. `grant_problem` is empty while this administrator's grant is good."""

    shell: Shell
    connected_at: datetime
    connected_by: str
    consent_version: str
    web_base_url: str
    grant_problem: str
    procore_problem: str


@blueprint.get("/settings")
@administrator
@Kind.STANDALONE
def overview() -> Response:
    company = db.session.get_one(Company, current_company_id())
    known = sources.service().list_()
    listed = panels.service().editor.list_()
    jobs = panels.service().jobs.list_()
    page = OverviewPage(
        shell=shell("overview"),
        just_installed="installed" in request.args,
        steps=_steps(has_source=bool(known), has_jobs=bool(jobs), states=[panel.state for panel in listed]),
        connected_at=company.consent_at,
        connected_by=company.consent_by,
        source_count=len(known),
        published_count=sum(panel.state is PanelState.PUBLISHED for panel in listed),
        project_count=len({job.project_id for job in jobs}),
        failing_sources=tuple(
            (source.name, source.last_failure or "") for source in known if source.last_failure_code
        ),
    )
    return render("settings/overview.html", page)


@blueprint.get("/settings/connection")
@administrator
@Kind.STANDALONE
def connection() -> Response:
    viewer = current_viewer()
    company = db.session.get_one(Company, current_company_id())
    condition = installations.service().grants.condition(viewer.principal_id)
    problem = ""
    try:
        principals.service().is_administrator(viewer)
    except ProcoreError as error:
        problem = error.sentence
    page = ConnectionPage(
        shell=shell("connection"),
        connected_at=company.consent_at,
        connected_by=company.consent_by,
        consent_version=company.consent_version,
        web_base_url=company.web_base_url or "",
        grant_problem="" if condition.is_good else f"Your own sign-in was lost ({condition.cause}).",
        procore_problem=problem,
    )
    return render("settings/connection.html", page)


@blueprint.post("/settings/connection/disconnect")
@administrator
@Kind.STANDALONE
def disconnect() -> AnyResponse:
    """End the connection, which ends this session's use as well."""
    viewer = current_viewer()
    installations.service().disconnect(actor_of(viewer))
    return _signed_out(url_for("settings.install"))


@blueprint.post("/settings/sign-out")
@full_tab
@Kind.STANDALONE
def sign_out() -> AnyResponse:
    return _signed_out(url_for("settings.home"))


def _signed_out(to: str) -> AnyResponse:
    principals.service().sessions.end(current_viewer())
    response = redirect(to, 303)
    cookies.SESSION.clear(response)
    return response


def _steps(*, has_source: bool, has_jobs: bool, states: list[PanelState]) -> tuple[Step, ...]:
    return (
        Step(
            "Connect Procore",
            "Your rights and the app’s installation were checked.",
            is_done=True,
            href=None,
            act="",
        ),
        Step(
            "Add a source",
            "A SQL database or a spreadsheet. A spreadsheet takes two minutes.",
            has_source,
            url_for("settings.sources"),
            "Add source",
        ),
        Step(
            "Say which job belongs to which project",
            "A panel shows the rows of the project’s jobs.",
            has_jobs,
            url_for("settings.projects"),
            "Assign jobs",
        ),
        Step(
            "Publish a panel",
            "Choose the fields, look at the match rate, and decide who sees it.",
            PanelState.PUBLISHED in states,
            url_for("settings.panels"),
            "Make a panel",
        ),
        Step(
            "Put the app into projects",
            "In Procore: Company Admin, App Management, this app, Configurations, Create. Choose the projects "
            "or all of them. After an update of the app, check that the projects are still chosen.",
            is_done=False,  # Procore does not tell, so it is never ticked
            href=None,
            act="",
        ),
    )
