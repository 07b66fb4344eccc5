"""The records of every family, project by project."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from embedded_app.simulator.model.record import Record
from embedded_app.simulator.model.world import World
from embedded_app.simulator.seed.billing import (
    billing_periods,
    contract_payments,
    invoice_compliance_documents,
)
from embedded_app.simulator.seed.budget import budget_line_items, direct_cost_lines, direct_costs
from embedded_app.simulator.seed.change_orders import (
    change_order_lines,
    change_order_requests,
    potential_change_order_lines,
    potential_change_orders,
)
from embedded_app.simulator.seed.daily_logs import delivery_logs, manpower_logs, notes_logs, weather_logs
from embedded_app.simulator.seed.field_quality import (
    observation_response_logs,
    observations,
    punch_items,
)
from embedded_app.simulator.seed.locations import locations
from embedded_app.simulator.seed.prime_contracts import (
    payment_applications,
    prime_change_orders,
    prime_contract_lines,
    prime_contracts,
)
from embedded_app.simulator.seed.rfis import rfi_replies, rfis
from embedded_app.simulator.seed.site import Site
from embedded_app.simulator.seed.submittals import submittals
from embedded_app.simulator.seed.wbs import wbs_codes

_SEEDS: tuple[Callable[[Site], Iterable[Record]], ...] = (
    locations,
    wbs_codes,
    change_order_lines,
    potential_change_orders,
    potential_change_order_lines,
    change_order_requests,
    billing_periods,
    contract_payments,
    invoice_compliance_documents,
    prime_contracts,
    prime_contract_lines,
    prime_change_orders,
    payment_applications,
    budget_line_items,
    direct_costs,
    direct_cost_lines,
    rfis,
    rfi_replies,
    submittals,
    observations,
    observation_response_logs,
    punch_items,
    manpower_logs,
    notes_logs,
    delivery_logs,
    weather_logs,
)
"""What makes the records of the family that has its name."""


def plant(world: World, first_ids: dict[int, int]) -> None:
    """Give every project its records; their ids begin at the project's of `first_ids`."""
    for project_id, first_id in first_ids.items():
        project = world.projects[project_id]
        levels = [each for each in world.memberships.values() if each.company_id == project.company_id]
        site = Site(
            project,
            first_id,
            tuple(each.user_id for each in levels if each.sees(project_id)),
            tuple(each for each in world.vendors_of(project.company_id) if project_id in each.project_ids),
            tuple(world.contracts_of(project_id)),
        )
        for seed in _SEEDS:
            family = world.records.setdefault(seed.__name__, {})
            family.update((record["id"], record) for record in seed(site))
