from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.integration.simulator.families.api import MARCUS_ID, Api
from tests.integration.simulator.world import HOLLIS, RIVERSIDE

TWO_TIERS, THREE_TIERS = RIVERSIDE + 1, RIVERSIDE + 3


def changes(project_id: int) -> str:
    return f"/v1.0/projects/{project_id}/commitment_change_orders"


def lines(project_id: int, change_id: int) -> str:
    project = f"/v2.0/companies/{HOLLIS}/projects/{project_id}"
    return f"{project}/commitment_change_orders/{change_id}/line_items?per_page=100"


def total(rows: list[dict[str, Any]], key: str = "grand_total") -> Decimal:
    return sum((Decimal(each[key]) for each in rows), Decimal(0))


def test_each_tier_has_its_own_records(api: Api) -> None:
    counts = {
        project_id: [
            len(api.read(f"/v1.0/{name}?project_id={project_id}&per_page=1000"))
            for name in ("change_order_packages", "change_order_requests", "potential_change_orders")
        ]
        for project_id in (RIVERSIDE, TWO_TIERS, THREE_TIERS)
    }
    assert [[bool(each) for each in found] for found in counts.values()] == [
        [True, False, False],
        [True, False, True],
        [True, True, True],
    ]


def test_potential_change_orders_add_up_to_their_packages(api: Api) -> None:
    packages = api.read(f"/v1.0/change_order_packages?project_id={TWO_TIERS}&per_page=1000")
    potential = api.read(f"/v1.0/potential_change_orders?project_id={TWO_TIERS}&per_page=1000")
    assert total(packages) == total(potential) != 0


def test_lines_add_up_to_their_change_order(api: Api) -> None:
    of_project = api.read(changes(RIVERSIDE))
    assert len(of_project) > 5
    for change in of_project:
        found = api.read(lines(RIVERSIDE, change["id"]))["data"]
        assert total(found, "amount") == Decimal(change["grand_total"])
        assert all(each["wbs_code"]["flat_code"] for each in found)


def test_three_tiers_have_no_change_orders_or_no_such_call(api: Api) -> None:
    assert api.read(changes(THREE_TIERS)) == []
    api.simulator.control("PATCH", "/switches", {"change_orders_in_three_tiers": "not_found"})
    assert api.get(changes(THREE_TIERS)).status_code == 404
    assert api.get(changes(TWO_TIERS)).status_code == 200


def test_packages_are_limited_to_a_contract(api: Api) -> None:
    path = f"/v1.0/change_order_packages?project_id={RIVERSIDE}"
    contract_id = api.read(path)[-1]["contract_id"]
    found = api.read(f"{path}&contract_id={contract_id}")
    assert {each["contract_id"] for each in found} == {contract_id}


def test_a_change_order_is_created_and_changes_its_contract(api: Api) -> None:
    contract_path = f"/v1.0/work_order_contracts?project_id={RIVERSIDE}&per_page=100"
    before = next(each for each in api.read(contract_path) if each["number"] == "SC-014")
    body = {"change_order": {"contract_id": before["id"], "title": "Extra plates", "status": "approved"}}
    made = api.post(changes(RIVERSIDE), body)
    assert made["number"] == "CO-SC-014-04"
    wbs_code_id = api.read(f"/v1.0/projects/{RIVERSIDE}/work_breakdown_structure/wbs_codes")[0]["id"]
    line = {"wbs_code_id": str(wbs_code_id), "quantity": "2", "unit_cost": "12.50"}
    assert api.post(lines(RIVERSIDE, made["id"]), line)["data"]["amount"] == "25.0"
    after = next(each for each in api.read(contract_path) if each["number"] == "SC-014")
    gained = Decimal(after["approved_change_orders"]) - Decimal(before["approved_change_orders"])
    assert gained == 25


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"contract_id": 7}, 422, "contract_id"),
        ({"contract_id": None}, 400, "contract_id"),
        ({"title": ""}, 400, "title"),
        ({"status": "fine"}, 400, "status"),
    ],
)
def test_what_does_not_fit_is_refused(api: Api, change: dict[str, Any], status: int, field: str) -> None:
    contract_id = api.read(changes(RIVERSIDE))[0]["contract_id"]
    body = {"change_order": {"contract_id": contract_id, "title": "x", **change}}
    answer = api.write("POST", changes(RIVERSIDE), body)
    assert (answer.status_code, [*answer.json["errors"]]) == (status, [field])  # type: ignore[index]


def test_those_of_a_private_commitment_are_not_for_everybody(api: Api) -> None:
    everything = api.read(changes(TWO_TIERS))
    private = {
        each["id"]
        for each in api.read(f"/v1.0/commitments?project_id={TWO_TIERS}&per_page=100")
        if each["private"]
    }
    hidden = [each["id"] for each in everything if each["contract_id"] in private]
    assert hidden
    mine = {each["id"] for each in api.read(changes(TWO_TIERS), by=MARCUS_ID)}
    assert mine == {each["id"] for each in everything} - set(hidden)
    assert api.get(f"{changes(TWO_TIERS)}/{hidden[0]}", by=MARCUS_ID).status_code == 404


def test_a_budget_code_is_made_once(api: Api) -> None:
    structure = f"/v1.0/projects/{RIVERSIDE}/work_breakdown_structure"
    assert [each["type"] for each in api.read(f"{structure}/segments")] == ["cost_code", "line_item_type"]
    assert api.read(f"{structure}/patterns")[0]["segments"]
    code, kind = (api.read(f"{structure}/segments/{number}/segment_items")[-1] for number in (1, 2))
    chosen = [{"segment_id": each["segment_id"], "segment_item_id": each["id"]} for each in (code, kind)]
    made = api.post(f"{structure}/wbs_codes", {"segment_items": chosen, "description": "New"})
    assert made["flat_code"] == f"{code['code']}.O"
    again = api.write("POST", f"{structure}/wbs_codes", {"segment_items": chosen, "description": "Newer"})
    assert (again.status_code, again.json["id"], again.json["description"]) == (200, made["id"], "Newer")  # type: ignore[index]
    wrong = api.write("POST", f"{structure}/wbs_codes", {"segment_items": chosen[:1]})
    assert wrong.json == {"errors": {"segment_items": ["must be a cost code and a cost type"]}}


def test_cost_types_are_the_companys(api: Api) -> None:
    assert [each["base_type"] for each in api.read(f"/v1.0/line_item_types?company_id={HOLLIS}")][:2] == [
        "commitment",
        "materials",
    ]


def test_projects_with_three_tiers_keep_nobody_else_from_creating(api: Api) -> None:
    api.simulator.control("PATCH", "/switches", {"change_orders_in_three_tiers": "not_found"})
    contract_id = api.read(f"/v1.0/work_order_contracts?project_id={RIVERSIDE}&per_page=1")[0]["id"]
    api.post(changes(RIVERSIDE), {"change_order": {"contract_id": contract_id, "title": "Extra plates"}})


@pytest.mark.parametrize("path", ["commitment_change_orders", "prime_change_orders"])
def test_none_is_created_in_three_tiers(api: Api, path: str) -> None:
    body = {"change_order": {"contract_id": 1, "title": "Extra plates"}}
    answer = api.write("POST", f"/v1.0/projects/{THREE_TIERS}/{path}", body)
    assert (answer.status_code, "has no" in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("path", "contracts"),
    [("commitment_change_orders", "work_order_contracts"), ("prime_change_orders", "prime_contracts")],
)
def test_a_change_order_is_of_a_contract_of_its_project(api: Api, path: str, contracts: str) -> None:
    elsewhere = api.read(f"/v1.0/{contracts}?project_id={TWO_TIERS}&per_page=1")[0]["id"]
    body = {"change_order": {"contract_id": elsewhere, "title": "Extra plates"}}
    answer = api.write("POST", f"/v1.0/projects/{RIVERSIDE}/{path}", body)
    assert (answer.status_code, answer.json) == (422, {"errors": {"contract_id": ["is invalid"]}})
