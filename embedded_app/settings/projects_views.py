"""Which job of the company's systems belongs to which Procore project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from embedded_app import panels, principals
from embedded_app.errors import InvalidField, ProcoreError
from embedded_app.ids import ProjectId, parse_project_id
from embedded_app.panels.project_jobs import AssignedJob
from embedded_app.principals import actor_of, current_viewer
from embedded_app.procore import Project
from embedded_app.settings.blueprint import blueprint
from embedded_app.settings.shell import Shell, shell
from embedded_app.web.access import administrator
from embedded_app.web.headers import Kind
from embedded_app.web.pages import render


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """A project with its jobs. `name` is `None` when Procore no longer shows the project to this administrator."""

    id: int
    name: str | None
    number: str | None
    jobs: tuple[AssignedJob, ...]


@dataclass(frozen=True, slots=True)
class ProjectsPage:
    """The page. `failure` says why Procore's projects are missing; `error` belongs to the form of `error_at`."""

    shell: Shell
    lines: tuple[ProjectLine, ...]
    failure: str
    error: str
    error_at: int | None
    typed: str


@blueprint.get("/settings/projects")
@administrator
@Kind.STANDALONE
def projects() -> Response:
    return _page()


@blueprint.post("/settings/projects")
@administrator
@Kind.STANDALONE
def assign_job() -> AnyResponse:
    project_id = parse_project_id(request.form.get("project_id"))
    job = request.form.get("job", "")
    viewer = current_viewer()
    principals.service().verify_project(viewer, project_id)
    try:
        panels.service().jobs.assign(project_id, job, actor_of(viewer))
    except InvalidField as error:
        return _page(error.sentence, project_id, job)
    return redirect(url_for("settings.projects"), 303)


@blueprint.post("/settings/projects/<uuid:assignment_id>/remove")
@administrator
@Kind.STANDALONE
def remove_job(assignment_id: UUID) -> AnyResponse:
    panels.service().jobs.remove(assignment_id, actor_of(current_viewer()))
    return redirect(url_for("settings.projects"), 303)


def _page(error: str = "", error_at: int | None = None, typed: str = "") -> Response:
    assigned = panels.service().jobs.list_()
    try:
        known: Sequence[Project] = principals.service().company_api(current_viewer()).projects.list().value
        failure = ""
    except ProcoreError as reason:
        known, failure = (), reason.sentence
    page = ProjectsPage(
        shell=shell("projects"),
        lines=_lines(known, assigned),
        failure=failure,
        error=error,
        error_at=error_at,
        typed=typed,
    )
    return render("settings/projects.html", page, 422 if error else 200)


def _lines(known: Sequence[Project], assigned: Sequence[AssignedJob]) -> tuple[ProjectLine, ...]:
    """Every project that Procore names, then those that only our table knows."""
    jobs: dict[ProjectId, list[AssignedJob]] = {}
    for each in assigned:
        jobs.setdefault(each.project_id, []).append(each)
    lines = [
        ProjectLine(project.id, project.name, project.number, tuple(jobs.pop(project.id, ())))
        for project in sorted(known, key=lambda project: project.name.casefold())
    ]
    return (*lines, *(ProjectLine(project_id, None, None, tuple(own)) for project_id, own in jobs.items()))
