"""What one can do to commitments, and what their status forbids (platform reference, section 5.5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.integration.simulator.families.api import MARCUS_ID, Api
from tests.integration.simulator.world import HOLLIS, RIVERSIDE

IN_RIVERSIDE = f"project_id={RIVERSIDE}"
SUBCONTRACTS = "/v1.0/work_order_contracts"
ORDERS = "/v1.0/purchase_order_contracts"
V2 = f"/v2.0/companies/{HOLLIS}/projects/{RIVERSIDE}/commitment_contracts"
CONTRACTS = f"{SUBCONTRACTS}?{IN_RIVERSIDE}&per_page=100"


def one(api: Api, status: str) -> str:
    found = next(each for each in api.read(CONTRACTS) if each["status"] == status)
    return f"{SUBCONTRACTS}/{found['id']}?{IN_RIVERSIDE}"


def new(api: Api, path: str = SUBCONTRACTS, **values: object) -> Any:
    singular = path.rpartition("/")[2].removesuffix("s")
    return api.post(path, {"project_id": RIVERSIDE, singular: {"title": "Signage", **values}})


def wbs_code_id(api: Api) -> int:
    code: int = api.read(f"/v1.0/projects/{RIVERSIDE}/work_breakdown_structure/wbs_codes?per_page=1")[0]["id"]
    return code


def lines_of(contract: Any, path: str = SUBCONTRACTS) -> str:
    return f"{path}/{contract['id']}/line_items"


def test_an_approved_commitment_keeps_its_vendor_and_is_not_deleted(api: Api) -> None:
    approved = one(api, "Approved")
    vendor = api.read(approved)["vendor"]
    body = {"work_order_contract": {"title": "New", "vendor_id": vendor["id"]}}
    assert api.patch(approved, body)["title"] == "New"
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


def test_a_new_commitment_is_a_draft_worth_nothing_until_it_has_lines(api: Api) -> None:
    made = new(api)
    assert (made["status"], made["grand_total"], made["line_items"]) == ("Draft", "0.0", [])
    assert made["number"].startswith("SC-")
    code, path = wbs_code_id(api), lines_of(made)
    first = {"wbs_code_id": code, "description": "Letters", "quantity": "3", "unit_cost": "100.10"}
    line = api.post(f"{path}?{IN_RIVERSIDE}", {"line_item": first})
    assert (line["amount"], line["extended_type"], line["holder"]["id"]) == (
        "300.3",
        "calculated",
        made["id"],
    )
    api.post(path, {"project_id": RIVERSIDE, "line_item": {"wbs_code_id": code, "amount": "0.70"}})
    whole = api.read(f"{SUBCONTRACTS}/{made['id']}?{IN_RIVERSIDE}")
    assert (whole["grand_total"], [each["position"] for each in whole["line_items"]]) == ("301.0", [1, 2])
    assert (
        api.patch(f"{path}/{line['id']}?{IN_RIVERSIDE}", {"line_item": {"amount": "1.00"}})["amount"] == "1.0"
    )
    assert api.write("DELETE", f"{path}/{line['id']}?{IN_RIVERSIDE}").status_code == 204
    assert api.read(f"{SUBCONTRACTS}/{made['id']}?{IN_RIVERSIDE}")["revised_contract"] == "0.7"


def test_a_line_needs_its_budget_code(api: Api) -> None:
    answer = api.write("POST", f"{lines_of(new(api))}?{IN_RIVERSIDE}", {"line_item": {"amount": "1"}})
    assert (answer.status_code, answer.json) == (400, {"errors": {"wbs_code_id": ["required"]}})


def test_the_lines_of_an_approved_commitment_are_locked(api: Api) -> None:
    made = new(api)
    path, code = f"{lines_of(made)}", wbs_code_id(api)
    line = api.post(f"{path}?{IN_RIVERSIDE}", {"line_item": {"wbs_code_id": code, "amount": "9"}})
    api.patch(f"{SUBCONTRACTS}/{made['id']}?{IN_RIVERSIDE}", {"work_order_contract": {"status": "Approved"}})
    at_line = f"{path}/{line['id']}?{IN_RIVERSIDE}"
    another = {"line_item": {"wbs_code_id": code, "amount": "1"}}
    assert [
        api.write("POST", f"{path}?{IN_RIVERSIDE}", another).status_code,
        api.write("PATCH", at_line, {"line_item": {"amount": "10"}}).status_code,
        api.write("DELETE", at_line).status_code,
    ] == [422, 422, 422]
    assert api.read(at_line)["amount"] == "9.0"


def test_both_kinds_share_their_numbers_and_no_id_means_two(api: Api) -> None:
    subcontract, order = new(api), new(api, ORDERS)
    assert subcontract["id"] != order["id"]
    assert order["number"].startswith("PO-")
    assert api.get(f"{ORDERS}/{subcontract['id']}?{IN_RIVERSIDE}").status_code == 404
    code = wbs_code_id(api)
    body = {"line_item": {"wbs_code_id": code, "amount": "1"}}
    made = [
        api.post(f"{lines_of(subcontract)}?{IN_RIVERSIDE}", body),
        api.post(f"{lines_of(order, ORDERS)}?{IN_RIVERSIDE}", body),
    ]
    assert made[0]["id"] != made[1]["id"]


def test_each_kind_has_its_statuses(api: Api) -> None:
    for path, status in ((SUBCONTRACTS, "Processing"), (ORDERS, "Out For Bid")):
        singular = path.rpartition("/")[2].removesuffix("s")
        answer = api.write("POST", path, {"project_id": RIVERSIDE, singular: {"status": status}})
        assert (answer.status_code, [*answer.json["errors"]]) == (400, ["status"])  # type: ignore[index]
    answer = api.write("POST", V2, {"type": "WorkOrderContract", "status": "Processing"})
    assert answer.status_code == 400


def test_version_2_makes_either_kind_and_its_lines(api: Api) -> None:
    assert api.write("POST", V2, {"title": "No type"}).status_code == 400
    body = {"type": "PurchaseOrderContract", "number": "PO-900", "title": "Doors", "payment_terms": "Net 30"}
    made = api.post(V2, body)["data"]
    assert (made["type"], made["payment_terms"], made["status"]) == (
        "PurchaseOrderContract",
        "Net 30",
        "Draft",
    )
    line = {"wbs_code_id": str(wbs_code_id(api)), "amount": "12.50"}
    made_line = api.post(f"{V2}/{made['id']}/line_items", line)["data"]
    assert made_line["wbs_code_id"] == line["wbs_code_id"]
    assert api.read(f"{ORDERS}/{made['id']}?{IN_RIVERSIDE}")["grand_total"] == "12.5"
    other = api.write("PATCH", f"{V2}/{made['id']}", {"type": "WorkOrderContract"})
    assert other.status_code == 422
    assert api.patch(f"{V2}/{made['id']}", {"type": "PurchaseOrderContract", "executed": True})["data"][
        "executed"
    ]
    assert api.write("DELETE", f"{V2}/{made['id']}").status_code == 204


@pytest.mark.parametrize("path", [SUBCONTRACTS, ORDERS])
def test_sync_finds_by_origin_id_and_creates_what_it_does_not_find(api: Api, path: str) -> None:
    updates: list[dict[str, Any]] = [{"origin_id": "ERP-1", "title": "First"}, {"id": 7, "title": "Nobody"}]
    body = {"project_id": RIVERSIDE, "updates": updates}
    answer = api.patch(f"{path}/sync", body)
    (made,), (error,) = answer["entities"], answer["errors"]
    assert (made["title"], error["id"]) == ("First", 7)
    updates[0]["title"] = "Second"
    ((again,), _) = api.patch(f"{path}/sync", body).values()
    assert (again["id"], again["title"]) == (made["id"], "Second")
    lines = [{"wbs_code_id": wbs_code_id(api), "amount": "5", "origin_id": f"L{number}"} for number in (1, 2)]
    synced = api.patch(f"{lines_of(made, path)}/sync", {"project_id": RIVERSIDE, "updates": lines})
    assert [each["origin_id"] for each in synced["entities"]] == ["L1", "L2"]
    shown = api.read(f"{path}/{made['id']}?{IN_RIVERSIDE}")
    assert Decimal(shown["grand_total"]) == 10


def test_writes_are_told_under_the_name_of_their_kind(api: Api) -> None:
    subcontract, order = new(api), api.post(V2, {"type": "PurchaseOrderContract"})["data"]
    body = {"line_item": {"wbs_code_id": wbs_code_id(api), "amount": "1"}}
    api.post(f"{lines_of(subcontract)}?{IN_RIVERSIDE}", body)
    api.post(f"{V2}/{order['id']}/line_items", body["line_item"])
    assert [each.resource for each in api.simulator.told] == [
        "Work Order Contracts",
        "Purchase Order Contracts",
        "Work Order Contract Line Items",
        "Purchase Order Contract Line Items",
    ]
