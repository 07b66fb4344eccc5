"""Vendors of a company and of a project, and their insurances (docs/platform-reference.md, section 5.1)."""

from __future__ import annotations

from flask import request
from werkzeug import Response

from embedded_app.simulator.model.vendors import Vendor
from embedded_app.simulator.rest.access import (
    NOT_FOUND,
    Refusal,
    blueprint,
    company_of_call,
    permitted_project,
    query_id,
    require,
)
from embedded_app.simulator.rest.answers import Filter, contains, equals, json, listing, never, within
from embedded_app.simulator.rest.records import vendors as records
from embedded_app.simulator.state import simulator

TOOL = "directory"

_FILTERS: dict[str, Filter[Vendor]] = {
    "id": equals(lambda vendor: vendor.id),
    "search": contains(lambda vendor: vendor.name, lambda vendor: vendor.trade_name),
    "updated_at": within(lambda vendor: vendor.updated_at),
    **dict.fromkeys(("origin_id", "parent_id", "standard_cost_code_id", "trade_id"), never()),
}


@blueprint.get("/v1.0/vendors")
def company_vendors() -> Response:
    """The company directory's firms."""
    company_id = query_id("company_id")
    require(TOOL)
    return _vendors(list(simulator().world.vendors_of(company_id)))


@blueprint.get("/v1.0/vendors/<int:vendor_id>")
def company_vendor(vendor_id: int) -> Response:
    """One firm of the company directory."""
    query_id("company_id")
    require(TOOL)
    return json(records.vendor(_vendor(vendor_id), request.args.get("view", "extended")))


@blueprint.get("/v1.1/projects/<int:project_id>/vendors")
def project_vendors(project_id: int) -> Response:
    """The firms in a project's directory."""
    project = permitted_project(project_id, TOOL)
    return _vendors(
        [each for each in simulator().world.vendors_of(project.company_id) if project_id in each.project_ids]
    )


@blueprint.get("/v1.1/projects/<int:project_id>/vendors/<int:vendor_id>")
def project_vendor(project_id: int, vendor_id: int) -> Response:
    """One firm of a project's directory."""
    permitted_project(project_id, TOOL)
    return json(records.vendor(_vendor(vendor_id, project_id), request.args.get("view", "extended")))


@blueprint.get("/v1.0/companies/<int:company_id>/insurances")
def company_insurances(company_id: int) -> Response:
    """The certificates of every firm of the company."""
    require(TOOL)
    return _insurances(list(simulator().world.vendors_of(company_id)))


@blueprint.get("/v1.0/companies/<int:company_id>/vendors/<int:vendor_id>/insurances")
def vendor_insurances(company_id: int, vendor_id: int) -> Response:  # noqa: ARG001 # checked with the header
    """The certificates of one firm."""
    require(TOOL)
    return _insurances([_vendor(vendor_id)])


@blueprint.get("/v1.0/projects/<int:project_id>/vendors/<int:vendor_id>/insurances")
def project_vendor_insurances(project_id: int, vendor_id: int) -> Response:
    """The certificates of one firm, as its project sees them."""
    permitted_project(project_id, TOOL)
    return _insurances([_vendor(vendor_id, project_id)])


def _vendor(vendor_id: int, project_id: int | None = None) -> Vendor:
    found = simulator().world.vendors.get(vendor_id)
    if found is None or found.company_id != company_of_call():
        raise Refusal(404, NOT_FOUND)
    if project_id is not None and project_id not in found.project_ids:
        raise Refusal(404, NOT_FOUND)
    return found


def _vendors(found: list[Vendor]) -> Response:
    view = request.args.get("view", "normal")
    return listing(
        found,
        lambda vendor: records.vendor(vendor, view),
        filters=_FILTERS,
        sorts={"name": lambda vendor: vendor.name},
    )


def _insurances(of: list[Vendor]) -> Response:
    pairs = [(insurance, vendor.id) for vendor in of for insurance in vendor.insurances]
    return listing(pairs, lambda pair: records.insurance(*pair))
