"""Commitments: subcontracts and purchase orders (docs/platform-reference.md, section 5.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial

from embedded_app.ids import ProjectId, RecordId
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.decoding import Fields, Malformed
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import CompanyAccess
from embedded_app.procore.records.compliance import Compliance, decode_compliance


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


@dataclass(frozen=True, slots=True)
class Commitment:
    """A subcontract or a purchase order. Amounts are in `currency`; ``None`` is "not given", never zero.

    Attributes:
        original_amount: Procore's `grand_total`.
        invoiced: Procore's `total_requisitions_amount`.
        paid: Procore's `total_payments`.
        currency: ISO 4217 code, or ``None`` when the company has one currency only.
    """

    id: RecordId
    kind: CommitmentKind
    number: str | None
    title: str | None
    status: str | None
    vendor_id: RecordId | None
    vendor_name: str | None
    executed: bool | None
    private: bool | None
    original_amount: Decimal | None
    approved_change_orders: Decimal | None
    pending_change_orders: Decimal | None
    revised_contract: Decimal | None
    invoiced: Decimal | None
    paid: Decimal | None
    retainage_percent: Decimal | None
    currency: str | None
    contract_date: date | None
    origin_id: str | None
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line of a commitment's schedule of values.

    Attributes:
        wbs_code: the flat code, for example ``01-002.L``.
        cost_code: the full code of the older cost code.
        type: the line item type's name.
    """

    id: RecordId
    position: Decimal | None
    description: str | None
    amount: Decimal | None
    quantity: Decimal | None
    unit_cost: Decimal | None
    uom: str | None
    wbs_code: str | None
    cost_code: str | None
    type: str | None
    origin_id: str | None


@dataclass(frozen=True, slots=True)
class Balances:
    """The totals of one commitment, which only version 2 offers by themselves."""

    approved_change_orders: Decimal | None
    pending_change_orders: Decimal | None
    draft_change_orders: Decimal | None
    invoiced: Decimal | None
    paid: Decimal | None
    currency: str | None


def decode_commitment(kind: CommitmentKind, fields: Fields) -> Commitment:
    """A work order contract or a purchase order contract, as its `kind` says, of either version.

    The fields of version 2 are not documented but for those that one can send (section 9, number 15).
    """
    if fields.optional_text("type") not in {None, _ROUTES[kind].type}:
        raise Malformed("type")
    vendor = fields.inner("vendor")
    return Commitment(
        id=fields.record_id(),
        kind=kind,
        number=fields.label("number"),
        title=fields.optional_text("title"),
        status=fields.optional_text("status"),
        vendor_id=vendor.optional_id("id") if vendor else fields.optional_id("vendor_id"),
        vendor_name=(
            vendor.optional_text("company") or vendor.optional_text("name")
            if vendor
            else fields.optional_text("vendor_name")
        ),
        executed=fields.flag("executed"),
        private=fields.flag("private"),
        original_amount=fields.number("grand_total"),
        approved_change_orders=fields.number("approved_change_orders"),
        pending_change_orders=fields.number("pending_change_orders"),
        revised_contract=fields.number("revised_contract"),
        invoiced=fields.number("total_requisitions_amount"),
        paid=fields.number("total_payments"),
        retainage_percent=fields.number("retainage_percent", percent=True),
        currency=fields.currency(),
        contract_date=fields.day("contract_date"),
        origin_id=fields.optional_text("origin_id"),
        created_at=fields.moment("created_at"),
        updated_at=fields.moment("updated_at"),
    )


def decode_line_item(fields: Fields) -> LineItem:
    """A line of either kind and version; version 2 has the keys of the ERP in `external_data`."""
    external = fields.inner("external_data")
    wbs_code, cost_code = fields.inner("wbs_code"), fields.inner("cost_code")
    line_item_type = fields.inner("line_item_type")
    return LineItem(
        id=fields.record_id(),
        position=fields.number("position"),
        description=fields.optional_text("description"),
        amount=fields.number("amount"),
        quantity=fields.number("quantity"),
        unit_cost=fields.number("unit_cost"),
        uom=fields.optional_text("uom"),
        wbs_code=wbs_code.optional_text("flat_code") if wbs_code else None,
        cost_code=cost_code.optional_text("full_code") if cost_code else None,
        type=line_item_type.optional_text("name") if line_item_type else None,
        origin_id=(external or fields).optional_text("origin_id"),
    )


def decode_balances(fields: Fields) -> Balances:
    """`GET …/commitment_contracts/{id}/summary`."""
    return Balances(
        approved_change_orders=fields.number("approved_change_total"),
        pending_change_orders=fields.number("pending_revised_change_total"),
        draft_change_orders=fields.number("draft_change_total"),
        invoiced=fields.number("total_invoices_amount"),
        paid=fields.number("total_payments_amount"),
        currency=fields.currency(),
    )


@dataclass(frozen=True, slots=True)
class Commitments:
    """The commitments of one company that the viewer may see."""

    _access: CompanyAccess

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
        return self._access.read_list(call, partial(decode_commitment, kind), most=most)

    def get(self, kind: CommitmentKind, project_id: ProjectId, record_id: RecordId) -> Read[Commitment]:
        """One.

        Raises:
            NotFound: there is none, or the viewer may not see it.
        """
        v2 = CompanyRoute.COMMITMENT_CONTRACT
        call = self._access.project_call(project_id, _ROUTES[kind].one, v2, id=record_id)
        if call.route is v2:
            call = call.asking(view="extended")
        return self._access.read_one(call, partial(decode_commitment, kind), variant=kind)

    def line_items(
        self, kind: CommitmentKind, project_id: ProjectId, record_id: RecordId
    ) -> Read[tuple[LineItem, ...]]:
        """The schedule of values of one."""
        v2 = CompanyRoute.COMMITMENT_LINE_ITEMS
        call = self._access.project_call(project_id, _ROUTES[kind].line_items, v2, contract=record_id)
        if call.route is v2:
            call = call.asking(view="extended")
        return self._access.read_list(call, decode_line_item)

    def balances(self, project_id: ProjectId, record_id: RecordId) -> Read[Balances]:
        """What changed and was paid on one, of either kind."""
        call = self._access.project_call(project_id, CompanyRoute.COMMITMENT_SUMMARY, id=record_id)
        return self._access.read_one(call, decode_balances)

    def compliance(
        self, kind: CommitmentKind, project_id: ProjectId, record_id: RecordId
    ) -> Read[Compliance]:
        """Whether one may be paid."""
        call = self._access.project_call(project_id, _ROUTES[kind].compliance, id=record_id)
        return self._access.read_one(call, decode_compliance)
