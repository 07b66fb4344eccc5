"""Projects, their tools and their cost codes (docs/platform-reference.md, sections 5.2 and 5.9)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import request
from werkzeug import Response

from embedded_app.simulator.model.projects import Project
from embedded_app.simulator.rest.access import (
    blueprint,
    caller,
    permitted_project,
    query_id,
    visible_project,
)
from embedded_app.simulator.rest.answers import Filter, contains, equals, json, listing, never, within
from embedded_app.simulator.rest.records import companies
from embedded_app.simulator.rest.records import projects as records
from embedded_app.simulator.rest.tools import PROJECT_TOOLS, Tool
from embedded_app.simulator.rest.values.formats import Json
from embedded_app.simulator.state import simulator


def _by_status(project: Project, sent: Sequence[str]) -> bool:
    return "All" in sent or ("Active" if project.active else "Inactive") in sent


_FILTERS: dict[str, Filter[Project]] = {
    "id": equals(lambda project: project.id),
    "by_status": _by_status,
    "name": contains(lambda project: project.name),
    "project_number": equals(lambda project: project.project_number),
    "created_at": within(lambda project: project.created_at),
    "updated_at": within(lambda project: project.updated_at),
    "is_demo": equals(lambda _project: False),
    "template": equals(lambda _project: False),
    "synced": equals(lambda _project: False),
    **dict.fromkeys(
        (
            "origin_id",
            "by_stage",
            "by_type",
            "by_region",
            "by_office",
            "by_program",
            "by_department",
            "custom_fields",
        ),
        never(),
    ),
}
_SORTS = {
    "name": lambda project: project.name,
    "display_name": lambda project: (project.project_number or "", project.name),
}


@blueprint.get("/v1.1/projects")
def projects() -> Response:
    """The caller's projects of the company."""
    return _projects(request.args.get("view", "normal"))


@blueprint.get("/v1.0/projects")
def projects_older() -> Response:
    """The same, as older callers ask."""
    return _projects(request.args.get("serializer_view", "normal"))


@blueprint.get("/v1.0/companies/<int:company_id>/projects")
def company_projects(company_id: int) -> Response:
    """The same in brief."""
    return _listed(company_id, records.project_in_brief)


@blueprint.get("/v1.0/projects/<int:project_id>")
@blueprint.get("/v1.1/projects/<int:project_id>")
def project(project_id: int) -> Response:
    """One project of the caller's."""
    query_id("company_id")
    found = visible_project(project_id)
    return json(records.project(found, request.args.get("view", "extended"), _company_name(found)))


@blueprint.get("/v1.0/projects/<int:project_id>/tools")
def project_tools(project_id: int) -> Response:
    """The tools of a project, and which are switched on."""
    return _tools(permitted_project(project_id), with_level=False)


@blueprint.get("/v1.0/tools")
def tools() -> Response:
    """The same, with the caller's level."""
    return _tools(permitted_project(query_id("project_id")), with_level=True)


@blueprint.get("/v1.0/cost_codes")
def cost_codes() -> Response:
    """The budget codes of a project."""
    found = permitted_project(query_id("project_id"))
    return listing(
        found.cost_codes,
        records.cost_code,
        filters={"id": equals(lambda code: code.id), "origin_id": never()},
    )


def _projects(view: str) -> Response:
    return _listed(query_id("company_id"), lambda each: records.project(each, view, _company_name(each)))


def _listed(company_id: int, render: Callable[[Project], Json]) -> Response:
    mine = [each for each in simulator().world.projects_of(company_id) if caller().sees(each)]
    return listing(
        mine,
        render,
        filters=_FILTERS,
        sorts=_SORTS,
        largest=300,
    )


def _company_name(of: Project) -> str:
    return simulator().world.companies[of.company_id].name


def _tools(of: Project, *, with_level: bool) -> Response:
    def render(tool: Tool) -> Json:
        body: Json = {
            "id": tool.id,
            "engine_name": tool.name,
            "title": tool.title,
            "is_active": tool.name not in of.tools_off,
            "position": tool.id - PROJECT_TOOLS[0].id + 1,
            "required": tool.name in ("home", "admin", "directory"),
        }
        if with_level:
            body["user_access_level"] = companies.access_level(caller().level(tool.name, of.id))
        return body

    return listing(
        PROJECT_TOOLS, render, filters={"is_active": equals(lambda tool: tool.name not in of.tools_off)}
    )
