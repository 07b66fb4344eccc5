"""Commitments, with their lines, change orders and invoices (docs/platform-reference.md, sections 5.5 to 5.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from embedded_app.simulator.model import ZERO
from embedded_app.simulator.model.record import Keyed


class CommitmentKind(StrEnum):
    """The two kinds of commitments; the value is the platform's path and view-key segment."""

    SUBCONTRACT = "work_order_contracts"
    PURCHASE_ORDER = "purchase_order_contracts"

    @property
    def type(self) -> str:
        """The word for the kind in bodies: `WorkOrderContract`."""
        return self.value.title().replace("_", "").removesuffix("s")

    @property
    def resource(self) -> str:
        """What webhooks call it: `Work Order Contracts`."""
        return self.value.title().replace("_", " ")

    @property
    def line_resource(self) -> str:
        """What webhooks call a line of it: `Work Order Contract Line Items`."""
        return f"{self.resource.removesuffix('s')} Line Items"


@dataclass(slots=True)
class LineItem(Keyed):
    """One line of the schedule of values. `quantity` and `unit_cost` are None on lump-sum lines."""

    id: int
    contract_id: int
    wbs_code_id: int
    position: int
    description: str | None
    amount: Decimal
    created_at: datetime
    updated_at: datetime
    quantity: Decimal | None = None
    unit_cost: Decimal | None = None
    uom: str | None = None
    tax_code_id: int | None = None
    origin_id: str | None = None
    origin_data: str | None = None
    created_by_id: int | None = None
    deleted_at: datetime | None = None


@dataclass(slots=True)
class ChangeOrder(Keyed):
    """A commitment change order, or package. `status` is the platform's word, for example `approved`."""

    id: int
    contract_id: int
    number: str
    title: str
    status: str
    grand_total: Decimal
    executed: bool
    created_at: datetime
    updated_at: datetime
    due_date: date | None = None
    approved_on: date | None = None
    description: str | None = None
    signature_required: bool = False
    created_by_id: int | None = None
    deleted_at: datetime | None = None


@dataclass(slots=True)
class Requisition(Keyed):
    """A subcontractor's invoice; `current_payment_due` is after retainage.

    `items` is what somebody sent for single lines, `item_values` what came of it, by kind of line and its id.
    """

    id: int
    number: int
    invoice_number: str
    status: str
    billing_date: date
    completed_this_period: Decimal
    retained_this_period: Decimal
    commitment_id: int
    created_at: datetime
    updated_at: datetime
    created_by_id: int | None = None
    period_id: int | None = None
    requisition_start: date | None = None
    requisition_end: date | None = None
    payment_date: date | None = None
    due_date: date | None = None
    submitted_at: datetime | None = None
    final: bool = False
    origin_id: str | None = None
    origin_data: str | None = None
    deleted_at: datetime | None = None
    attachments: list[Mapping[str, object]] = field(default_factory=list)
    item_values: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    items: list[Mapping[str, object]] | None = None

    @property
    def current_payment_due(self) -> Decimal:
        return self.completed_this_period - self.retained_this_period


@dataclass(slots=True)
class Contract(Keyed):
    """A commitment: a work order contract (subcontract) or a purchase order contract.

    Amounts are derived from its lines, change orders and requisitions, so that they always tie. `paid` is the
    sum of contract payments. `retainage_percent` is in percent; None when the contract names none. `line_items`
    holds deleted lines too, `lines` does not.
    """

    id: int
    kind: CommitmentKind
    company_id: int
    project_id: int
    number: str
    title: str | None
    status: str
    vendor_id: int | None
    created_at: datetime
    updated_at: datetime
    executed: bool = False
    private: bool = False
    description: str | None = None
    contract_date: date | None = None
    contract_start_date: date | None = None
    contract_estimated_completion_date: date | None = None
    actual_completion_date: date | None = None
    execution_date: date | None = None
    issued_on_date: date | None = None
    signed_contract_received_date: date | None = None
    delivery_date: date | None = None
    accounting_method: str = "amount"
    retainage_percent: Decimal | None = None
    signature_required: bool = False
    assignee_id: int | None = None
    payment_terms: str | None = None
    enable_ssov: bool = False
    allow_payments: bool = True
    paid: Decimal = ZERO
    origin_id: str | None = None
    origin_data: str | None = None
    origin_code: str | None = None
    created_by_id: int | None = None
    accessor_ids: list[int] = field(default_factory=list)
    bill_recipient_ids: list[int] = field(default_factory=list)
    currency_iso_code: str | None = None
    exchange_rate: Decimal = Decimal(1)
    deleted_at: datetime | None = None
    attachments: list[Mapping[str, object]] = field(default_factory=list)
    custom_fields: Mapping[str, object] = field(default_factory=dict)
    line_items: list[LineItem] = field(default_factory=list)
    change_orders: list[ChangeOrder] = field(default_factory=list)
    requisitions: list[Requisition] = field(default_factory=list)

    @property
    def is_order(self) -> bool:
        return self.kind is CommitmentKind.PURCHASE_ORDER

    @property
    def type(self) -> str:
        """The kind, in the word that bodies have for it."""
        return self.kind.type

    @type.setter  # noqa: A003 # the name that bodies have for it
    def type(self, word: str) -> None:
        self.kind = next(kind for kind in CommitmentKind if kind.type == word)

    @property
    def lines(self) -> list[LineItem]:
        """The schedule of values."""
        return [line for line in self.line_items if line.deleted_at is None]

    @property
    def grand_total(self) -> Decimal:
        """The original amount: all lines, no change orders."""
        return sum((line.amount for line in self.lines), ZERO)

    def changes(self, *statuses: str) -> Decimal:
        """The sum of the change orders in one of these statuses."""
        live = (change for change in self.change_orders if change.deleted_at is None)
        return sum((change.grand_total for change in live if change.status in statuses), ZERO)

    @property
    def approved_change_orders(self) -> Decimal:
        return self.changes("approved")

    @property
    def pending_change_orders(self) -> Decimal:
        return self.changes("pending", "pricing", "revised", "proceeding")

    @property
    def draft_change_orders_amount(self) -> Decimal:
        return self.changes("draft")

    @property
    def revised_contract(self) -> Decimal:
        return self.grand_total + self.approved_change_orders

    @property
    def pending_revised_contract(self) -> Decimal:
        return self.revised_contract + self.pending_change_orders

    @property
    def invoiced(self) -> list[Requisition]:
        """The invoices that were handed in."""
        return [each for each in self.requisitions if each.status != "draft" and each.deleted_at is None]

    @property
    def total_requisitions_amount(self) -> Decimal:
        """What was invoiced to date, before retainage."""
        return sum((requisition.completed_this_period for requisition in self.invoiced), ZERO)

    @property
    def retainage_held(self) -> Decimal:
        return sum((requisition.retained_this_period for requisition in self.invoiced), ZERO)

    @property
    def total_payments(self) -> Decimal:
        return self.paid

    @property
    def percentage_paid(self) -> Decimal:
        """What is paid of the revised contract, in percent."""
        revised = self.revised_contract
        return self.paid / revised * 100 if revised else ZERO

    @property
    def remaining_balance_outstanding(self) -> Decimal:
        return self.revised_contract - self.paid
