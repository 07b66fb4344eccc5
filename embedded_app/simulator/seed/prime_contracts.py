"""The contract with the owner of each project, what was changed in it, and what was billed to the owner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from embedded_app.simulator.model import ZERO
from embedded_app.simulator.model.record import Record
from embedded_app.simulator.seed.custom_fields import filled
from embedded_app.simulator.seed.plan import AS_OF, split
from embedded_app.simulator.seed.site import Site

_FEE = Decimal("1.18")
_CHANGES = (
    ("Owner-furnished equipment coordination", "approved"),
    ("Sitework allowance reconciliation", "approved"),
    ("Additional security devices", "pending"),
    ("Value engineering credits", "draft"),
)
_BILLED = (4, 9, 14, 21, 30, 38)
"""Percent of the contract that had been billed to the owner after each month."""


def _value(site: Site) -> Decimal:
    """The commitments with the contractor's own work on top, in whole dollars."""
    committed = sum((contract.grand_total for contract in site.contracts), ZERO)
    return (committed * _FEE).quantize(Decimal(1))


def prime_contracts(site: Site) -> Iterator[Record]:
    """One for each project."""
    yield site.record(
        1,
        date(2025, 1, 20),
        site.people[0],
        number="PC-01",
        title=f"{site.project.name}: general construction",
        status="Approved",
        executed=True,
        private=False,
        description="<p>Guaranteed maximum price, with <em>shared savings</em>.</p>",
        vendor_id=None,
        contractor_id=None,
        architect_id=site.vendors[0].id,
        contract_date=date(2025, 2, 3),
        contract_start_date=site.project.start_date,
        contract_estimated_completion_date=site.project.completion_date,
        substantial_completion_date=site.project.completion_date,
        accounting_method="amount",
        retainage_percent=Decimal(5),
        accessor_ids=[],
        origin_code=None if site.project.project_number is None else f"{site.project.project_number}-OWN",
        custom_fields=filled(site.project.company_id, "prime_contracts", 1),
    )


def prime_contract_lines(site: Site) -> Iterator[Record]:
    """One for each cost code; they add up to the contract."""
    amounts = split(_value(site), len(site.cost_codes))
    for position, (code, amount) in enumerate(zip(site.cost_codes, amounts, strict=True), start=1):
        yield site.record(
            position,
            date(2025, 1, 20),
            site.people[0],
            contract_id=site.first_id + 1,
            wbs_code_id=code.wbs_code_id(71),
            description=code.name,
            amount=amount,
            extended_type="manual",
            position=position,
        )


def prime_change_orders(site: Site) -> Iterator[Record]:
    """Two approved, one pending, one that is still a draft."""
    for step, (title, status) in enumerate(_CHANGES, start=1):
        amount = Decimal(site.draw(f"prime/{step}", 4_000, 90_000)) * (-1 if step == 4 else 1)
        yield site.record(
            step,
            site.ago(f"prime/{step}/made", 10, 120),
            site.people[0],
            contract_id=site.first_id + 1,
            number=f"PCCO-{step:03d}",
            title=title,
            status=status,
            grand_total=amount,
            due_date=AS_OF + timedelta(days=14) if status == "pending" else None,
            executed=status == "approved",
            signature_required=True,
            description=None if step == 2 else f"<p>{title}</p>",
        )


def payment_applications(site: Site) -> Iterator[Record]:
    """What was billed to the owner each month; the latest is under review."""
    value, before = _value(site), 0
    for number, percent in enumerate(_BILLED, start=1):
        billed_on = date(2026, 4 + number, 28)
        yield site.record(
            number,
            billed_on,
            site.people[0],
            contract_id=site.first_id + 1,
            number=number,
            period_id=site.first_id + number,
            invoice_number=f"OWN-{number:02d}",
            status="under_review" if number == len(_BILLED) else "approved",
            billing_date=billed_on,
            period_start=billed_on.replace(day=1),
            period_end=billed_on,
            amount=(value * (percent - before) / 100).quantize(Decimal("0.01")),
        )
        before = percent
