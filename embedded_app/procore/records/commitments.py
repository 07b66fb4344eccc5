"""Commitments: subcontracts and purchase orders, with their payments (docs/platform-reference.md, section 5.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import msgspec

from embedded_app.ids import ProjectId, RecordId
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.decoding import converted, each, one
from embedded_app.procore.calls.fields import (
    Day,
    Id,
    Label,
    Malformed,
    Moment,
    Number,
    Percent,
    Text,
    Wire,
    at,
    items,
    text,
)
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import Family


class CommitmentKind(StrEnum):
    """The two kinds. Their ids are separate: one id may exist in both."""

    SUBCONTRACT = "subcontract"
    PURCHASE_ORDER = "purchase_order"


@dataclass(frozen=True, slots=True)
class _Routes:
    """Where one kind is in version 1, and what version 2 calls it."""

    type: str
    list: CompanyRoute
    one: CompanyRoute
    line_items: CompanyRoute
    compliance: CompanyRoute


_ROUTES = {
    CommitmentKind.SUBCONTRACT: _Routes(
        "WorkOrderContract",
        CompanyRoute.WORK_ORDER_CONTRACTS,
        CompanyRoute.WORK_ORDER_CONTRACT,
        CompanyRoute.WORK_ORDER_LINE_ITEMS,
        CompanyRoute.WORK_ORDER_COMPLIANCE,
    ),
    CommitmentKind.PURCHASE_ORDER: _Routes(
        "PurchaseOrderContract",
        CompanyRoute.PURCHASE_ORDER_CONTRACTS,
        CompanyRoute.PURCHASE_ORDER_CONTRACT,
        CompanyRoute.PURCHASE_ORDER_LINE_ITEMS,
        CompanyRoute.PURCHASE_ORDER_COMPLIANCE,
    ),
}


def _kind(value: object) -> CommitmentKind | None:
    stated = text(value)
    if stated is None:
        return None
    for kind, routes in _ROUTES.items():
        if routes.type == stated:
            return kind
    raise Malformed


class Commitment(msgspec.Struct, frozen=True):
    """A subcontract or a purchase order. Amounts are in `currency`; ``None`` is "not given", never zero.

    The fields of version 2 are not documented but for those that one can send (section 9, number 15).

    Attributes:
        original_amount: Procore's `grand_total`.
        invoiced: Procore's `total_requisitions_amount`.
        paid: Procore's `total_payments`.
        currency: ISO 4217 code, or ``None`` when the company has one currency only.
    """

    id: Id[RecordId]
    kind: Wire[CommitmentKind, _kind] = msgspec.field(name="type")
    number: Label | None = None
    title: Text | None = None
    status: Text | None = None
    vendor_id: Id[RecordId] | None = at("vendor.id", "vendor_id")
    vendor_name: Text | None = at("vendor.company", "vendor.name", "vendor_name")
    executed: bool | None = None
    private: bool | None = None
    original_amount: Number | None = at("grand_total")
    approved_change_orders: Number | None = None
    pending_change_orders: Number | None = None
    revised_contract: Number | None = None
    invoiced: Number | None = at("total_requisitions_amount")
    paid: Number | None = at("total_payments")
    retainage_percent: Percent | None = None
    currency: Text | None = at("currency_configuration.currency_iso_code")
    contract_date: Day | None = None
    origin_id: Text | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None


class LineItem(msgspec.Struct, frozen=True):
    """One line of a commitment's schedule of values.

    Attributes:
        wbs_code: the flat code, for example ``01-002.L``.
        cost_code: the full code of the older cost code.
        type: the line item type's name.
        origin_id: the key in the ERP, which version 2 has in `external_data`.
    """

    id: Id[RecordId]
    position: Number | None = None
    description: Text | None = None
    amount: Number | None = None
    quantity: Number | None = None
    unit_cost: Number | None = None
    uom: Text | None = None
    wbs_code: Text | None = at("wbs_code.flat_code")
    cost_code: Text | None = at("cost_code.full_code")
    type: Text | None = at("line_item_type.name")
    origin_id: Text | None = at("external_data.origin_id", "origin_id")


class Balances(msgspec.Struct, frozen=True):
    """The totals of one commitment, which only version 2 offers by themselves."""

    approved_change_orders: Number | None = at("approved_change_total")
    pending_change_orders: Number | None = at("pending_revised_change_total")
    draft_change_orders: Number | None = at("draft_change_total")
    invoiced: Number | None = at("total_invoices_amount")
    paid: Number | None = at("total_payments_amount")
    currency: Text | None = at("currency_configuration.currency_iso_code")


class ComplianceDocument(msgspec.Struct, frozen=True):
    """A document that was asked for. `level` is ``company`` or ``project``, and only insurance has one."""

    name: Text | None = None
    type: Text | None = at("insurance_type", "type")
    level: Text | None = None
    status: Text | None = None
    effective_on: Day | None = at("effective_at")
    expires_on: Day | None = at("expires_at")


def _documents(value: object) -> tuple[ComplianceDocument, ...]:
    return tuple(converted(item, ComplianceDocument) for item in items(value))


_Documents = Wire[tuple[ComplianceDocument, ...], _documents]


class Compliance(msgspec.Struct, frozen=True):
    """Whether one commitment may be paid.

    Attributes:
        status: ``compliant``, ``not_compliant`` or ``not_required``, as somebody decided.
        derived_status: the same, as the documents say.
    """

    status: Text | None = at("compliance_status")
    derived_status: Text | None = at("derived_compliance_status")
    insurance_status: Text | None = None
    derived_insurance_status: Text | None = None
    insurance_documents: _Documents = ()
    documents: _Documents = msgspec.field(name="compliance_documents", default=())
    updated_at: Moment | None = None


class Payment(msgspec.Struct, frozen=True):
    """What was paid on a commitment.

    Attributes:
        date: of the payment.
        requisition_id: the invoice it pays, where it pays one.
    """

    id: Id[RecordId]
    amount: Number | None = None
    date: Day | None = None
    status: Text | None = None
    payment_number: Label | None = None
    check_number: Label | None = None
    invoice_number: Label | None = None
    requisition_id: Id[RecordId] | None = None
    origin_id: Text | None = None


class Commitments(Family):
    """The commitments of a company."""

    def list(
        self,
        project_id: ProjectId,
        *,
        status: str | None = None,
        origin_id: str | None = None,
        updated: Period | None = None,
        most: int | None = None,
    ) -> Read[tuple[Commitment, ...]]:
        """Both kinds, subcontracts first, read side by side; those that pass the filters, at most so many each.

        Version 2 knows no filter for `origin_id`, so with one it is version 1 that is read.
        """
        filters = {"status": status, "origin_id": origin_id, "updated_at": updated}
        reads = self._access.pool.run(
            [partial(self._of_kind, kind, project_id, filters, most) for kind in CommitmentKind]
        )
        return Read.joined(reads)

    def _of_kind(
        self, kind: CommitmentKind, project_id: ProjectId, filters: Mapping[str, object], most: int | None
    ) -> Read[tuple[Commitment, ...]]:
        routes = _ROUTES[kind]
        v2 = CompanyRoute.COMMITMENT_CONTRACTS if filters["origin_id"] is None else None
        call = self._access.project_call(project_id, routes.list, v2).filtered(**filters)
        if call.route is v2:
            call = call.filtered(type=routes.type).asking(view="extended")
        return self._access.read_list(call, each(Commitment, kind=kind), most=most)

    def get(self, kind: CommitmentKind, project_id: ProjectId, record_id: RecordId) -> Read[Commitment]:
        """One.

        Raises:
            NotFound: there is none, or the viewer may not see it.
        """
        v2 = CompanyRoute.COMMITMENT_CONTRACT
        call = self._access.project_call(project_id, _ROUTES[kind].one, v2, id=record_id)
        if call.route is v2:
            call = call.asking(view="extended")
        return self._access.read(call, one(Commitment, kind=kind), variant=kind)

    def line_items(
        self, kind: CommitmentKind, project_id: ProjectId, record_id: RecordId
    ) -> Read[tuple[LineItem, ...]]:
        """The schedule of values of one."""
        v2 = CompanyRoute.COMMITMENT_LINE_ITEMS
        call = self._access.project_call(project_id, _ROUTES[kind].line_items, v2, contract=record_id)
        if call.route is v2:
            call = call.asking(view="extended")
        return self._access.read_list(call, each(LineItem))

    def balances(self, project_id: ProjectId, record_id: RecordId) -> Read[Balances]:
        """What changed and was paid on one, of either kind."""
        call = self._access.project_call(project_id, CompanyRoute.COMMITMENT_SUMMARY, id=record_id)
        return self._access.read(call, one(Balances))

    def compliance(
        self, kind: CommitmentKind, project_id: ProjectId, record_id: RecordId
    ) -> Read[Compliance]:
        """Whether one may be paid."""
        call = self._access.project_call(project_id, _ROUTES[kind].compliance, id=record_id)
        return self._access.read(call, one(Compliance))


class Payments(Family):
    """The payments on a company's commitments."""

    def list(
        self, project_id: ProjectId, contract_id: RecordId, *, most: int | None = None
    ) -> Read[tuple[Payment, ...]]:
        """Those of one commitment, at most so many: there is no list for a whole project."""
        call = self._access.project_call(project_id, CompanyRoute.CONTRACT_PAYMENTS)
        return self._access.read_list(call.asking(contract_id=contract_id), each(Payment), most=most)
