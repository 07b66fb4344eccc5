"""What is below and above the change orders of commitments: their lines, potential change orders, requests."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from embedded_app.simulator.model.commitments import ChangeOrder, Contract
from embedded_app.simulator.model.record import Record
from embedded_app.simulator.seed.plan import split
from embedded_app.simulator.seed.site import Site


def _changes(site: Site) -> Iterator[tuple[Contract, ChangeOrder]]:
    return ((contract, change) for contract in site.contracts for change in contract.change_orders)


def _lines(
    site: Site, change: ChangeOrder, contract: Contract, first_id: int, below: str
) -> Iterator[Record]:
    first = site.cost_codes[0].wbs_code_id(72 if contract.is_order else 71)
    wbs_code_id = contract.lines[0].wbs_code_id if contract.lines else first
    amounts = split(change.grand_total, 2) if abs(change.grand_total) > 1000 else [change.grand_total]
    for position, amount in enumerate(amounts, start=1):
        line = site.record(
            0,
            change.created_at.date(),
            change.created_by_id,
            **{below: change.id},
            wbs_code_id=wbs_code_id,
            description=change.title if position == 1 else "Supervision and overhead",
            amount=amount,
            quantity=Decimal(1),
            unit_cost=amount,
            uom="ls",
            position=position,
        )
        line["id"] = first_id + position
        yield line


def change_order_lines(site: Site) -> Iterator[Record]:
    """One or two lines of each change order; they add up to it."""
    for contract, change in _changes(site):
        yield from _lines(site, change, contract, change.id * 10, "change_order_id")


def potential_change_orders(site: Site) -> Iterator[Record]:
    """One for each change order; hidden where there is one tier."""
    for contract, change in _changes(site):
        made = site.record(
            0,
            change.created_at.date(),
            site.people[0],
            contract_id=contract.id,
            number=f"PCO-{change.number[3:]}",
            title=change.title,
            status=change.status,
            grand_total=change.grand_total,
            due_date=change.due_date,
            description=None,
            change_order_package_id=change.id,
            change_order_request_id=change.id if site.project.change_order_tiers > 2 else None,
        )
        made["id"] = change.id
        yield made


def potential_change_order_lines(site: Site) -> Iterator[Record]:
    """The lines of these."""
    for contract, change in _changes(site):
        yield from _lines(site, change, contract, change.id * 10, "potential_change_order_id")


def change_order_requests(site: Site) -> Iterator[Record]:
    """One for each change order where there are three tiers."""
    for potential in potential_change_orders(site) if site.project.change_order_tiers > 2 else ():
        kept = ("id", "created_at", "updated_at", "contract_id", "title", "status", "grand_total", "due_date")
        made = site.record(0, potential["created_at"].date(), site.people[0])
        made.update({name: potential[name] for name in kept})
        made.update(number=potential["number"].replace("PCO", "COR"), change_order_package_id=potential["id"])
        yield made
