"""Commitments of both kinds, their lines, balances and change orders.

Platform reference, sections 5.5 and 5.6.
"""

from __future__ import annotations

from flask import request
from werkzeug import Response

from embedded_app.simulator.model import ChangeOrder, CommitmentKind, Contract
from embedded_app.simulator.rest import records
from embedded_app.simulator.rest.access import (
    NOT_FOUND,
    Refusal,
    blueprint,
    caller,
    permitted_project,
    query_id,
)
from embedded_app.simulator.rest.answers import Filter, data, equals, json, listing, live_only, never, within
from embedded_app.simulator.state import simulator

TOOL = "commitments"


def _vendor_id(change: ChangeOrder) -> int | None:
    vendor = simulator().world.contracts[change.contract_id].vendor
    return None if vendor is None else vendor.id


_FILTERS: dict[str, Filter[Contract]] = {
    "id": equals(lambda contract: contract.id),
    "status": equals(lambda contract: contract.status),
    "origin_id": equals(lambda contract: contract.origin_id),
    "created_at": within(lambda contract: contract.created_at),
    "updated_at": within(lambda contract: contract.updated_at),
    "include_deleted": live_only(),
}
_CHANGE_ORDER_FILTERS: dict[str, Filter[ChangeOrder]] = {
    "contract_id": equals(lambda change: change.contract_id),
    "vendor_id": equals(_vendor_id),
    "status": equals(lambda change: change.status),
    "executed": equals(lambda change: change.executed),
    "signature_required": equals(lambda _change: False),
    "updated_at": within(lambda change: change.updated_at),
    "batch_id": never(),
    "legacy_package_id": never(),
}


@blueprint.get("/v1.0/commitments")
def commitments() -> Response:
    """Both kinds, thin."""
    return listing(_visible(query_id("project_id")), records.commitment)


@blueprint.get("/v1.0/<any(work_order_contracts, purchase_order_contracts):kind>")
def contracts(kind: str) -> Response:
    """One kind of a project, with all amounts."""
    project_id = query_id("project_id")
    project = permitted_project(project_id, TOOL)
    extended = request.args.get("view") == "extended"
    return listing(
        [each for each in _visible(project_id) if each.kind == kind],
        lambda each: records.contract(each, project, extended=extended),
        filters=_FILTERS,
        sorts={"number": lambda each: each.number, "created_at": lambda each: each.created_at},
    )


@blueprint.get("/v1.0/<any(work_order_contracts, purchase_order_contracts):kind>/<int:contract_id>")
def contract(kind: str, contract_id: int) -> Response:
    """One commitment with its lines."""
    project = permitted_project(query_id("project_id"), TOOL)
    found = _contract(contract_id, project.id, CommitmentKind(kind))
    return json(records.contract(found, project, extended=request.args.get("view") != "compact"))


@blueprint.get(
    "/v1.0/<any(work_order_contracts, purchase_order_contracts):kind>/<int:contract_id>/line_items"
)
def line_items(kind: str, contract_id: int) -> Response:
    """The schedule of values."""
    project = permitted_project(query_id("project_id"), TOOL)
    found = _contract(contract_id, project.id, CommitmentKind(kind))
    return listing(
        found.line_items,
        lambda line: records.line_item(line, found),
        filters={
            "id": equals(lambda line: line.id),
            "cost_code_id": equals(lambda line: line.cost_code.id),
            "line_item_type_id": never(),
            "updated_at": within(lambda _line: found.updated_at),
        },
    )


@blueprint.get(
    "/v2.0/companies/<int:company_id>/projects/<int:project_id>/commitment_contracts/<int:contract_id>/summary"
)
def summary(company_id: int, project_id: int, contract_id: int) -> Response:  # noqa: ARG001 # checked with the header
    """Balances of one commitment of either kind."""
    permitted_project(project_id, TOOL)
    return data(records.summary(_contract(contract_id, project_id)))


@blueprint.get("/v1.0/projects/<int:project_id>/commitment_change_orders")
def change_orders(project_id: int) -> Response:
    """The change orders of all commitments of a project that the caller may see."""
    permitted_project(project_id, TOOL)
    extended = request.args.get("view") == "extended"
    return listing(
        [change for each in _visible(project_id) for change in each.change_orders],
        lambda change: records.change_order(change, extended=extended),
        filters=_CHANGE_ORDER_FILTERS,
    )


@blueprint.get("/v1.0/projects/<int:project_id>/commitment_change_orders/<int:change_order_id>")
def change_order(project_id: int, change_order_id: int) -> Response:
    """One change order."""
    permitted_project(project_id, TOOL)
    for each in _visible(project_id):
        for change in each.change_orders:
            if change.id == change_order_id:
                return json(records.change_order(change, extended=True))
    raise Refusal(404, NOT_FOUND)


def _visible(project_id: int) -> list[Contract]:
    permitted_project(project_id, TOOL)
    me = caller()
    return [each for each in simulator().world.contracts_of(project_id) if me.reads(each)]


def _contract(contract_id: int, project_id: int, kind: CommitmentKind | None = None) -> Contract:
    """The commitment; 404 where it is not in this project, not of this kind, or not for this caller."""
    found = simulator().world.contracts.get(contract_id)
    if found is None or found.project_id != project_id or not caller().reads(found):
        raise Refusal(404, NOT_FOUND)
    if kind is not None and found.kind is not kind:
        raise Refusal(404, NOT_FOUND)
    return found
