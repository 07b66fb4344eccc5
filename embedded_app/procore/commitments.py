"""Commitments: subcontracts and purchase orders (docs/platform-reference.md, section 5.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import partial

from embedded_app.ids import ProjectId, RecordId
from embedded_app.procore.company_access import CompanyAccess
from embedded_app.procore.decoding import Fields
from embedded_app.procore.reading import Read
from embedded_app.procore.routes import (
    PURCHASE_ORDER_CONTRACT,
    PURCHASE_ORDER_CONTRACTS,
    PURCHASE_ORDER_LINE_ITEMS,
    WORK_ORDER_CONTRACT,
    WORK_ORDER_CONTRACTS,
    WORK_ORDER_LINE_ITEMS,
    CompanyRoute,
)


class CommitmentKind(StrEnum):
    """The two kinds. Their ids are separate: one id may exist in both."""

    SUBCONTRACT = "subcontract"
    PURCHASE_ORDER = "purchase_order"


_ROUTES: dict[CommitmentKind, tuple[CompanyRoute, CompanyRoute, CompanyRoute]] = {
    CommitmentKind.SUBCONTRACT: (WORK_ORDER_CONTRACTS, WORK_ORDER_CONTRACT, WORK_ORDER_LINE_ITEMS),
    CommitmentKind.PURCHASE_ORDER: (
        PURCHASE_ORDER_CONTRACTS,
        PURCHASE_ORDER_CONTRACT,
        PURCHASE_ORDER_LINE_ITEMS,
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


def decode_commitment(kind: CommitmentKind, fields: Fields) -> Commitment:
    """A work order contract or a purchase order contract, as its `kind` says."""
    vendor = fields.inner("vendor")
    vendor_id = vendor.optional_id("id") if vendor else None
    currency = fields.inner("currency_configuration")
    return Commitment(
        id=RecordId(fields.id()),
        kind=kind,
        number=fields.optional_text("number"),
        title=fields.optional_text("title"),
        status=fields.optional_text("status"),
        vendor_id=None if vendor_id is None else RecordId(vendor_id),
        vendor_name=(vendor.optional_text("company") or vendor.optional_text("name")) if vendor else None,
        executed=fields.flag("executed"),
        private=fields.flag("private"),
        original_amount=fields.number("grand_total"),
        approved_change_orders=fields.number("approved_change_orders"),
        pending_change_orders=fields.number("pending_change_orders"),
        revised_contract=fields.number("revised_contract"),
        invoiced=fields.number("total_requisitions_amount"),
        paid=fields.number("total_payments"),
        retainage_percent=fields.number("retainage_percent", percent=True),
        currency=currency.optional_text("currency_iso_code") if currency else None,
        contract_date=fields.day("contract_date"),
        origin_id=fields.optional_text("origin_id"),
        created_at=fields.moment("created_at"),
        updated_at=fields.moment("updated_at"),
    )


def decode_line_item(fields: Fields) -> LineItem:
    """A line of either kind."""
    wbs_code, cost_code = fields.inner("wbs_code"), fields.inner("cost_code")
    line_item_type = fields.inner("line_item_type")
    return LineItem(
        id=RecordId(fields.id()),
        position=fields.number("position"),
        description=fields.optional_text("description"),
        amount=fields.number("amount"),
        quantity=fields.number("quantity"),
        unit_cost=fields.number("unit_cost"),
        uom=fields.optional_text("uom"),
        wbs_code=wbs_code.optional_text("flat_code") if wbs_code else None,
        cost_code=cost_code.optional_text("full_code") if cost_code else None,
        type=line_item_type.optional_text("name") if line_item_type else None,
        origin_id=fields.optional_text("origin_id"),
    )


@dataclass(frozen=True, slots=True)
class Commitments:
    """The commitments of one company that the viewer may see."""

    _access: CompanyAccess

    def list(self, project_id: ProjectId) -> Read[tuple[Commitment, ...]]:
        """Both kinds, subcontracts first, read side by side."""
        reads = self._access.pool.run([partial(self._of_kind, kind, project_id) for kind in CommitmentKind])
        return Read.joined(reads)

    def _of_kind(self, kind: CommitmentKind, project_id: ProjectId) -> Read[tuple[Commitment, ...]]:
        call = self._access.call(_ROUTES[kind][0]).asking(project_id=project_id)
        return self._access.read_list(call, partial(decode_commitment, kind))

    def get(self, kind: CommitmentKind, project_id: ProjectId, record_id: RecordId) -> Read[Commitment]:
        """One.

        Raises:
            NotFound: there is none, or the viewer may not see it.
        """
        call = self._access.call(_ROUTES[kind][1], id=record_id).asking(project_id=project_id)
        return self._access.read_one(call, partial(decode_commitment, kind))

    def line_items(
        self, kind: CommitmentKind, project_id: ProjectId, record_id: RecordId
    ) -> Read[tuple[LineItem, ...]]:
        """The schedule of values of one."""
        call = self._access.call(_ROUTES[kind][2], contract=record_id).asking(project_id=project_id)
        return self._access.read_list(call, decode_line_item)
