"""The books: from the simulated projects and the stories to the ERP's own entries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from embedded_app.simulator.model import ZERO
from embedded_app.simulator.model.commitments import ChangeOrder, CommitmentKind, Contract, Requisition
from embedded_app.simulator.model.projects import Project
from embedded_app.simulator.model.world import World
from embedded_app.simulator.sample_erp.stories import (
    JOB_NUMBERS,
    NEVER_ENTERED,
    Mess,
    Story,
    Stray,
    stories_of,
    strays,
    vendor_name,
)

_STATUS = {
    "Approved": "Open",
    "Processing": "Open",
    "Submitted": "Open",
    "Partially Received": "Open",
    "Out For Signature": "Pending",
    "Complete": "Closed",
    "Received": "Closed",
    "Closed": "Closed",
    "Terminated": "Closed",
    "Void": "Void",
}
_STRAY_DAY = date(2026, 10, 30)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a commitment."""

    division: str
    code: str
    code_name: str
    description: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PostedChange:
    """One change order as accounting entered it."""

    description: str
    amount: Decimal
    posted_on: date


@dataclass(frozen=True, slots=True)
class Invoice:
    """One vendor invoice and its payments. `amount` is before retainage."""

    vendor_invoice: str
    invoice_date: date
    amount: Decimal
    retainage: Decimal
    payments: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Commitment:
    """One commitment in the books; its totals are the sums of its entries."""

    job_no: str
    commitment_no: str
    kind: str
    vendor: str
    title: str
    status: str
    issued_on: date | None
    updated_on: date
    items: tuple[Item, ...]
    changes: tuple[PostedChange, ...] = ()
    invoices: tuple[Invoice, ...] = ()

    @property
    def original_amount(self) -> Decimal:
        return sum((item.amount for item in self.items), ZERO)

    @property
    def approved_changes(self) -> Decimal:
        return sum((change.amount for change in self.changes), ZERO)

    @property
    def revised_amount(self) -> Decimal:
        return self.original_amount + self.approved_changes

    @property
    def invoiced(self) -> Decimal:
        return sum((invoice.amount for invoice in self.invoices), ZERO)

    @property
    def paid(self) -> Decimal:
        return sum((amount for invoice in self.invoices for amount in invoice.payments), ZERO)

    @property
    def retainage(self) -> Decimal:
        return sum((invoice.retainage for invoice in self.invoices), ZERO)


@dataclass(frozen=True, slots=True)
class Job:
    """One job, its commitments in the order of their numbers in Procore, strays last."""

    job_no: str
    entity: str
    name: str
    opened_on: date
    commitments: tuple[Commitment, ...] = field(default=())


def keep_books(world: World) -> Iterator[Job]:
    """The six jobs of the sample ERP."""
    for project in world.projects.values():
        job_no = project.project_number
        if job_no in JOB_NUMBERS:
            entered = [
                entry for each in world.contracts_of(project.id) for entry in _enter(world, job_no, each)
            ]
            added = [_stray(each, project) for each in strays() if each.job_no == job_no]
            yield Job(
                job_no=job_no,
                entity=world.companies[project.company_id].name,
                name=project.name.split(" — ")[0],
                opened_on=project.start_date or date(2025, 1, 1),
                commitments=(*entered, *added),
            )


def _enter(world: World, job_no: str, contract: Contract) -> list[Commitment]:
    """The rows accounting keeps for one commitment: usually one, sometimes none or two."""
    stories = stories_of(job_no, contract.number)
    vendor = world.vendor_of(contract)
    if vendor is None or contract.status in NEVER_ENTERED or Mess.ONLY_IN_PROCORE in stories:
        return []
    changes = tuple(_posted(contract, stories))
    entry = Commitment(
        job_no=job_no,
        commitment_no=_number(job_no, contract, stories),
        kind="P" if contract.kind is CommitmentKind.PURCHASE_ORDER else "S",
        vendor=vendor_name(vendor.name),
        title=contract.title or "",
        status="Closed" if Mess.STATUS in stories else _STATUS[contract.status],
        issued_on=contract.contract_date,
        updated_on=max([contract.created_at.date(), *(change.posted_on for change in changes)]),
        items=_items(world, contract, stories),
        changes=changes,
        invoices=_invoices(contract, stories),
    )
    return _two_rows(entry, stories[Mess.TWO_ROWS].amount) if Mess.TWO_ROWS in stories else [entry]


def _number(job_no: str, contract: Contract, stories: dict[Mess, Story]) -> str:
    if Mess.NUMBER in stories:
        return stories[Mess.NUMBER].detail
    prefix = "P" if contract.kind is CommitmentKind.PURCHASE_ORDER else ""
    return JOB_NUMBERS[job_no](prefix, int(contract.number[3:]))


def _items(world: World, contract: Contract, stories: dict[Mess, Story]) -> tuple[Item, ...]:
    """The lines of the commitment; a keying error is in the last one."""
    codes = {
        code.wbs_code_id(72 if contract.is_order else 71): code
        for code in world.projects[contract.project_id].cost_codes
    }
    items = []
    for line in contract.lines:
        code = codes[line.wbs_code_id]
        items.append(Item(code.division, code.code, code.name, line.description or "", line.amount))
    for mess in (Mess.CENTS, Mess.THOUSANDS):
        if mess in stories:
            items[-1] = replace(items[-1], amount=items[-1].amount + stories[mess].amount)
    return tuple(items)


def _posted(contract: Contract, stories: dict[Mess, Story]) -> Iterator[PostedChange]:
    def told(mess: Mess, change: ChangeOrder) -> bool:
        return mess in stories and change.number == f"CO-{contract.number}-{stories[mess].detail}"

    for change in contract.change_orders:
        posted = PostedChange(
            change.title, change.grand_total, (change.approved_on or change.created_at.date()) + timedelta(3)
        )
        if told(Mess.NOT_POSTED, change):
            continue
        if change.status == "approved" or told(Mess.POSTED_EARLY, change):
            yield posted
        if told(Mess.POSTED_TWICE, change):
            yield replace(posted, posted_on=posted.posted_on + timedelta(6))


def _invoices(contract: Contract, stories: dict[Mess, Story]) -> tuple[Invoice, ...]:
    last = len(contract.requisitions)
    again = stories[Mess.PAID_TWICE].amount if Mess.PAID_TWICE in stories else None
    return tuple(_invoice(each, again if each.number == last else None) for each in contract.requisitions)


def _invoice(requisition: Requisition, again: Decimal | None) -> Invoice:
    paid = (requisition.current_payment_due,)
    return Invoice(
        vendor_invoice=requisition.invoice_number,
        invoice_date=requisition.billing_date,
        amount=requisition.completed_this_period,
        retainage=requisition.retained_this_period,
        payments=paid if again is None else (*paid, again),
    )


def _two_rows(entry: Commitment, first: Decimal) -> list[Commitment]:
    """The commitment as phases A and B: A has `first` of the original amount and everything billed so far."""
    first_item, *_ = entry.items
    return [
        replace(
            entry,
            commitment_no=f"{entry.commitment_no}A",
            title=f"{entry.title}, phase A",
            items=(replace(first_item, description="Phase A", amount=first),),
        ),
        replace(
            entry,
            commitment_no=f"{entry.commitment_no}B",
            title=f"{entry.title}, phase B",
            items=(replace(first_item, description="Phase B", amount=entry.original_amount - first),),
            changes=(),
            invoices=(),
        ),
    ]


def _stray(stray: Stray, project: Project) -> Commitment:
    code = project.cost_codes[0]
    billed = stray.paid + stray.retainage
    invoice = Invoice(
        f"{stray.commitment_no}/1", _STRAY_DAY, billed, stray.retainage, (stray.paid,) if stray.paid else ()
    )
    return Commitment(
        job_no=stray.job_no,
        commitment_no=stray.commitment_no,
        kind=stray.kind,
        vendor=stray.vendor,
        title=stray.title,
        status="Open",
        issued_on=_STRAY_DAY - timedelta(60),
        updated_on=_STRAY_DAY,
        items=(Item(code.division, code.code, code.name, stray.title, stray.amount),),
        invoices=(invoice,) if billed else (),
    )
