from __future__ import annotations

from tests.integration.simulator.families.api import MARCUS_ID, Api
from tests.integration.simulator.world import RIVERSIDE

CONTRACTS = f"/v1.0/work_order_contracts?project_id={RIVERSIDE}&per_page=100"


def one(api: Api, status: str) -> str:
    found = next(each for each in api.read(CONTRACTS) if each["status"] == status)
    return f"/v1.0/work_order_contracts/{found['id']}?project_id={RIVERSIDE}"


def test_an_approved_commitment_keeps_its_vendor_and_is_not_deleted(api: Api) -> None:
    approved = one(api, "Approved")
    assert api.patch(approved, {"work_order_contract": {"title": "New"}})["title"] == "New"
    locked = api.write("PATCH", approved, {"work_order_contract": {"vendor_id": None}})
    assert (locked.status_code, [*locked.json["errors"]]) == (422, ["vendor_id"])  # type: ignore[index]
    assert api.write("DELETE", approved).json == {
        "errors": ["An approved or complete commitment cannot be deleted."]
    }


def test_a_draft_is_changed_and_deleted_and_listed_where_one_asks_for_it(api: Api) -> None:
    draft = one(api, "Draft")
    unknown = api.write("PATCH", draft, {"work_order_contract": {"vendor_id": 7}})
    assert (unknown.status_code, unknown.json) == (422, {"errors": {"vendor_id": ["is invalid"]}})
    assert api.patch(draft, {"work_order_contract": {"vendor_id": None}})["vendor"] is None
    count = len(api.read(CONTRACTS))
    api.level("commitments", "Standard")
    assert api.write("DELETE", draft, by=MARCUS_ID).status_code == 403
    assert api.write("DELETE", draft).status_code == 204
    assert api.get(draft).status_code == 404
    assert len(api.read(CONTRACTS)) == count - 1
    assert len(api.read(f"{CONTRACTS}&filters[include_deleted]=with")) == count
    (gone,) = api.read(f"{CONTRACTS}&filters[include_deleted]=only")
    assert gone["deleted_at"]
