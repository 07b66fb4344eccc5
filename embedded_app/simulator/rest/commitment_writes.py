"""Changing and deleting commitments; approved ones keep their vendor and are not deleted (section 5.5)."""

from __future__ import annotations

from flask import request
from werkzeug import Response

from embedded_app.simulator.model.commitments import CommitmentKind, Contract
from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.rest import commitments, writing
from embedded_app.simulator.rest.access import Refusal, blueprint, caller, permitted_project, require
from embedded_app.simulator.rest.family import Family, Field, each
from embedded_app.simulator.rest.kinds import CODE, DAY, FLAG, PERCENT, TEXT, one_of
from embedded_app.simulator.rest.references import VENDOR
from embedded_app.simulator.rest.serving import tell
from embedded_app.simulator.state import simulator

_PATH = "/v1.0/<any(work_order_contracts, purchase_order_contracts):kind>/<int:contract_id>"
_LOCKED = frozenset({"Approved", "Complete"})
_STATUSES = {
    CommitmentKind.SUBCONTRACT: (
        *("Draft", "Out For Bid", "Out For Signature", "Approved", "Complete", "Terminated", "Void"),
    ),
    CommitmentKind.PURCHASE_ORDER: (
        *("Draft", "Processing", "Submitted", "Partially Received", "Received", "Approved", "Closed"),
    ),
}


def _family(kind: CommitmentKind) -> Family:
    return Family(
        name="contracts",
        singular=kind.value.removesuffix("s"),
        wrapping_is_open=True,
        tool=commitments.TOOL,
        resource=kind.value.replace("_", " ").title(),
        paths=(),
        fields=(
            Field("number", CODE),
            *each(TEXT, "title description"),
            Field("status", one_of(*_STATUSES[kind])),
            *each(FLAG, "executed private"),
            Field("retainage_percent", PERCENT),
            *each(DAY, "contract_date contract_start_date contract_estimated_completion_date delivery_date"),
            *each(CODE, "origin_id origin_data"),
        ),
        kept=lambda world, project_id: [each for each in world.contracts_of(project_id) if each.kind is kind],
    )


_FAMILIES = {kind: _family(kind) for kind in CommitmentKind}


@blueprint.patch(_PATH)
def change_contract(kind: str, contract_id: int) -> Response:
    """Change a commitment."""
    sent = writing.sent()
    project_id = writing.whole(sent.get("project_id", request.args.get("project_id")), "project_id")
    contract, family = _found(kind, contract_id, project_id, Level.STANDARD)
    values = writing.unwrapped(family, sent, wrapped=True)
    vendor = contract.vendor
    if "vendor_id" in values:
        if contract.status in _LOCKED:
            raise Refusal(422, "is locked while the commitment is approved or complete", field="vendor_id")
        vendor_id = values.pop("vendor_id")
        vendor = None if vendor_id is None else simulator().world.vendors[_vendor_id(vendor_id)]
    writing.change(family, contract, values, caller().level(family.tool, project_id))
    contract.vendor = vendor
    tell(family, project_id, contract, "update")
    return commitments.shown(contract)


@blueprint.delete(_PATH)
def delete_contract(kind: str, contract_id: int) -> Response:
    """Delete a commitment that is not approved yet."""
    project_id = writing.whole(request.args.get("project_id"), "project_id")
    contract, family = _found(kind, contract_id, project_id, Level.ADMIN)
    if contract.status in _LOCKED:
        raise Refusal(422, "An approved or complete commitment cannot be deleted.")
    contract.deleted_at = simulator().clock.now()
    tell(family, project_id, contract, "delete")
    return Response(status=204)


def _vendor_id(value: object) -> int:
    try:
        found = VENDOR.parse(value)
    except Refusal as refusal:
        raise Refusal(refusal.status, *refusal.messages, field="vendor_id") from refusal
    return int(str(found))


def _found(kind: str, contract_id: int, project_id: int, at_least: Level) -> tuple[Contract, Family]:
    permitted_project(project_id, commitments.TOOL)
    require(commitments.TOOL, project_id, at_least)
    of_kind = CommitmentKind(kind)
    return commitments.find_contract(contract_id, project_id, of_kind), _FAMILIES[of_kind]
