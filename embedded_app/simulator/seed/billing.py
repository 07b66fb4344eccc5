"""Billing periods, the payments of contracts, and the papers that came with invoices."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from embedded_app.simulator.model.commitments import Contract, Requisition
from embedded_app.simulator.model.record import Record
from embedded_app.simulator.seed.plan import AS_OF
from embedded_app.simulator.seed.site import Site

_MONTHS = range(5, 12)


def billing_periods(site: Site) -> Iterator[Record]:
    """A month each, from May; the last one is open."""
    for step, month in enumerate(_MONTHS, start=1):
        last = date(2026, month, monthrange(2026, month)[1])
        yield site.record(
            step,
            last.replace(day=1),
            site.people[0],
            start_date=last.replace(day=1),
            end_date=last,
            due_date=last + timedelta(days=5),
            status="open" if last >= AS_OF else "closed",
        )


def _invoices(site: Site) -> Iterator[tuple[Contract, Requisition]]:
    return ((contract, invoice) for contract in site.contracts for invoice in contract.requisitions)


def contract_payments(site: Site) -> Iterator[Record]:
    """What was due on each invoice, paid three weeks later; they add up to what is paid on the contract."""
    for contract, invoice in _invoices(site):
        paid_on = invoice.billing_date + timedelta(days=20)
        payment = site.record(
            0,
            paid_on,
            site.people[0],
            contract_id=contract.id,
            amount=invoice.current_payment_due,
            check_number=str(site.draw(f"check/{invoice.id}", 10_000, 99_999)),
            date=paid_on,
            invoice_number=invoice.invoice_number,
            payment_number=invoice.number,
            requisition_id=invoice.id,
            status="issued",
            date_payment_initiated=paid_on,
            date_payment_settled=None if invoice.number % 3 == 0 else paid_on + timedelta(days=2),
            notes="Joint check" if invoice.number == 4 else None,
        )
        payment["id"] = invoice.id
        yield payment


def invoice_compliance_documents(site: Site) -> Iterator[Record]:
    """A lien waiver with every invoice, of which some are still missing."""
    for _, invoice in _invoices(site):
        status = "missing" if site.draw(f"waiver/{invoice.id}", 0, 6) == 0 else "compliant"
        paper = site.record(
            0,
            invoice.billing_date,
            None,
            invoice_id=invoice.id,
            name="Conditional waiver on progress payment",
            type="lien_waiver",
            status=status,
            effective_at=invoice.billing_date if status == "compliant" else None,
            expires_at=None,
        )
        paper["id"] = invoice.id
        yield paper
