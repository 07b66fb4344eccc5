"""Requisitions, which are subcontractors' invoices, and the payments of contracts (section 5.7 and 5.5)."""

from __future__ import annotations

from typing import Any

from embedded_app.simulator.model import ZERO
from embedded_app.simulator.model.commitments import CommitmentKind, Contract, Requisition
from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.model.record import Record
from embedded_app.simulator.model.world import World
from embedded_app.simulator.rest import billing
from embedded_app.simulator.rest.access import Caller, Refusal
from embedded_app.simulator.rest.family import (
    ATTACHMENTS,
    BASICS,
    CREATED_BY,
    DETAIL,
    NEVER,
    ORIGIN,
    Family,
    Field,
    Path,
    Write,
    each,
    ranges,
    same,
)
from embedded_app.simulator.rest.serving import serve
from embedded_app.simulator.rest.values.kinds import (
    CODE,
    DAY,
    FLAG,
    MONEY,
    PERCENT_SIGN,
    PLAIN,
    ROWS,
    STAMP,
    TEXT,
    WHOLE,
    one_of,
)
from embedded_app.simulator.rest.values.references import currency, of_same_project
from embedded_app.simulator.state import simulator

TOOL = "commitments"
STATUSES = (
    *("draft", "under_review", "revise_and_resubmit", "approved", "approved_as_noted"),
    "pending_owner_approval",
)
_TYPES = {
    CommitmentKind.SUBCONTRACT: "WorkOrderContract",
    CommitmentKind.PURCHASE_ORDER: "PurchaseOrderContract",
}
_OPEN = frozenset({"draft", "under_review", "revise_and_resubmit"})
_FOR_SUBCONTRACTORS = frozenset({"draft", "revise_and_resubmit"})
"""What others than administrators may change."""

PERIODS = serve(
    Family(
        name="billing_periods",
        singular="billing_period",
        tool=TOOL,
        paths=(Path("/v1.0/projects/<int:project_id>/billing_periods", "list show create"),),
        fields=(
            *BASICS,
            *each(DAY, "start_date end_date due_date", required=True),
            Field("status", one_of("open", "closed"), default="open"),
        ),
        filters=same("id", "status"),
        create_level=Level.ADMIN,
    )
)


def contract_of(requisition: Any) -> Contract:
    """The commitment that the requisition bills."""
    return simulator().world.contracts[requisition["commitment_id"]]


def _kept(world: World, project_id: int) -> list[Requisition]:
    return [each for contract in world.contracts_of(project_id) for each in contract.requisitions]


def _visible(requisition: Any, who: Caller) -> bool:
    return who.reads(contract_of(requisition))


def _period_id(requisition: Any) -> int | None:
    """The one it names, or else the one that its billing date is in."""
    billed = requisition["billing_date"]
    for period in PERIODS.records(simulator().world, contract_of(requisition).project_id):
        if (
            requisition["period_id"] is None
            and billed
            and period["start_date"] <= billed <= period["end_date"]
        ):
            return int(period["id"])
    return requisition["period_id"]  # type: ignore[no-any-return]


def _previous_id(requisition: Any) -> int | None:
    earlier = [each for each in contract_of(requisition).requisitions if each.number < requisition["number"]]
    return earlier[-1].id if earlier else None


def _vendor(requisition: Any, key: str) -> Any:
    vendor = simulator().world.vendor_of(contract_of(requisition))
    return None if vendor is None else getattr(vendor, key)


def _prepare(made: Any) -> None:
    contract = of_same_project(simulator().world.contracts, made, "commitment_id")
    made["number"] = 1 + len(contract.requisitions)


def _rules(write: Write) -> None:
    made, before = write.record, write.before
    if before is not None and before["commitment_id"] != made["commitment_id"]:
        raise Refusal(422, "cannot be changed", field="commitment_id")
    contract = contract_of(made)
    if contract.kind is not CommitmentKind.SUBCONTRACT and before is None:
        raise Refusal(422, "Invoices are not enabled for this commitment.", field="commitment_id")
    if before is None:
        if any(each.status in _OPEN and each.deleted_at is None for each in contract.requisitions):
            raise Refusal(422, "has an open invoice", field="commitment_id")
        return
    if contract.requisitions[-1].id != made["id"] or before["status"] not in _OPEN:
        raise Refusal(422, "Only the latest open invoice can be changed.")
    if write.level is not Level.ADMIN and before["status"] not in _FOR_SUBCONTRACTORS:
        raise Refusal(403, "Only administrators can change an invoice under review.")
    billing.set_lines(made, (made["items"] if "items" in write.sent else None) or [])


def _store(world: World, made: Record) -> Requisition:
    contract = world.contracts[made["commitment_id"]]
    amounts = {"completed_this_period": ZERO, "retained_this_period": ZERO}
    requisition = Requisition.of(amounts | made)
    billing.set_lines(requisition, made["items"] or [])
    contract.requisitions.append(requisition)
    return requisition


FAMILY = serve(
    Family(
        name="requisitions",
        singular="requisition",
        tool=TOOL,
        resource="Requisitions",
        paths=(Path("/v1.1/requisitions", "list show create update"),),
        fields=(
            *BASICS,
            Field("number", WHOLE, read_only=True),
            Field("invoice_number", CODE),
            Field("invoice_type", CODE, of=lambda _each: "subcontractor"),
            Field("commitment_id", WHOLE, required=True),
            Field("commitment_type", CODE, of=lambda each: _TYPES[contract_of(each).kind]),
            Field("contract_name", TEXT, of=lambda each: contract_of(each).title),
            Field("vendor_id", WHOLE, of=lambda each: _vendor(each, "id")),
            Field("vendor_name", TEXT, of=lambda each: _vendor(each, "name")),
            Field("project_id", WHOLE, of=lambda each: contract_of(each).project_id),
            Field("period_id", WHOLE, of=_period_id),
            Field("period_id", WHOLE, shown=NEVER),
            *each(DAY, "requisition_start requisition_end billing_date payment_date"),
            Field("submitted_at", STAMP),
            Field("status", one_of(*STATUSES), default="draft"),
            Field("erp_status", CODE, of=lambda _each: None),
            Field("final", FLAG, default=False),
            Field("percent_complete", PERCENT_SIGN, of=billing.percent_complete),
            Field("total_claimed_amount", MONEY, of=lambda each: each["completed_this_period"]),
            Field("previous_requisition_id", WHOLE, of=_previous_id),
            Field("summary", PLAIN, of=lambda each: billing.summary(each, contract_of(each)), shown=DETAIL),
            Field("items", ROWS, shown=NEVER),
            Field("items", PLAIN, of=lambda each: billing.items(each, contract_of(each)), shown="items"),
            CREATED_BY,
            *ORIGIN,
            Field(
                "currency_configuration", PLAIN, of=lambda each: currency(contract_of(each)), optional=True
            ),
            ATTACHMENTS,
        ),
        filters={
            **same("id", "commitment_id", "status", "origin_id"),
            "period_id": lambda each, sent: str(_period_id(each)) in sent,
            "is_last": lambda each, sent: str(contract_of(each).requisitions[-1] is each).lower() in sent,
            **ranges("created_at", "updated_at"),
        },
        sorts="billing_date number created_at updated_at",
        per_page=30,
        call_key="commitment_id",
        locked_by_origin=True,
        kept=_kept,
        store=_store,
        visible=_visible,
        prepare=_prepare,
        rules=_rules,
    )
)


def _name_contract(payment: Any) -> None:
    of_same_project(simulator().world.contracts, payment, "contract_id")


def _pay(payment: Any) -> None:
    simulator().world.contracts[payment["contract_id"]].paid += payment["amount"]


PAYMENTS = serve(
    Family(
        name="contract_payments",
        singular="contract_payment",
        tool=TOOL,
        resource="Contract Payments",
        paths=(Path("/v1.0/contract_payments", "list show create"),),
        fields=(
            *BASICS,
            Field("contract_id", WHOLE, required=True),
            Field("amount", MONEY, required=True),
            *each(CODE, "check_number invoice_number external_payment_id"),
            Field("payment_number", WHOLE),
            Field("payment_method", one_of("check", "credit_card", "electronic"), shown=NEVER),
            *each(DAY, "date date_payment_initiated date_payment_settled"),
            *each(WHOLE, "draw_request_number requisition_id"),
            Field("notes", TEXT),
            Field("status", CODE, read_only=True, default="issued"),
            *ORIGIN,
            Field("origin_code", CODE),
        ),
        parameters=same("contract_id"),
        needs="contract_id",
        call_key="contract_id",
        locked_by_origin=True,
        visible=lambda payment, who: who.reads(simulator().world.contracts[payment["contract_id"]]),
        prepare=_name_contract,
        made=_pay,
    )
)
