"""Where the app is installed and configured (docs/platform-reference.md, section 3.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import request
from werkzeug import Response

from embedded_app.simulator import installing
from embedded_app.simulator.model.apps import AppConfiguration, InstallationRequest
from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.model.people import SERVICE_ACCOUNT_ID
from embedded_app.simulator.rest.access import (
    NOT_FOUND,
    NOT_PERMITTED,
    Refusal,
    blueprint,
    caller,
    company_of_call,
    permitted_project,
    query_id,
    require,
)
from embedded_app.simulator.rest.answers import equals, json, listing
from embedded_app.simulator.rest.records import apps as records
from embedded_app.simulator.rest.values.bodies import required, sent_json
from embedded_app.simulator.rest.values.numbers import written_id
from embedded_app.simulator.state import simulator


@blueprint.get("/v1.0/app_installations")
def installations() -> Response:
    """The app in the company, or in the company of the project."""
    if "project_id" in request.args:
        permitted_project(query_id("project_id"))
    else:
        query_id("company_id")
    running = simulator()
    found = running.world.installation(company_of_call())
    return listing([] if found is None else [found], lambda each: records.installation(each, running))


@blueprint.get("/v1.0/app_installations/<int:installation_id>")
def installation(installation_id: int) -> Response:
    """One installation."""
    query_id("company_id")
    running = simulator()
    found = running.world.installations.get(installation_id)
    if found is None or found.company_id != company_of_call():
        raise Refusal(404, NOT_FOUND)
    return json(records.shown_installation(found, running))


@blueprint.get("/v1.0/installation_requests")
def installation_requests() -> Response:
    """Who asked for the app in a company."""
    company_id = query_id("company_id")
    found = [each for each in simulator().world.installation_requests if each.company_id == company_id]
    return listing(found, records.installation_request)


@blueprint.post("/v1.0/installation_requests")
def ask_for_installation() -> Response:
    """Ask an administrator to install the app."""
    body, running = sent_json(), simulator()
    if required(body, "company_id", int) != company_of_call():
        raise Refusal(403, NOT_PERMITTED)
    asked = InstallationRequest(
        id=len(running.world.installation_requests) + 1,
        company_id=company_of_call(),
        user_id=caller().user_id or SERVICE_ACCOUNT_ID,
        notes=str(body.get("notes") or ""),
        implicit=bool(body.get("implicit")),
        created_at=running.clock.now(),
    )
    running.world.installation_requests.append(asked)
    answer = json(records.installation_request(asked))
    answer.status_code = 201
    return answer


@blueprint.get("/v1.0/companies/<int:company_id>/app_configurations")
def configurations(company_id: int) -> Response:
    """Where the app appears in the menus of the company."""
    running = simulator()
    return listing(
        list(running.world.configurations_of(company_id)),
        lambda each: records.configuration(each, running),
        filters={
            "app_installation_id": equals(lambda each: each.installation_id),
            "project_id": _covers,
        },
        sorts={"title": lambda each: each.title, "created_at": lambda each: each.created_at},
    )


@blueprint.get("/v1.0/companies/<int:company_id>/app_configurations/<int:configuration_id>")
def configuration(company_id: int, configuration_id: int) -> Response:
    """One app configuration."""
    return json(records.configuration(_configuration(company_id, configuration_id), simulator()))


@blueprint.post("/v1.0/companies/<int:company_id>/app_configurations")
def create_configuration(company_id: int) -> Response:
    """Put the app into menus."""
    require("directory", at_least=Level.ADMIN)
    body, running = sent_json(), simulator()
    if required(body, "company_id", int) != company_id:
        raise Refusal(403, NOT_PERMITTED)
    installation_id = required(body, "app_installation_id", int)
    found = running.world.installation(company_id)
    if found is None or found.id != installation_id:
        raise Refusal(422, "is not an installation of this company", field="app_installation_id")
    made = AppConfiguration(
        id=installing.next_id(running.world.configurations),
        company_id=company_id,
        installation_id=installation_id,
        title=required(body, "title", str),
        created_at=running.clock.now(),
        created_by=caller().user_id or SERVICE_ACCOUNT_ID,
    )
    _fill_in(made, {"instance_configuration": required(body, "instance_configuration", dict), **body})
    running.world.configurations[made.id] = made
    answer = json(records.configuration(made, running))
    answer.status_code = 201
    return answer


@blueprint.patch("/v1.0/companies/<int:company_id>/app_configurations/<int:configuration_id>")
def update_configuration(company_id: int, configuration_id: int) -> Response:
    """Change its title, its values, or where the app appears."""
    require("directory", at_least=Level.ADMIN)
    found = _configuration(company_id, configuration_id)
    changed = replace(found)
    _fill_in(changed, sent_json())
    simulator().world.configurations[found.id] = changed
    return json(records.configuration(changed, simulator()))


@blueprint.delete("/v1.0/companies/<int:company_id>/app_configurations/<int:configuration_id>")
def delete_configuration(company_id: int, configuration_id: int) -> Response:
    """Take the app out of the menus that this configuration put it in."""
    require("directory", at_least=Level.ADMIN)
    del simulator().world.configurations[_configuration(company_id, configuration_id).id]
    return Response(status=204)


def _configuration(company_id: int, configuration_id: int) -> AppConfiguration:
    found = simulator().world.configurations.get(configuration_id)
    if found is None or found.company_id != company_id:
        raise Refusal(404, NOT_FOUND)
    return found


def _fill_in(of: AppConfiguration, sent: Mapping[str, Any]) -> None:
    """Set what was sent, and nothing if some of it does not fit."""
    running = simulator()
    ours = {each.id for each in running.world.projects_of(of.company_id)}
    asked = sent.get("project_ids") or list(of.project_ids)
    if not isinstance(asked, list) or not all(type(each) is int and each in ours for each in asked):
        raise Refusal(422, "are not projects of this company", field="project_ids")
    given = sent.get("instance_configuration", of.values)
    if not isinstance(given, Mapping) or not all(isinstance(each, str) for each in given.values()):
        raise Refusal(422, "has to be an object of texts", field="instance_configuration")
    try:
        values = installing.filled_in(running.app, given)
    except ValueError as missing:
        raise Refusal(422, str(missing), field="instance_configuration") from missing
    of.title = str(sent.get("title", of.title))
    of.values, of.project_ids = values, frozenset(asked)
    of.applies_to_all_projects = bool(sent.get("applies_to_all_projects", of.applies_to_all_projects))
    of.applies_to_company = bool(sent.get("applies_to_company", of.applies_to_company))


def _covers(configuration_: AppConfiguration, sent: Sequence[str]) -> bool:
    chosen = (written_id(text) for text in sent)
    return any(configuration_.covers(each) for each in chosen if each is not None)
