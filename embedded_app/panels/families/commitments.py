"""Commitments: subcontracts and purchase orders (platform reference, section 5.5)."""

from __future__ import annotations

from embedded_app.ids import ProjectId
from embedded_app.panels.families._family import Family, FamilyField, Record, RecordKey
from embedded_app.procore import Commitment, CommitmentKind, CompanyApi, Read
from embedded_app.reconciliation import FieldKind, Item

_FIELDS = (
    FamilyField("number", "Number", FieldKind.TEXT, ("number", "no", "num", "commitment", "contract", "sub")),
    FamilyField("title", "Title", FieldKind.TEXT, ("title", "description", "desc", "scope")),
    FamilyField("vendor", "Vendor", FieldKind.TEXT, ("vendor", "supplier", "subcontractor", "payee")),
    FamilyField("status", "Status", FieldKind.STATUS, ("status", "state")),
    FamilyField("original_amount", "Original amount", FieldKind.MONEY, ("original", "orig")),
    FamilyField(
        "approved_change_orders",
        "Approved change orders",
        FieldKind.MONEY,
        ("approved", "change", "changes", "co"),
    ),
    FamilyField("pending_change_orders", "Pending change orders", FieldKind.MONEY, ("pending",)),
    FamilyField(
        "revised_contract", "Committed", FieldKind.MONEY, ("revised", "committed", "current", "commitment")
    ),
    FamilyField("invoiced", "Invoiced", FieldKind.MONEY, ("invoiced", "billed", "billings")),
    FamilyField("paid", "Paid", FieldKind.MONEY, ("paid", "payments")),
    FamilyField("retainage_percent", "Retainage percent", FieldKind.NUMBER, ("percent", "pct")),
    FamilyField("executed", "Executed", FieldKind.TEXT, ("executed", "signed")),
    FamilyField("contract_date", "Contract date", FieldKind.DATE, ("contract", "date")),
)


def _read(company: CompanyApi, project_id: ProjectId) -> Read[tuple[Record, ...]]:
    read = company.commitments.list(project_id)
    return read.holding(tuple(_record(commitment) for commitment in read.value))


def _record(commitment: Commitment) -> Record:
    key = RecordKey(commitment.kind.value, commitment.id)
    values = {
        "number": commitment.number,
        "title": commitment.title,
        "vendor": commitment.vendor_name,
        "status": commitment.status,
        "original_amount": commitment.original_amount,
        "approved_change_orders": commitment.approved_change_orders,
        "pending_change_orders": commitment.pending_change_orders,
        "revised_contract": commitment.revised_contract,
        "invoiced": commitment.invoiced,
        "paid": commitment.paid,
        "retainage_percent": commitment.retainage_percent,
        "executed": commitment.executed,
        "contract_date": commitment.contract_date,
    }
    return Record(key, Item(str(key), values, commitment.currency))


def _path(project_id: ProjectId, key: RecordKey) -> str:
    return f"/{project_id}/project/commitments/{_SEGMENTS[key.kind]}/{key.record_id}"


_KINDS = {
    CommitmentKind.SUBCONTRACT.value: "Subcontract",
    CommitmentKind.PURCHASE_ORDER.value: "Purchase order",
}
_SEGMENTS = {
    CommitmentKind.SUBCONTRACT.value: "work_order_contracts",
    CommitmentKind.PURCHASE_ORDER.value: "purchase_order_contracts",
}

FAMILY = Family(
    name="commitments",
    one="commitment",
    many="commitments",
    tool="commitments",
    fields=_FIELDS,
    number="number",
    title="title",
    party="vendor",
    status="status",
    total="revised_contract",
    parts={"revised_contract": ("original_amount", "approved_change_orders")},
    kinds=_KINDS,
    view_keys={
        f"commitments.{segment}.{action}": kind
        for kind, segment in _SEGMENTS.items()
        for action in ("detail", "edit")
    },
    good_statuses=frozenset({"approved", "received"}),
    waiting_statuses=frozenset({"out for bid", "out for signature", "processing", "submitted"}),
    read=_read,
    path=_path,
)
