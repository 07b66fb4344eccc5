"""Commitments of both kinds in version 2, with their lines and balances (docs/platform-reference.md, section 5.5).

Which fields a list has is not documented (section 9, number 15): a switch chooses between those that one can send
and all of version 1. The view `extended` adds the vendor's name and custom fields.
"""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug import Response

from embedded_app.simulator.model.commitments import CommitmentKind, Contract, LineItem
from embedded_app.simulator.rest.access import NOT_FOUND, Refusal, blueprint, permitted_project
from embedded_app.simulator.rest.answers import Filter, contains, data, equals, listing, never, within
from embedded_app.simulator.rest.commitments import TOOL, deleted, find_contract, visible
from embedded_app.simulator.rest.records import commitments as records
from embedded_app.simulator.rest.references import currency
from embedded_app.simulator.rest.serving import with_string_ids
from embedded_app.simulator.state import simulator
from embedded_app.simulator.switches import ContractFields

_PATH = "/v2.0/companies/<int:company_id>/projects/<int:project_id>/commitment_contracts"
_ONE = f"{_PATH}/<int:contract_id>"
_PER_PAGE, _LARGEST = 10, 100
_TYPES = {
    CommitmentKind.SUBCONTRACT: "WorkOrderContract",
    CommitmentKind.PURCHASE_ORDER: "PurchaseOrderContract",
}
_SENT = (
    *(
        "id",
        "type",
        "number",
        "title",
        "description",
        "status",
        "vendor_id",
        "executed",
        "signature_required",
    ),
    *("private", "retainage_percent", "accounting_method", "contract_date", "contract_start_date"),
    *("contract_estimated_completion_date", "delivery_date", "created_at", "updated_at", "deleted_at"),
)
_FILTERS: dict[str, Filter[Contract]] = {
    "type": equals(lambda contract: _TYPES[contract.kind]),
    "status": equals(lambda contract: contract.status),
    "vendor_id": equals(lambda contract: contract.vendor and contract.vendor.id),
    "id": equals(lambda contract: contract.id),
    "accounting_method": equals(lambda _contract: "amount"),
    "executed": equals(lambda contract: contract.executed),
    "signature_required": equals(lambda _contract: False),
    "created_at": within(lambda contract: contract.created_at),
    "updated_at": within(lambda contract: contract.updated_at),
    "deleted_at": within(lambda contract: contract.deleted_at),
    "include_deleted": lambda contract, sent: "only" not in sent or contract.deleted_at is not None,
    "search": contains(lambda contract: contract.number, lambda contract: contract.title),
}


@blueprint.get(_PATH)
def commitment_contracts(company_id: int, project_id: int) -> Response:  # noqa: ARG001 # checked with the header
    """Both kinds of a project."""
    return listing(
        [*visible(project_id), *deleted(project_id)],
        _written,
        filters=_FILTERS,
        sorts={"number": lambda each: each.number, "created_at": lambda each: each.created_at},
        per_page=_PER_PAGE,
        largest=_LARGEST,
        envelope=True,
    )


@blueprint.get(_ONE)
def commitment_contract(company_id: int, project_id: int, contract_id: int) -> Response:  # noqa: ARG001 # as above
    """One of either kind."""
    permitted_project(project_id, TOOL)
    return data(_written(find_contract(contract_id, project_id)))


@blueprint.get(f"{_ONE}/line_items")
def commitment_contract_lines(company_id: int, project_id: int, contract_id: int) -> Response:  # noqa: ARG001 # as above
    """The schedule of values."""
    permitted_project(project_id, TOOL)
    contract = find_contract(contract_id, project_id)
    return listing(
        contract.line_items,
        lambda line: _line(line, contract),
        filters={"id": equals(lambda line: line.id), "updated_at": never()},
        per_page=_PER_PAGE,
        largest=_LARGEST,
        envelope=True,
    )


@blueprint.get(f"{_ONE}/line_items/<int:line_id>")
def commitment_contract_line(company_id: int, project_id: int, contract_id: int, line_id: int) -> Response:  # noqa: ARG001 # as above
    """One line."""
    permitted_project(project_id, TOOL)
    contract = find_contract(contract_id, project_id)
    for line in contract.line_items:
        if line.id == line_id:
            return data(_line(line, contract))
    raise Refusal(404, NOT_FOUND)


@blueprint.get(f"{_ONE}/summary")
def summary(company_id: int, project_id: int, contract_id: int) -> Response:  # noqa: ARG001 # as above
    """Balances of one."""
    permitted_project(project_id, TOOL)
    return data(records.summary(find_contract(contract_id, project_id)))


def _is_extended() -> bool:
    return request.args.get("view") == "extended"


def _written(contract: Contract) -> Any:
    running, vendor = simulator(), contract.vendor
    project = running.world.projects[contract.project_id]
    body = {
        **records.contract(contract, project, currency(contract), extended=False),
        "type": _TYPES[contract.kind],
        "vendor_id": vendor and vendor.id,
        "signature_required": False,
    }
    if running.switches.commitment_contract_fields is ContractFields.SENT:
        body = {name: body[name] for name in _SENT if name in body}
    if _is_extended():
        body |= {"vendor_name": vendor and vendor.name, "custom_fields": {}}
    return with_string_ids(body)


def _line(line: LineItem, contract: Contract) -> Any:
    whole = records.line_item(line, contract)
    names = ("id", "description", "uom", "quantity", "unit_cost", "amount", "extended_type", "wbs_code")
    body = {name: whole[name] for name in (*names, "tax_code_id", "position")}
    wbs_code: Any = whole["wbs_code"]
    body |= {"wbs_code_id": wbs_code["id"], "prime_line_item_id": None, "funding_rule_id": None}
    if _is_extended():
        body |= {"change_event_line_item": None, "external_data": {"origin_id": whole["origin_id"]}}
    return with_string_ids(body)
