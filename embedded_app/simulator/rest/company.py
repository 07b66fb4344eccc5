"""Who I am, my companies, where their pages are, and what I may do there.

Platform reference, sections 1.2, 2.5 and 6.
"""

from __future__ import annotations

from flask import request
from werkzeug import Response

from embedded_app.simulator.hosts import region_address
from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.model.people import SERVICE_ACCOUNT_ID
from embedded_app.simulator.rest.access import (
    Refusal,
    blueprint,
    caller,
    company_of_call,
    permitted_project,
    query_id,
)
from embedded_app.simulator.rest.answers import json, listing
from embedded_app.simulator.rest.records import companies as records
from embedded_app.simulator.rest.tools import COMPANY_TOOLS, PROJECT_TOOLS, Tool
from embedded_app.simulator.rest.values.formats import Json
from embedded_app.simulator.state import simulator


@blueprint.get("/v1.0/me")
def me() -> Response:
    """The token's owner; the name only within a company or project."""
    running = simulator()
    if "project_id" in request.args:
        permitted_project(query_id("project_id"))
    named = bool(request.args.keys() & {"company_id", "project_id"})
    user_id = caller().user_id
    if user_id is None:
        login = f"{running.options.client_id}@service.example"
        return json({"id": SERVICE_ACCOUNT_ID, "login": login, "name": running.app.name if named else None})
    person = running.world.people[user_id]
    return json({"id": person.id, "login": person.login, "name": person.name if named else None})


@blueprint.get("/v1.0/companies")
def companies() -> Response:
    """A person's companies, or for the service account those that installed the app."""
    running = simulator()
    user_id = caller().user_id
    if user_id is None:
        found = [each for each in running.world.companies.values() if running.is_connected(each.id)]
        return listing(found, lambda company: records.company(company, mine=False))
    found = list(running.world.companies_of(user_id))
    employer = found[0].id if found else None  # at most one is the person's own
    return listing(found, lambda company: records.company(company, mine=company.id == employer))


@blueprint.get("/v1.0/company_base_url")
def company_base_url() -> Response:
    """The region of the company and the address of its pages."""
    company = simulator().world.companies[company_of_call()]
    return json({"zone": company.region, "web_base_url": region_address(company.region)})


@blueprint.get("/v1.0/settings/permissions")
def permissions() -> Response:
    """The caller's level in every tool of the company or of one project."""
    if "project_id" in request.args and "company_id" in request.args:
        raise Refusal(400, "Send either company_id or project_id.")
    if "project_id" in request.args:
        project = permitted_project(query_id("project_id"))
        tools = [_right(tool, caller().level(tool.name, project.id), project.id) for tool in PROJECT_TOOLS]
    else:
        company_id = query_id("company_id")
        tools = [_right(tool, caller().level(tool.name), company_id) for tool in COMPANY_TOOLS]
    return json({"tools": tools})


def _right(tool: Tool, level: Level, place_id: int) -> Json:
    return {
        "id": tool.id,
        "name": tool.name,
        "friendly_name": tool.title,
        "domain_id": tool.id,
        "tab_group": "core",
        "available_for_user": level is not Level.NONE,
        "url": f"/{place_id}/{tool.place}/{tool.name}",
        "user_access_level": records.access_level(level),
        "permitted_actions": [
            {
                "id": number,
                "action_name": action,
                "label": action.replace("_", " ").capitalize(),
                "tool_name": tool.name,
            }
            for number, action in enumerate(caller().permitted_actions(tool.name), start=1)
        ],
        "can_create": level >= Level.STANDARD,
        "trial": False,
    }
