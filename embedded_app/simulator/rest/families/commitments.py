"""Commitments of both kinds with their lines, in version 1 (docs/platform-reference.md, section 5.5)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from embedded_app.simulator.model import ZERO
from embedded_app.simulator.model.commitments import CommitmentKind, Contract, LineItem
from embedded_app.simulator.model.record import Record
from embedded_app.simulator.model.world import World
from embedded_app.simulator.rest.access import Caller, Refusal
from embedded_app.simulator.rest.family import (
    ATTACHMENTS,
    BASICS,
    CUSTOM_FIELDS,
    DETAIL,
    LINE_KEYS,
    ORIGIN,
    Family,
    Field,
    Path,
    Write,
    each,
    line_amount,
    ranges,
    same,
)
from embedded_app.simulator.rest.serving import serve, written
from embedded_app.simulator.rest.values.kinds import (
    CODE,
    DAY,
    FLAG,
    IDS,
    MONEY,
    PERCENT,
    PERCENT_SIGN,
    PLAIN,
    STAMP,
    TEXT,
    WHOLE,
    one_of,
)
from embedded_app.simulator.rest.values.references import (
    COST_CODE,
    LINE_ITEM_TYPE,
    VENDOR,
    cost_code_id_of,
    cost_type_id_of,
    currency,
    project_of,
    to,
)
from embedded_app.simulator.state import simulator

TOOL = "commitments"
_LOCKED = frozenset({"Approved", "Complete"})
STATUSES = {
    CommitmentKind.SUBCONTRACT: (
        *("Draft", "Out For Bid", "Out For Signature", "Approved", "Complete", "Terminated", "Void"),
    ),
    CommitmentKind.PURCHASE_ORDER: (
        *("Draft", "Processing", "Submitted", "Partially Received", "Received", "Approved", "Closed"),
    ),
}
_PREFIXES = {CommitmentKind.SUBCONTRACT: "SC", CommitmentKind.PURCHASE_ORDER: "PO"}
BY_TYPE = {kind.type: kind for kind in CommitmentKind}
_VENDOR = to(
    lambda world, vendor_id: world.vendors.get(vendor_id),
    lambda found: {"id": found.id, "company": found.name, "origin_data": None, "origin_id": None},
)


def of_project(world: World, project_id: int, kind: CommitmentKind | None = None) -> list[Contract]:
    """The commitments of a project, of one kind or both, with deleted ones."""
    found = (contract for contract in world.contracts.values() if contract.project_id == project_id)
    return [contract for contract in found if kind is None or contract.kind is kind]


def _visible(contract: Contract, who: Caller) -> bool:
    """To somebody who may read the tool, which was asked before: that costs more than all the rest of a list."""
    return not contract.private or who.reads(contract)


def store(world: World, made: Record, kind: CommitmentKind | None = None) -> Contract:
    """Put a new one into the world; of the kind that it says where none is given."""
    kind = kind or BY_TYPE[made["type"]]
    company_id = made["company_id"]
    ids = (
        each.id for each in world.contracts.values() if each.company_id == company_id
    )  # both kinds share them
    contract = Contract.of(made, kind=kind, id=1 + max(ids, default=company_id * 10))
    if not contract.number:
        count = 1 + len(of_project(world, contract.project_id, kind))
        contract.number = f"{_PREFIXES[kind]}-{count:03d}"
    world.contracts[contract.id] = contract
    return contract


def rules(write: Write) -> None:
    """The vendor of an approved commitment is locked."""
    before = write.before
    if before is None or before["status"] not in _LOCKED:
        return
    if write.record["vendor_id"] != before["vendor_id"]:
        raise Refusal(422, "is locked while the commitment is approved or complete", field="vendor_id")


def _can_delete(contract: Contract) -> None:
    if contract.status in _LOCKED:
        raise Refusal(422, "An approved or complete commitment cannot be deleted.")


def _lines_of(contract: Contract) -> list[object]:
    return [written(LINES, line, "") for line in contract.lines]


def _change_orders_of(contract: Contract) -> list[object]:
    return [
        {"id": change.id, "number": change.number, "title": change.title, "status": change.status}
        for change in contract.change_orders
        if change.deleted_at is None
    ]


SENT = (
    *BASICS,
    Field("deleted_at", STAMP, read_only=True),
    Field("number", CODE),
    *each(TEXT, "title description"),
    *each(FLAG, "executed private", default=False),
    *each(DAY, "contract_date contract_start_date contract_estimated_completion_date"),
    *each(DAY, "actual_completion_date execution_date issued_on_date signed_contract_received_date"),
    Field("accounting_method", one_of("amount", "unit"), default="amount"),
    Field("retainage_percent", PERCENT),
)
"""What both versions have under the same names, and take."""

ANSWERED = (
    Field("project", PLAIN, of=project_of),
    *each(MONEY, "grand_total approved_change_orders pending_change_orders", read_only=True),
    *each(MONEY, "draft_change_orders_amount revised_contract pending_revised_contract", read_only=True),
    *each(MONEY, "total_requisitions_amount total_payments remaining_balance_outstanding", read_only=True),
    Field("total_draw_requests_amount", MONEY, of=lambda _contract: ZERO),
    Field("percentage_paid", PERCENT_SIGN, read_only=True),
    Field("requisitions_are_enabled", FLAG, of=lambda contract: not contract.is_order),
    Field("currency_configuration", PLAIN, of=currency, optional=True),
)
"""What version 1 answers beside."""

_FIELDS = (
    *SENT,
    *ANSWERED,
    Field("vendor", _VENDOR, key="vendor_id"),
    Field("origin_id", CODE),
    *each(CODE, "origin_data origin_code", optional=True),
    Field("accessor_ids", IDS, default=[], shown=DETAIL),
    Field("line_items", PLAIN, of=_lines_of, shown=DETAIL),
    Field("change_order_packages", PLAIN, of=_change_orders_of, shown=DETAIL),
    *each(PLAIN, "payments_issued invoice_contacts", of=lambda _contract: [], shown=DETAIL),
    ATTACHMENTS,
    CUSTOM_FIELDS,
)


def _of_kind(kind: CommitmentKind) -> Family:
    fields = (*_FIELDS, Field("status", one_of(*STATUSES[kind]), default="Draft"))
    if kind is CommitmentKind.PURCHASE_ORDER:
        fields = (*fields, Field("delivery_date", DAY))
    return Family(
        name="contracts",
        singular=kind.value.removesuffix("s"),
        wrapping_is_open=True,
        tool=TOOL,
        resource=kind.resource,
        paths=(Path(f"/v1.0/{kind}", "list show create update delete sync"),),
        fields=fields,
        filters={**same("id", "status", "origin_id"), **ranges("created_at", "updated_at")},
        sorts="number created_at",
        views={"compact": " ".join(field.name for field in fields if field.shown != DETAIL)},
        reads_deleted=True,
        kept=partial(of_project, kind=kind),
        store=partial(store, kind=kind),
        visible=_visible,
        rules=rules,
        can_delete=_can_delete,
    )


OF_KIND = {kind: serve(_of_kind(kind)) for kind in CommitmentKind}
FAMILY = OF_KIND[CommitmentKind.SUBCONTRACT]

serve(
    replace(
        FAMILY,
        paths=(Path("/v1.0/commitments", "list"),),
        fields=(
            Field("id", WHOLE, read_only=True),
            *each(CODE, "number status"),
            *each(TEXT, "title description"),
            *each(FLAG, "executed private"),
            Field("delivery_date", DAY),
            Field("vendor", VENDOR, key="vendor_id"),
        ),
        filters={},
        sorts="",
        views={},
        reads_deleted=False,
        kept=of_project,
    )
)


def _check_lines_open(line: Any) -> None:
    """The schedule of values of an approved commitment is locked, as its vendor is."""
    if simulator().world.contracts[line["contract_id"]].status in _LOCKED:
        raise Refusal(422, "The schedule of values is locked while the commitment is approved or complete.")


def _line_rules(write: Write) -> None:
    _check_lines_open(write.record)
    line_amount(write)
    write.record["amount"] = write.record["amount"] or ZERO


def _kept_lines(world: World, project_id: int) -> list[LineItem]:
    return [line for contract in world.contracts_of(project_id) for line in contract.line_items]


def _store_line(world: World, made: Record) -> LineItem:
    contract = world.contracts[made["contract_id"]]
    position = made["position"] or 1 + len(contract.line_items)
    line = LineItem.of(made, position=position)
    contract.line_items.append(line)
    return line


def _holder(line: Any) -> dict[str, object]:
    contract = simulator().world.contracts[line["contract_id"]]
    return {"id": contract.id, "holder_type": contract.type}


def _line_resource(line: Any) -> str:
    return simulator().world.contracts[line["contract_id"]].kind.line_resource


def _lines(kind: CommitmentKind) -> Family:
    return Family(
        name="line_items",
        singular="line_item",
        tool=TOOL,
        resource=_line_resource,
        paths=(Path(f"/v1.0/{kind}/<int:parent_id>/line_items", "list show create update delete sync"),),
        fields=(
            *BASICS,
            *LINE_KEYS,
            *(
                Field(name, MONEY, of=lambda line: line["amount"])
                for name in ("total_amount", "extended_amount")
            ),
            Field("cost_code", COST_CODE, of=cost_code_id_of),
            Field("line_item_type", LINE_ITEM_TYPE, of=cost_type_id_of),
            Field("holder", PLAIN, of=_holder),
            *ORIGIN,
        ),
        filters={
            **same("id", "wbs_code_id", "origin_id"),
            "cost_code_id": lambda line, sent: str(cost_code_id_of(line)) in sent,
            "line_item_type_id": lambda line, sent: str(cost_type_id_of(line)) in sent,
            **ranges("updated_at"),
        },
        parent=OF_KIND[kind],
        parent_key="contract_id",
        kept=_kept_lines,
        store=_store_line,
        rules=_line_rules,
        can_delete=_check_lines_open,
    )


LINES, _ = (serve(_lines(kind)) for kind in CommitmentKind)
