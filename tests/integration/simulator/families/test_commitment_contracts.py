"""Commitments in version 2 (platform reference, sections 4.1 and 5.5)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.simulator.families.api import Api
from tests.integration.simulator.world import HOLLIS, RIVERSIDE

PATH = f"/v2.0/companies/{HOLLIS}/projects/{RIVERSIDE}/commitment_contracts"


def _one(api: Api, number: str) -> dict[str, Any]:
    [found] = [each for each in api.read(f"{PATH}?per_page=100")["data"] if each["number"] == number]
    commitment: dict[str, Any] = found
    return commitment


def test_ten_are_a_page_and_a_hundred_the_longest(api: Api) -> None:
    total = int(api.get(PATH).headers["Total"])
    assert len(api.read(PATH)["data"]) == 10
    assert len(api.read(f"{PATH}?per_page=5000")["data"]) == min(100, total)


def test_ids_are_strings_and_amounts_too(api: Api) -> None:
    steel = _one(api, "SC-014")
    assert str(steel["id"]).isdecimal()
    assert all(isinstance(steel[name], str) for name in ("id", "vendor_id", "grand_total"))
    lines = api.read(f"{PATH}/{steel['id']}/line_items?view=extended&per_page=100")["data"]
    assert all(isinstance(line["id"], str) and "external_data" in line for line in lines)
    same = api.read(f"{PATH}/{steel['id']}/line_items/{lines[0]['id']}")["data"]
    assert (same["amount"], "external_data" in same) == (lines[0]["amount"], False)


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("filters[type]=PurchaseOrderContract", {"PO"}),
        ("filters[type]=WorkOrderContract", {"SC"}),
        ("filters[search]=structural steel", {"SC"}),
        ("filters[status]=Processing", {"PO"}),
        ("filters[executed]=true&filters[signature_required]=true", set()),
        ("filters[include_deleted]=only", set()),
    ],
)
def test_they_are_filtered(api: Api, query: str, numbers: set[str]) -> None:
    found = api.read(f"{PATH}?per_page=100&{query.replace(' ', '%20')}")["data"]
    assert {each["number"].partition("-")[0] for each in found} == numbers


def test_the_extended_view_adds_the_name_of_the_vendor(api: Api) -> None:
    api.simulator.control("PATCH", "/switches", {"commitment_contract_fields": "sent"})
    steel = _one(api, "SC-014")
    assert {"vendor_id", "type", "status"} <= steel.keys()
    assert not {"grand_total", "vendor", "vendor_name"} & steel.keys()
    whole = api.read(f"{PATH}/{steel['id']}?view=extended")["data"]
    assert whole["vendor_name"] == "Cascade Steel Erectors, Inc."


def test_who_may_not_see_a_commitment_finds_none(api: Api) -> None:
    steel = _one(api, "SC-014")
    sean = 160633  # may read no commitments
    assert api.get(f"{PATH}/{steel['id']}", by=sean).status_code == 403
    assert api.get(f"{PATH}/1").status_code == 404
    assert api.get(f"{PATH}/{steel['id']}/line_items/1").status_code == 404
