"""The budget of each project, and what was bought without a commitment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from embedded_app.simulator.model import ZERO
from embedded_app.simulator.model.record import Record
from embedded_app.simulator.seed.plan import AS_OF
from embedded_app.simulator.seed.site import Site

_COSTS = (
    ("Crane rental", "invoice", 72),
    ("Site trailer power", "expense", 72),
    ("Layout crew", "payroll", 73),
    ("Weekend cleanup", "payroll", 73),
    ("Permit fees", "expense", 72),
    ("Emergency pump", "invoice", 72),
    ("Survey control points", "invoice", 72),
    ("Concrete testing", "invoice", 72),
)


def budget_line_items(site: Site) -> Iterator[Record]:
    """A budget for what is committed on each code, a little off; one code in eleven has costs and no budget."""
    committed: dict[int, Decimal] = {}
    for contract in site.contracts:
        for line in contract.lines:
            committed[line.wbs_code_id] = committed.get(line.wbs_code_id, ZERO) + line.amount
    for step, (wbs_code_id, amount) in enumerate(committed.items(), start=1):
        if step % 11 == 0:
            continue
        percent = site.draw(f"budget/{wbs_code_id}", 92, 112)
        moved = site.draw(f"moved/{wbs_code_id}", 1, 20) * 1000
        yield site.record(
            step,
            date(2025, 2, 10),
            site.people[0],
            wbs_code_id=wbs_code_id,
            original_budget_amount=(amount * percent / 100).quantize(Decimal(1)),
            budget_modifications=Decimal(moved * (-1 if step % 2 else 1)) if step % 5 == 0 else ZERO,
            quantity=Decimal(1) if step % 3 else None,
            unit_cost=None,
            uom="ls" if step % 3 else None,
            calculation_strategy="manual",
        )


def direct_costs(site: Site) -> Iterator[Record]:
    """Invoices, expenses and payroll, of which one was never approved and one has no vendor any more."""
    for step, (title, kind, _) in enumerate(_COSTS, start=1):
        spent_on = site.ago(f"cost/{step}", 8, 120)
        status = {3: "pending", 6: "draft"}.get(step, "approved")
        yield site.record(
            step,
            spent_on,
            site.people[0],
            invoice_number=f"{'PR' if kind == 'payroll' else 'DC'}-{26000 + step}",
            direct_cost_type=kind,
            status=status,
            vendor_id=None if kind == "payroll" else site.pick(f"cost/{step}/vendor", site.vendors).id,
            employee_id=site.people[-1] if kind == "payroll" else None,
            description=title,
            direct_cost_date=spent_on,
            received_date=spent_on + timedelta(days=2),
            payment_date=None if status != "approved" else min(spent_on + timedelta(days=30), AS_OF),
            terms="Net 30" if kind == "invoice" else None,
            origin_id=f"AP-{site.project.id % 1000}-{step}" if step == 8 else None,
        )


def direct_cost_lines(site: Site) -> Iterator[Record]:
    """One or two lines each."""
    for step, (title, _, cost_type_id) in enumerate(_COSTS, start=1):
        for position in range(1, 3 if step % 3 == 0 else 2):
            amount = Decimal(site.draw(f"cost/{step}/{position}", 350_00, 18_000_00)) / 100
            # Every other cost code has no budget code for labor.
            codes = site.cost_codes[::2]
            code = site.pick(f"cost/{step}/code", codes)
            yield site.record(
                step * 10 + position,
                site.ago(f"cost/{step}", 8, 120),
                site.people[0],
                direct_cost_id=site.first_id + step,
                wbs_code_id=code.wbs_code_id(cost_type_id),
                description=title if position == 1 else "Delivery",
                amount=amount,
                quantity=Decimal(1),
                unit_cost=amount,
                uom="ea",
                position=position,
            )
