"""Which job of the company's systems belongs to which Procore project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from embedded_app.errors import InvalidField, ProcoreError
from embedded_app.ids import ProjectId, parse_project_id, whole_number
from embedded_app.principals import actor_of, current_viewer
from embedded_app.procore import Project
from embedded_app.services import services
from embedded_app.settings.blueprint import blueprint
from embedded_app.settings.known_jobs import known_jobs
from embedded_app.settings.project_list import (
    ListPage,
    lines_of,
    page_of,
    with_suggestions,
    with_unknown_jobs,
)
from embedded_app.settings.shell import Shell, shell
from embedded_app.web.access import administrator
from embedded_app.web.headers import Kind
from embedded_app.web.pages import render

_LONGEST_NUMBER = 5


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the list one is; every form carries it, so that one comes back there."""

    search: str
    number: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """What was typed for a project, and why it was not taken."""

    project_id: ProjectId
    typed: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ProjectsPage:
    """The page.

    Attributes:
        failure: why Procore's projects are missing, or empty.
        previous_url, next_url: `None` at the ends of the list.
    """

    shell: Shell
    list: ListPage
    place: Place
    failure: str
    mistake: Mistake | None
    previous_url: str | None
    next_url: str | None


@blueprint.get("/settings/projects")
@administrator
@Kind.STANDALONE
def projects() -> Response:
    return _page(_place(request.args.get("q", ""), request.args.get("page", "")))


@blueprint.post("/settings/projects")
@administrator
@Kind.STANDALONE
def assign_job() -> AnyResponse:
    viewer = current_viewer()
    project = services().principals.verify_project(viewer, request.form.get("project_id"))
    job = request.form.get("job", "")
    try:
        services().panels.jobs.assign(project.id, job, actor_of(viewer))
    except InvalidField as error:
        return _page(_place_of_form(), Mistake(project.id, job, error.sentence))
    return _back(project.id)


@blueprint.post("/settings/projects/<uuid:assignment_id>/remove")
@administrator
@Kind.STANDALONE
def remove_job(assignment_id: UUID) -> AnyResponse:
    project_id = parse_project_id(request.form.get("project_id"))
    services().panels.jobs.remove(assignment_id, actor_of(current_viewer()))
    return _back(project_id)


def _page(place: Place, mistake: Mistake | None = None) -> Response:
    assigned = services().panels.jobs.list_()
    try:
        known: Sequence[Project] = services().principals.company_api(current_viewer()).projects.list().value
        failure = ""
    except ProcoreError as reason:
        known, failure = (), reason.sentence
    lines = lines_of(known, assigned)
    if any(line.number or line.jobs for line in lines):
        jobs = known_jobs()
        lines = with_suggestions(lines, jobs.jobs)
        lines = with_unknown_jobs(lines, jobs.jobs) if jobs.is_complete else lines
    shown = page_of(lines, place.search, place.number)
    page = ProjectsPage(
        shell=shell("projects"),
        list=shown,
        place=replace(place, number=shown.number),
        failure=failure,
        mistake=mistake,
        previous_url=_url(place.search, shown.number - 1) if shown.number > 1 else None,
        next_url=_url(place.search, shown.number + 1) if shown.number < shown.pages else None,
    )
    return render("settings/projects.html", page, 422 if mistake else 200)


def _back(project_id: ProjectId) -> AnyResponse:
    place = _place_of_form()
    return redirect(f"{_url(place.search, place.number)}#project-{project_id}", 303)


def _url(search: str, number: int) -> str:
    return url_for("settings.projects", q=search or None, page=number if number > 1 else None)


def _place_of_form() -> Place:
    return _place(request.form.get("q", ""), request.form.get("page", ""))


def _place(search: str, number: str) -> Place:
    found = whole_number(number, most_digits=_LONGEST_NUMBER)
    return Place(search.strip(), 1 if found is None else found)
