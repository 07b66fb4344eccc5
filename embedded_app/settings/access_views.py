"""Why somebody does or does not see a panel: for one person, one project and one panel."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Response, request

from embedded_app.errors import AppNotConnected, Forbidden, InvalidField, NotFound, ProcoreError
from embedded_app.ids import ProjectId, parse_project_id
from embedded_app.installations import Condition as Connection
from embedded_app.panels import Insight, PanelRef, explain
from embedded_app.principals import KnownPerson, Viewer, current_viewer
from embedded_app.procore import AccessLevel
from embedded_app.services import services
from embedded_app.settings.blueprint import blueprint
from embedded_app.settings.shell import Shell, shell
from embedded_app.storage import give_connection_back
from embedded_app.web.access import administrator
from embedded_app.web.headers import Kind
from embedded_app.web.pages import render

Option = tuple[str, str]
_ABOUT_THE_ADMINISTRATOR = {Connection.NOT_IN_PROJECT, Connection.TOOL_OFF}
"""The doctor asks with the administrator's token; these two say nothing about somebody else."""


@dataclass(frozen=True, slots=True)
class Line:
    """A condition. `holds` is `None` when it could not be told; `fix` may be empty."""

    name: str
    holds: bool | None
    evidence: str
    fix: str


@dataclass(frozen=True, slots=True)
class AccessPage:
    """The page. `lines` is empty until somebody was asked for; `problem` says what was not understood."""

    shell: Shell
    login: str
    projects: tuple[Option, ...]
    project_id: str
    panels: tuple[Option, ...]
    panel_id: str
    lines: tuple[Line, ...]
    problem: str


@blueprint.get("/settings/access")
@administrator
@Kind.STANDALONE
def access() -> Response:
    viewer, arguments = current_viewer(), request.args
    login = " ".join(arguments.get("login", "").split())
    project_claim = arguments.get("project_id", "")
    published = services().panels.views.published()
    panel_id = arguments.get("panel", "") or (str(published[0].id) if published else "")
    lines: tuple[Line, ...] = ()
    problem = ""
    if login:
        try:
            panel = next((each for each in published if each.id == _panel_id(panel_id)), None)
            lines = _lines(viewer, login, parse_project_id(project_claim), panel)
        except InvalidField:
            problem = "Choose a project."
    page = AccessPage(
        shell=shell("access"),
        login=login,
        projects=_projects(viewer),
        project_id=project_claim,
        panels=tuple((str(each.id), each.name) for each in published),
        panel_id=panel_id,
        lines=lines,
        problem=problem,
    )
    return render("settings/access.html", page, 422 if problem else 200)


def _lines(viewer: Viewer, login: str, project_id: ProjectId, panel: PanelRef | None) -> tuple[Line, ...]:
    person = services().principals.find_person(login)
    jobs = services().panels.jobs.jobs_of(project_id)
    give_connection_back()  # Procore is asked next
    level, administers = _rights(viewer, person, project_id, panel)
    known = Insight(
        login=login,
        name=person.name if person else None,
        has_grant=person.has_grant if person else False,
        is_in_project=_is_listed(viewer, login, project_id),
        level=level,
        administers=administers,
        jobs=jobs,
    )
    return (
        *_connection(viewer, project_id),
        *(Line(each.name, each.holds, each.evidence, each.fix) for each in explain(known, panel)),
    )


def _connection(viewer: Viewer, project_id: ProjectId) -> tuple[Line, ...]:
    found = services().installations.examine(
        viewer.company_id, services().principals.grant(viewer), project_id
    )
    about = [each for each in found if each.condition not in _ABOUT_THE_ADMINISTRATOR]
    if not about:
        return (Line("Connection", holds=True, evidence="Procore answers for this company.", fix=""),)
    return tuple(
        Line("Connection", each.condition is Connection.HEALTHY, each.evidence, each.fix) for each in about
    )


def _rights(
    viewer: Viewer, person: KnownPerson | None, project_id: ProjectId, panel: PanelRef | None
) -> tuple[AccessLevel | None, bool | None]:
    """The level in the panel's tool, and whether they administer the company; of oneself only."""
    if person is None or person.principal_id != viewer.principal_id:
        return None, None
    if panel is None:
        return None, True
    try:
        permissions = services().principals.company_api(viewer).permissions(project_id)
    except AppNotConnected:
        raise
    except ProcoreError:
        return None, True
    return permissions.level(panel.family.tool), True


def _is_listed(viewer: Viewer, login: str, project_id: ProjectId) -> bool | None:
    """Whether the project's directory has the login; `None` when Procore does not tell this administrator."""
    try:
        users = services().principals.company_api(viewer).directory.users(project_id, search=login).value
    except AppNotConnected:
        raise
    except (Forbidden, NotFound):
        return None
    return any((user.email_address or "").casefold() == login.casefold() for user in users)


def _projects(viewer: Viewer) -> tuple[Option, ...]:
    try:
        projects = services().principals.company_api(viewer).projects.list().value
    except AppNotConnected:
        raise
    except ProcoreError:
        return ()
    return tuple((str(project.id), project.name) for project in projects)


def _panel_id(claim: str) -> UUID | None:
    try:
        return UUID(claim)
    except ValueError:
        return None
