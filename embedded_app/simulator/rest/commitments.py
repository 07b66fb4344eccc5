"""Commitments of both kinds and their lines, in version 1 (docs/platform-reference.md, section 5.5)."""

from __future__ import annotations

from flask import request
from werkzeug import Response

from embedded_app.simulator.model.commitments import CommitmentKind, Contract
from embedded_app.simulator.rest.access import (
    NOT_FOUND,
    Refusal,
    blueprint,
    caller,
    permitted_project,
    query_id,
)
from embedded_app.simulator.rest.answers import Filter, equals, json, listing, never, within
from embedded_app.simulator.rest.records import commitments as records
from embedded_app.simulator.rest.references import currency
from embedded_app.simulator.state import simulator

TOOL = "commitments"


_FILTERS: dict[str, Filter[Contract]] = {
    "id": equals(lambda contract: contract.id),
    "status": equals(lambda contract: contract.status),
    "origin_id": equals(lambda contract: contract.origin_id),
    "created_at": within(lambda contract: contract.created_at),
    "updated_at": within(lambda contract: contract.updated_at),
    "include_deleted": lambda contract, sent: "only" not in sent or contract.deleted_at is not None,
}


@blueprint.get("/v1.0/commitments")
def commitments() -> Response:
    """Both kinds, thin."""
    return listing(visible(query_id("project_id")), records.commitment)


@blueprint.get("/v1.0/<any(work_order_contracts, purchase_order_contracts):kind>")
def contracts(kind: str) -> Response:
    """One kind of a project, with all amounts."""
    project_id = query_id("project_id")
    project = permitted_project(project_id, TOOL)
    extended = request.args.get("view") == "extended"
    return listing(
        [each for each in (*visible(project_id), *deleted(project_id)) if each.kind == kind],
        lambda each: records.contract(each, project, currency(each), extended=extended),
        filters=_FILTERS,
        sorts={"number": lambda each: each.number, "created_at": lambda each: each.created_at},
    )


@blueprint.get("/v1.0/<any(work_order_contracts, purchase_order_contracts):kind>/<int:contract_id>")
def contract(kind: str, contract_id: int) -> Response:
    """One commitment with its lines."""
    project = permitted_project(query_id("project_id"), TOOL)
    return shown(find_contract(contract_id, project.id, CommitmentKind(kind)))


def shown(found: Contract) -> Response:
    """One commitment, as it is answered alone."""
    project = simulator().world.projects[found.project_id]
    extended = request.args.get("view") != "compact"
    return json(records.contract(found, project, currency(found), extended=extended))


@blueprint.get(
    "/v1.0/<any(work_order_contracts, purchase_order_contracts):kind>/<int:contract_id>/line_items"
)
def line_items(kind: str, contract_id: int) -> Response:
    """The schedule of values."""
    project = permitted_project(query_id("project_id"), TOOL)
    found = find_contract(contract_id, project.id, CommitmentKind(kind))
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


def deleted(project_id: int) -> list[Contract]:
    """Those that were deleted, where the query wants them."""
    if request.args.get("filters[include_deleted]") not in ("with", "only"):
        return []
    kept = simulator().world.contracts.values()
    gone = [each for each in kept if each.project_id == project_id and each.deleted_at is not None]
    return [each for each in gone if caller().reads(each)]


def visible(project_id: int) -> list[Contract]:
    """Those of a project that the caller may see."""
    permitted_project(project_id, TOOL)
    me = caller()
    return [each for each in simulator().world.contracts_of(project_id) if me.reads(each)]


def find_contract(contract_id: int, project_id: int, kind: CommitmentKind | None = None) -> Contract:
    """The commitment; 404 where it is not in this project, not of this kind, or not for this caller."""
    found = simulator().world.contracts.get(contract_id)
    if found is None or found.deleted_at is not None or found.project_id != project_id:
        raise Refusal(404, NOT_FOUND)
    if not caller().reads(found):
        raise Refusal(404, NOT_FOUND)
    if kind is not None and found.kind is not kind:
        raise Refusal(404, NOT_FOUND)
    return found
