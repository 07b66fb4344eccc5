"""Change orders of commitments, in one, two or three tiers (docs/platform-reference.md, section 5.6).

The tiers are a setting of the project. Packages exist in each; potential change orders are hidden where there is
one tier, and requests exist where there are three. The two-tier calls do not serve projects with three.
"""

from __future__ import annotations

from typing import Any

from embedded_app.simulator.model import ZERO
from embedded_app.simulator.model.commitments import ChangeOrder, Contract
from embedded_app.simulator.model.record import Record
from embedded_app.simulator.model.world import World
from embedded_app.simulator.rest.access import NOT_FOUND, Caller, Refusal
from embedded_app.simulator.rest.answers import never
from embedded_app.simulator.rest.family import (
    BASICS,
    DETAIL,
    LINE_KEYS,
    ORIGIN,
    Family,
    Field,
    Path,
    each,
    line_amount,
    ranges,
    same,
)
from embedded_app.simulator.rest.serving import serve
from embedded_app.simulator.rest.values.kinds import CODE, DAY, FLAG, MONEY, TEXT, WHOLE, one_of
from embedded_app.simulator.rest.values.references import VENDOR, of_same_project
from embedded_app.simulator.state import simulator
from embedded_app.simulator.switches import ThreeTiers

TOOL = "commitments"
STATUSES = (
    *("draft", "pricing", "not_pricing", "pending", "revised", "proceeding", "not_proceeding"),
    *("pending_billable", "no_charge", "approved", "rejected", "void"),
)
_TWO_TIERS, _THREE_TIERS = 2, 3


def tiers(world: World, project_id: int) -> int:
    """How many tiers the change orders of this project have."""
    return world.projects[project_id].change_order_tiers


def at_most_two_tiers(world: World, project_id: int) -> bool:
    """Whether the two-tier calls find anything here; by choice they do not exist at all in three tiers."""
    if tiers(world, project_id) < _THREE_TIERS:
        return True
    if simulator().switches.change_orders_in_three_tiers is ThreeTiers.NOT_FOUND:
        raise Refusal(404, NOT_FOUND)
    return False


def _packages(world: World, project_id: int) -> list[ChangeOrder]:
    return [change for contract in world.contracts_of(project_id) for change in contract.change_orders]


def _contract(change: Any) -> Contract:
    return simulator().world.contracts[change["contract_id"]]


def _visible(change: Any, who: Caller) -> bool:
    return who.reads(_contract(change))


def _prepare(change: Any) -> None:
    contract = of_same_project(simulator().world.contracts, change, "contract_id")
    if not change["number"]:
        change["number"] = f"CO-{contract.number}-{len(contract.change_orders) + 1:02d}"


def _store(world: World, made: Record) -> ChangeOrder:
    contract = world.contracts[made["contract_id"]]
    change = ChangeOrder.of(made, grand_total=ZERO)
    contract.change_orders.append(change)
    return change


_SHARED = (
    *BASICS,
    Field("contract_id", WHOLE, required=True),
    Field("number", CODE),
    Field("title", TEXT, required=True),
    Field("status", one_of(*STATUSES), default="draft"),
    Field("grand_total", MONEY, read_only=True),
    Field("due_date", DAY),
)
COMMITMENT = (
    *_SHARED,
    *each(FLAG, "executed signature_required", default=False),
    Field("description", TEXT, shown=DETAIL),
)
FILTERS = {
    **same("id", "contract_id", "status", "executed", "signature_required"),
    **dict.fromkeys(("batch_id", "legacy_package_id"), never()),
    **ranges("updated_at"),
}

FAMILY = serve(
    Family(
        name="change_orders",
        singular="change_order",
        tool=TOOL,
        resource="Change Order Packages",
        paths=(Path("/v1.0/projects/<int:project_id>/commitment_change_orders", "list show create"),),
        fields=COMMITMENT,
        filters={**FILTERS, "vendor_id": lambda change, sent: str(_contract(change).vendor_id) in sent},
        kept=_packages,
        store=_store,
        present=at_most_two_tiers,
        visible=_visible,
        prepare=_prepare,
    )
)


def _add_to_total(line: Record) -> None:
    for change in _packages(simulator().world, line["project_id"]):
        if change.id == line["change_order_id"]:
            change.grand_total += line["amount"] or ZERO


LINES = serve(
    Family(
        name="change_order_lines",
        singular="line_item",
        tool=TOOL,
        paths=(
            Path(
                "/v2.0/companies/<int:company_id>/projects/<int:project_id>"
                "/commitment_change_orders/<int:parent_id>/line_items",
                "list show create",
            ),
        ),
        fields=(*BASICS, *LINE_KEYS),
        filters=same("id", "wbs_code_id"),
        parent=FAMILY,
        parent_key="change_order_id",
        rules=line_amount,
        made=_add_to_total,
    )
)

PACKAGES = serve(
    Family(
        name="change_order_packages",
        singular="change_order_package",
        tool=TOOL,
        paths=(Path("/v1.0/change_order_packages"),),
        fields=(
            *COMMITMENT,
            *each(DAY, "paid_date invoiced_date"),
            *ORIGIN,
            Field("origin_code", CODE),
        ),
        parameters=same("contract_id"),
        filters=FILTERS,
        kept=_packages,
        visible=_visible,
    )
)


REQUESTS = serve(
    Family(
        name="change_order_requests",
        singular="change_order_request",
        tool=TOOL,
        resource="Change Order Requests",
        paths=(Path("/v1.0/change_order_requests"),),
        fields=(*_SHARED, Field("change_order_package_id", WHOLE), *ORIGIN),
        parameters=same("contract_id"),
        filters={**same("id", "status", "contract_id"), **ranges("updated_at")},
        present=lambda world, project_id: tiers(world, project_id) >= _THREE_TIERS,
        visible=_visible,
    )
)

POTENTIAL = serve(
    Family(
        name="potential_change_orders",
        singular="potential_change_order",
        tool=TOOL,
        resource="Potential Change Orders",
        paths=(Path("/v1.0/potential_change_orders"),),
        fields=(
            *_SHARED,
            *each(WHOLE, "change_order_request_id change_order_package_id"),
            Field("vendor", VENDOR, of=lambda change: _contract(change).vendor_id),
            Field("description", TEXT, shown=DETAIL),
            *ORIGIN,
        ),
        parameters=same("contract_id"),
        filters={**same("id", "origin_id", "contract_id", "status"), **ranges("updated_at")},
        present=lambda world, project_id: tiers(world, project_id) >= _TWO_TIERS,
        visible=_visible,
    )
)

POTENTIAL_LINES = serve(
    Family(
        name="potential_change_order_lines",
        singular="line_item",
        tool=TOOL,
        paths=(Path("/v1.0/potential_change_orders/<int:parent_id>/line_items"),),
        fields=(*BASICS, *LINE_KEYS, *ORIGIN),
        filters={**same("id", "wbs_code_id"), **ranges("updated_at")},
        parent=POTENTIAL,
        parent_key="potential_change_order_id",
    )
)
