"""Where the app is installed and configured (docs/platform-reference.md, section 3.7)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request
from werkzeug import Response

from embedded_app.simulator.model import AppConfiguration
from embedded_app.simulator.rest import records
from embedded_app.simulator.rest.access import (
    NOT_FOUND,
    Refusal,
    blueprint,
    company_of_call,
    permitted_project,
    query_id,
)
from embedded_app.simulator.rest.answers import equals, json, listing
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
    return json(records.installation(found, running))


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
    running = simulator()
    found = running.world.configurations.get(configuration_id)
    if found is None or found.company_id != company_id:
        raise Refusal(404, NOT_FOUND)
    return json(records.configuration(found, running))


def _covers(configuration_: AppConfiguration, sent: Sequence[str]) -> bool:
    return any(text.isdecimal() and configuration_.covers(int(text)) for text in sent)
