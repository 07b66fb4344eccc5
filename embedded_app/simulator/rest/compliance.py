"""Whether a commitment's papers are in order (docs/platform-reference.md, section 5.5)."""

from __future__ import annotations

from typing import Any

from werkzeug import Response

from embedded_app.simulator.model.commitments import CommitmentKind, Contract
from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.model.record import Record
from embedded_app.simulator.rest import writing
from embedded_app.simulator.rest.access import blueprint, caller, require
from embedded_app.simulator.rest.answers import json
from embedded_app.simulator.rest.families import commitments
from embedded_app.simulator.rest.serving import find_as
from embedded_app.simulator.rest.values.formats import day, stamp
from embedded_app.simulator.rest.values.kinds import TEXT, one_of
from embedded_app.simulator.state import simulator

_PATH = (
    "/v1.0/projects/<int:project_id>/<any(work_order_contracts, purchase_order_contracts):kind>"
    "/<int:contract_id>/compliance"
)
_STATUS = one_of("compliant", "not_compliant", "not_required")
_SENT = {
    "compliance_status": _STATUS,
    "insurance_status": _STATUS,
    "compliance_notes": TEXT,
    "insurance_notes": TEXT,
}


@blueprint.get(_PATH)
def compliance(project_id: int, kind: str, contract_id: int) -> Response:
    """What is there and what is missing."""
    return json(_answer(_contract(project_id, kind, contract_id)))


@blueprint.patch(_PATH)
def set_compliance(project_id: int, kind: str, contract_id: int) -> Response:
    """Set the statuses and notes."""
    contract = _contract(project_id, kind, contract_id)
    require(commitments.TOOL, project_id, Level.ADMIN)
    body = writing.sent()
    values = body.get("compliance", body)
    found = {name: known.parse(values[name]) for name, known in _SENT.items() if values.get(name) is not None}
    running = simulator()
    kept = running.world.records.setdefault("compliance", {}).setdefault(contract.id, Record())
    kept.update(found, updated_at=running.clock.now(), updated_by_id=caller().user_id)
    return json(_answer(contract))


def _contract(project_id: int, kind: str, contract_id: int) -> Contract:
    found: Contract = find_as(commitments.OF_KIND[CommitmentKind(kind)], contract_id, project_id)
    return found


def _answer(contract: Contract) -> dict[str, Any]:
    kept = simulator().world.records.get("compliance", {}).get(contract.id) or Record()
    vendor = simulator().world.vendor_of(contract)
    policies = () if vendor is None else vendor.insurances
    in_order = bool(policies) and all(each.status == "compliant" for each in policies)
    derived = "compliant" if in_order else "not_compliant"
    documents: list[dict[str, object]] = [
        {
            "id": each.id,
            "name": f"{each.insurance_type} {each.policy_number}",
            "insurance_type": each.insurance_type,
            "level": "company",
            "status": "compliant" if each.status == "compliant" else "not_compliant",
            "effective_at": day(each.effective_date),
            "expires_at": day(each.expiration_date),
            "attachments": [],
        }
        for each in policies
    ]
    papers = [] if not contract.executed else [_paper(contract)]
    return {
        "compliance_status": kept.get("compliance_status") or ("compliant" if papers else "not_compliant"),
        "compliance_notes": kept.get("compliance_notes"),
        "insurance_status": kept.get("insurance_status") or derived,
        "insurance_notes": kept.get("insurance_notes"),
        "derived_insurance_status": derived,
        "derived_compliance_status": "compliant" if papers else "not_compliant",
        "insurance_documents": documents,
        "compliance_documents": papers,
        "insurance_requirements_not_created": [] if policies else ["General Liability"],
        "compliance_requirements_not_created": [] if papers else ["Signed contract"],
        "updated_at": stamp(kept.get("updated_at")),
        "updated_by_id": kept.get("updated_by_id"),
    }


def _paper(contract: Contract) -> dict[str, object]:
    return {
        "id": contract.id,
        "name": f"Signed contract {contract.number}",
        "type": "contract",
        "status": "compliant",
        "effective_at": day(contract.contract_date),
        "expires_at": None,
    }
