"""From the few numbers that matter about a commitment to the whole record with lines, changes and invoices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from html import escape

from embedded_app.simulator.model import ZERO
from embedded_app.simulator.model.commitments import (
    ChangeOrder,
    CommitmentKind,
    Contract,
    LineItem,
    Requisition,
)
from embedded_app.simulator.model.projects import Project
from embedded_app.simulator.model.vendors import Vendor
from embedded_app.simulator.seed.catalog import code_of, draw

AS_OF = date(2026, 11, 20)
"""The day on which the seed's story stands still."""

_CENT = Decimal("0.01")
_SMALL = 200_000
_LINE_TITLES = ("Labor", "Material", "Equipment and hoisting", "General conditions")


_LAST = ("approved", "approved", "under_review", "pending_owner_approval", "approved_as_noted")
"""What the latest invoice of a commitment may be; the older ones are approved."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change order: its two-digit number on the commitment, title, status, amount and day of approval."""

    number: str
    title: str
    status: str
    amount: Decimal
    approved_on: date | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What makes one commitment different from the next. `invoiced` is before retainage."""

    number: str
    title: str
    vendor: str | None
    status: str
    original: Decimal
    invoiced: Decimal = ZERO
    retainage: Decimal | None = Decimal(10)
    changes: tuple[Change, ...] = ()
    private: bool = False
    description: str | None = ""
    """HTML; empty for the usual sentence, None for a record without one."""

    @property
    def kind(self) -> CommitmentKind:
        return CommitmentKind.PURCHASE_ORDER if self.number.startswith("PO-") else CommitmentKind.SUBCONTRACT


def at(day: date, hour: int = 16) -> datetime:
    """That day, at a full hour of UTC."""
    return datetime.combine(day, time(hour), tzinfo=UTC)


def split(total: Decimal, parts: int) -> list[Decimal]:
    """`total` in so many parts of whole dollars, the last one with the rest; they add up exactly."""
    even = (total / parts).quantize(Decimal(1))
    return [*[even] * (parts - 1), total - even * (parts - 1)]


def contract(plan: Plan, record_id: int, project: Project, vendors: Mapping[str, Vendor]) -> Contract:
    """The commitment of `plan`, with ids of everything in it derived from `record_id`."""
    code = f"{project.id}/{plan.number}"
    started = AS_OF - timedelta(days=draw(f"{code}/start", 90, 420))
    executed = plan.status not in {"Draft", "Out For Bid", "Out For Signature", "Processing", "Void"}
    is_order = plan.kind is CommitmentKind.PURCHASE_ORDER
    changed = max((change.approved_on or started for change in plan.changes), default=started)
    created_at = at(started - timedelta(days=14))
    updated_at = at(max(changed, AS_OF - timedelta(days=draw(f"{code}/updated", 1, 60))), 17)
    return Contract(
        id=record_id,
        kind=plan.kind,
        company_id=project.company_id,
        project_id=project.id,
        number=plan.number,
        title=plan.title,
        status=plan.status,
        vendor_id=vendors[plan.vendor].id if plan.vendor else None,
        created_at=created_at,
        updated_at=updated_at,
        executed=executed,
        private=plan.private,
        description=_description(plan),
        contract_date=started if executed else None,
        contract_start_date=None if is_order or not executed else started + timedelta(days=10),
        contract_estimated_completion_date=None if is_order else AS_OF + timedelta(days=draw(code, 30, 300)),
        delivery_date=AS_OF + timedelta(days=draw(code, -40, 120)) if is_order else None,
        retainage_percent=plan.retainage,
        paid=plan.invoiced - _retained(plan.invoiced, plan.retainage),
        line_items=_lines(plan, record_id, project, created_at, updated_at),
        change_orders=[
            ChangeOrder(
                id=record_id * 100 + index,
                contract_id=record_id,
                number=f"CO-{plan.number}-{change.number}",
                title=change.title,
                status=change.status,
                grand_total=change.amount,
                executed=change.status == "approved",
                created_at=at((change.approved_on or AS_OF) - timedelta(days=12)),
                updated_at=at(change.approved_on or AS_OF - timedelta(days=3), 23),
                due_date=(change.approved_on or AS_OF) + timedelta(days=10),
                approved_on=change.approved_on,
            )
            for index, change in enumerate(plan.changes, start=1)
        ],
        requisitions=_requisitions(plan, record_id),
    )


def _description(plan: Plan) -> str | None:
    if plan.description != "":
        return plan.description
    verb = "Furnish" if plan.kind is CommitmentKind.PURCHASE_ORDER else "Furnish and install"
    return (
        f"<p>{verb} <strong>{escape(plan.title.lower(), quote=False)}</strong> complete, as shown and "
        "specified.</p><ul><li>Shop drawings &amp; submittals</li><li>Cleanup of own work</li></ul>"
    )


def _lines(
    plan: Plan, record_id: int, project: Project, created_at: datetime, updated_at: datetime
) -> list[LineItem]:
    if not plan.original:
        return []
    trade = code_of(plan.vendor or "")
    code = next(each for each in project.cost_codes if (each.division, each.code) == trade)
    parts = split(plan.original, 2 if plan.original < _SMALL else len(_LINE_TITLES))
    return [
        LineItem(
            id=record_id * 100 + position,
            contract_id=record_id,
            wbs_code_id=code.wbs_code_id(72 if plan.kind is CommitmentKind.PURCHASE_ORDER else 71),
            position=position,
            description=f"{title} – {plan.title}",
            amount=amount,
            created_at=created_at,
            updated_at=updated_at,
            quantity=Decimal(1),
            unit_cost=amount,
            uom="ls",
        )
        for position, (title, amount) in enumerate(zip(_LINE_TITLES, parts, strict=False), start=1)
    ]


def _retained(amount: Decimal, percent: Decimal | None) -> Decimal:
    return (amount * (percent or ZERO) / 100).quantize(_CENT, ROUND_HALF_UP)


def _requisitions(plan: Plan, record_id: int) -> list[Requisition]:
    """Monthly invoices that add up to what is invoiced, with retainage that adds up to the whole's."""
    if not plan.invoiced:
        return []
    months = 2 if plan.invoiced < _SMALL else 6
    amounts = split(plan.invoiced, months)
    retained = split(_retained(plan.invoiced, plan.retainage), months)
    tag = plan.number.replace("SC-", "").replace("PO-", "P")
    last = _LAST[draw(f"{record_id}/last", 0, len(_LAST) - 1)]
    days = [date(2026, 4 + number + (6 - months), 25) for number in range(1, months + 1)]
    return [
        Requisition(
            id=record_id * 100 + number,
            number=number,
            invoice_number=f"INV-{tag}-{number:02d}",
            status=last if number == months else "approved",
            billing_date=days[number - 1],
            completed_this_period=amount,
            retained_this_period=kept,
            commitment_id=record_id,
            created_at=at(days[number - 1]),
            updated_at=at(days[number - 1] + timedelta(days=3), 19),
            requisition_start=days[number - 1].replace(day=1),
            requisition_end=days[number - 1],
            payment_date=None if number == months else days[number - 1] + timedelta(days=20),
            submitted_at=at(days[number - 1], 20),
        )
        for number, (amount, kept) in enumerate(zip(amounts, retained, strict=True), start=1)
    ]
