"""The seed is one world, the same everywhere, and holds what the documentation names."""

from __future__ import annotations

from decimal import Decimal

import pytest

from embedded_app.simulator.model.commitments import CommitmentKind, Contract
from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.model.world import World
from embedded_app.simulator.seed import build_app, build_world, people

RIVERSIDE = people.HOLLIS_PROJECTS[0]


@pytest.fixture(scope="module")
def world() -> World:
    return build_world()


def commitment(world: World, number: str) -> Contract:
    return next(each for each in world.contracts_of(RIVERSIDE) if each.number == number)


def test_two_worlds_are_equal_and_independent(world: World) -> None:
    other = build_world()
    assert other == world
    next(iter(other.contracts.values())).status = "Void"
    assert other != world


def test_riverside_ties_to_the_cent(world: World) -> None:
    contracts = list(world.contracts_of(RIVERSIDE))
    assert len(contracts) == 38
    assert sum(each.revised_contract for each in contracts) == Decimal("50286690.40")
    assert commitment(world, "SC-014").revised_contract == Decimal("6842500.00")
    assert commitment(world, "SC-011").revised_contract == Decimal("7905640.00")
    assert commitment(world, "SC-016").pending_change_orders == Decimal("16800.00")
    assert commitment(world, "SC-027").retainage_held == Decimal("20658.23")


def test_every_amount_is_in_whole_cents_and_the_parts_make_the_whole(world: World) -> None:
    for contract in world.contracts.values():
        amounts = [line.amount for line in contract.lines]
        amounts += [change.grand_total for change in contract.change_orders]
        amounts += [each.current_payment_due for each in contract.requisitions]
        assert all(amount == amount.quantize(Decimal("0.01")) for amount in amounts), contract.number
        assert contract.paid == contract.total_requisitions_amount - contract.retainage_held
        assert [line.position for line in contract.lines] == list(range(1, len(contract.lines) + 1))


def test_ids_are_unique_within_their_family_and_exceed_32_bits_in_the_newer_region(world: World) -> None:
    lines = [line.id for contract in world.contracts.values() for line in contract.lines]
    changes = [change.id for contract in world.contracts.values() for change in contract.change_orders]
    invoices = [each.id for contract in world.contracts.values() for each in contract.requisitions]
    codes = [code.id for project in world.projects.values() for code in project.cost_codes]
    for ids in (lines, changes, invoices, codes):
        assert len(ids) == len(set(ids))
    hollis = [each.id for each in world.contracts.values() if each.company_id == people.HOLLIS]
    assert min(hollis) > 2**32
    assert max(lines) < 2**63


def test_the_oddities_that_readers_have_to_survive_are_there(world: World) -> None:
    riverside = list(world.contracts_of(RIVERSIDE))
    assert {"Void", "Terminated", "Draft", "Out For Bid"} <= {each.status for each in riverside}
    assert commitment(world, "SC-030").vendor_id is None
    assert commitment(world, "SC-030").description is None
    assert "<script>" in (commitment(world, "SC-013").description or "")
    assert commitment(world, "SC-019").private
    vendors = [vendor.name for each in riverside if (vendor := world.vendor_of(each))]
    assert any("'" in name for name in vendors)
    assert max(map(len, vendors)) == 60
    assert {each.kind for each in riverside} == set(CommitmentKind)


def test_levels_follow_the_memberships(world: World) -> None:
    def level(user: int, project: int) -> Level:
        return world.level(user, people.HOLLIS, "commitments", project)

    assert level(people.DANA, RIVERSIDE) is Level.ADMIN
    assert level(people.MARCUS, RIVERSIDE) is Level.STANDARD
    assert level(people.MARCUS, people.HOLLIS_PROJECTS[4]) is Level.NONE
    assert level(people.PRIYA, people.HOLLIS_PROJECTS[4]) is Level.READ_ONLY
    assert level(people.SEAN, RIVERSIDE) is Level.NONE
    assert level(people.TOM, RIVERSIDE) is Level.NONE
    assert world.level(people.DANA, people.HARBOR, "admin") is Level.NONE
    assert world.level(people.DANA, people.CASCADIA, "admin") is Level.ADMIN
    # A project of another company is nobody's through this one.
    assert world.level(people.DANA, people.HOLLIS, "commitments", people.CASCADIA_PROJECTS[0]) is Level.NONE
    assert {each.id for each in world.companies_of(people.DANA)} == {
        people.HOLLIS,
        people.CASCADIA,
        people.HARBOR,
    }


def test_a_tool_that_is_off_is_off_for_administrators_too() -> None:
    world = build_world()
    world.projects[RIVERSIDE].tools_off = frozenset({"commitments"})
    assert world.level(people.DANA, people.HOLLIS, "commitments", RIVERSIDE) is Level.NONE


def test_a_private_commitment_is_for_administrators_and_those_named(world: World) -> None:
    private = commitment(world, "SC-019")
    assert world.can_read(people.DANA, private)
    assert not world.can_read(people.MARCUS, private)
    assert world.can_read(people.MARCUS, commitment(world, "SC-014"))


def test_the_app_is_installed_where_the_story_says(world: World) -> None:
    assert world.installation(people.HOLLIS) is not None
    assert world.installation(people.HARBOR) is not None
    assert world.installation(people.CASCADIA) is None
    assert world.installation(people.NORTHGATE) is None


def test_the_app_urls_carry_the_tokens_of_the_platform() -> None:
    app = build_app("http://app.example:8000")
    assert app.full_screen_url == (
        "http://app.example:8000/frame/project"
        "?company_id={{procore.company.id}}&project_id={{procore.project.id}}"
    )
    assert len(app.installation_key) == 36


def test_commitments_of_an_accounting_system_have_its_keys(world: World) -> None:
    kept = [each for each in world.contracts.values() if each.origin_id is not None]
    assert {people.HOLLIS, people.CASCADIA} == {each.company_id for each in kept}
    assert all(each.executed for each in kept)
    keys = [each.origin_id for each in kept] + [line.origin_id for each in kept for line in each.lines]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("family", ["rfis", "submittals", "prime_contracts", "observations"])
def test_custom_fields_have_values_and_some_have_none(world: World, family: str) -> None:
    records = [each for each in world.records[family].values() if each["company_id"] == people.HOLLIS]
    values = [value["value"] for each in records for value in each["custom_fields"].values()]
    assert any(value is not None for value in values)
    assert family == "prime_contracts" or None in values


def test_a_project_is_in_the_country_and_time_zone_of_its_company(world: World) -> None:
    zones = {
        (each.company_id == people.THAMESIDE, each.country_code, each.tz_name)
        for each in world.projects.values()
    }
    assert zones == {(True, "GB", "Europe/London"), (False, "US", "America/Los_Angeles")}
    assert {each.country_code for each in world.vendors_of(people.THAMESIDE)} == {"GB"}
