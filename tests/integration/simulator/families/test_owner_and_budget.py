from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.integration.simulator.families.api import Api
from tests.integration.simulator.world import HOLLIS, RIVERSIDE

PRIME = 562949953610001
VIEW = f"/v1.0/budget_views/{HOLLIS * 10 + 1}"
QUERY = f"project_id={RIVERSIDE}&per_page=1000"
COSTS = f"/v1.1/projects/{RIVERSIDE}/direct_costs"


def total(rows: list[dict[str, Any]], key: str) -> Decimal:
    return sum((Decimal(str(each[key])) for each in rows), Decimal(0))


def test_a_prime_contract_ties_to_its_lines_changes_and_invoices(api: Api) -> None:
    contract = api.read(f"/v1.0/prime_contract/{PRIME}?project_id={RIVERSIDE}")
    lines = api.read(f"/v1.0/prime_contracts/{PRIME}/line_items?{QUERY}")
    changes = api.read(f"/v1.0/projects/{RIVERSIDE}/prime_change_orders?filters[status]=approved")
    invoices = api.read(f"/v1.0/prime_contracts/{PRIME}/payment_applications?{QUERY}")
    assert total(lines, "amount") == Decimal(contract["grand_total"])
    assert total(changes, "grand_total") == Decimal(contract["approved_change_orders"]) != 0
    assert total(invoices, "total_amount") == Decimal(contract["owner_invoices_amount"])
    assert total(contract["payments_received"], "amount") == Decimal(contract["total_payments"])
    summary = api.read(f"/v2.0/companies/{HOLLIS}/projects/{RIVERSIDE}/prime_contracts/{PRIME}/summary")[
        "data"
    ]
    assert summary["total_invoices_amount"] == contract["owner_invoices_amount"]


def test_the_parties_of_an_approved_prime_contract_are_locked(api: Api) -> None:
    path = f"/v1.0/prime_contract/{PRIME}?project_id={RIVERSIDE}"
    assert api.patch(path, {"prime_contract": {"title": "New title"}})["title"] == "New title"
    parties = {name: api.read(path)[name] for name in ("vendor", "contractor")}
    same = {f"{name}_id": party and party["id"] for name, party in parties.items()}
    assert api.patch(path, {"prime_contract": same})["title"] == "New title"
    other = api.read(f"/v1.0/vendors?company_id={HOLLIS}")[-1]["id"]
    answer = api.write("PATCH", path, {"prime_contract": {"vendor_id": other}})
    assert (answer.status_code, answer.json) == (
        422,
        {"errors": ["Its parties are locked once it is approved."]},
    )


def test_lines_are_synced_by_id_and_origin_id(api: Api) -> None:
    path = f"/v1.0/prime_contracts/{PRIME}/line_items"
    first = api.read(f"{path}?{QUERY}")[0]
    updates = [
        {"id": first["id"], "origin_id": "A"},
        {"origin_id": "A", "description": "By origin"},
        {"origin_id": "B", "wbs_code_id": first["wbs_code_id"], "amount": "1.50"},
        {"id": 7, "amount": "1"},
        {"amount": "1"},
    ]
    body = api.patch(f"{path}/sync?project_id={RIVERSIDE}", {"updates": updates})
    assert [each["origin_id"] for each in body["entities"]] == ["A", "A", "B"]
    assert body["entities"][1]["description"] == "By origin"
    assert [each["errors"] for each in body["errors"]] == [
        {"id": ["Entity with this ID not found"]},
        {"wbs_code_id": ["required"]},
    ]
    assert [each.get("id") for each in body["errors"]] == [7, None]


def test_rows_of_a_budget_have_a_key_for_every_column(api: Api) -> None:
    columns = api.read(f"{VIEW}/budget_detail_columns?{QUERY}")
    rows = api.read(f"{VIEW}/detail_rows?{QUERY}")
    assert len(rows) > 10
    assert all({each["id"] for each in columns} <= row.keys() for row in rows)
    lines = api.read(f"/v1.1/budget_line_items?{QUERY}")
    assert isinstance(lines[0]["original_budget_amount"], float)
    assert total(rows, columns[0]["id"]) == total(rows, "original_budget_amount")
    assert total(rows, columns[0]["id"]) == total(lines, "original_budget_amount")
    direct = api.read(f"{COSTS}?{QUERY}")
    approved = [each for each in direct if each["status"] == "approved"]
    assert total(rows, columns[5]["id"]) == total(approved, "grand_total")


def test_rows_are_limited_and_added_up(api: Api) -> None:
    rows = api.read(f"{VIEW}/detail_rows?{QUERY}")
    unbudgeted = api.read(f"{VIEW}/detail_rows?{QUERY}&budget_row_type=unbudgeted")
    assert 0 < len(unbudgeted) < len(rows)
    assert all(each["unbudgeted_reason"] for each in unbudgeted)
    category = rows[0]["category_id"]
    of_it = api.read(f"{VIEW}/detail_rows?{QUERY}&category_id[]={category}")
    summary = api.read(f"{VIEW}/summary_rows?{QUERY}&group_by=category")
    key = api.read(f"{VIEW}/budget_detail_columns?{QUERY}")[4]["id"]
    assert next(each for each in summary if each["name"] == rows[0]["category"])[key] == str(
        total(of_it, key)
    )
    body = {"filters": {"cost_type": [category]}}
    assert len(api.write("POST", f"{VIEW}/budget_details?{QUERY}", body).json) == len(of_it)  # type: ignore[arg-type]
    assert api.get(f"{VIEW}/detail_rows?{QUERY}&budget_row_type=x").status_code == 400
    assert api.get(f"/v1.0/budget_views/7/detail_rows?{QUERY}").status_code == 404


def test_a_budget_code_has_one_budget_line(api: Api) -> None:
    lines = api.read(f"/v1.1/budget_line_items?{QUERY}")
    body = {"project_id": RIVERSIDE, "budget_line_item": {"wbs_code_id": lines[0]["wbs_code_id"]}}
    answer = api.write("POST", "/v1.1/budget_line_items", body)
    assert (answer.status_code, answer.json) == (422, {"errors": {"wbs_code_id": ["has already been taken"]}})
    codes = api.read(f"/v1.0/projects/{RIVERSIDE}/work_breakdown_structure/wbs_codes?per_page=1000")
    free = {each["id"] for each in codes} - {each["wbs_code_id"] for each in lines}
    values = {"wbs_code_id": min(free), "quantity": 3, "unit_cost": 2.5, "calculation_strategy": "automatic"}
    made = api.post("/v1.1/budget_line_items", {"project_id": RIVERSIDE, "budget_line_item": values})
    assert made["original_budget_amount"] == 7.5
    assert api.read(f"/v1.0/projects/{RIVERSIDE}/budget") == {"locked": True}


def new_cost(api: Api, **values: Any) -> dict[str, Any]:
    vendor_id = api.read(f"/v1.0/vendors?company_id={HOLLIS}")[0]["id"]
    return {
        "direct_cost": {
            "invoice_number": "X-1",
            "vendor_id": vendor_id,
            "direct_cost_type": "invoice",
            **values,
        }
    }


def test_a_direct_cost_comes_with_its_lines(api: Api) -> None:
    code = api.read(f"/v1.0/projects/{RIVERSIDE}/direct_costs/line_items")[0]["wbs_code_id"]
    lines = [{"wbs_code_id": code, "amount": "10.25"}, {"wbs_code_id": code, "amount": 5}]
    made = api.post(COSTS, new_cost(api, line_items=lines))
    assert (made["grand_total"], [each["amount"] for each in made["line_items"]]) == (
        "15.25",
        ["10.25", "5.0"],
    )
    flat = api.read(
        f"/v1.0/projects/{RIVERSIDE}/direct_costs/line_items?filters[direct_cost_id]={made['id']}"
    )
    assert [each["id"] for each in flat] == [each["id"] for each in made["line_items"]]


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"invoice_number": None}, 400, "invoice_number"),
        ({"vendor_id": 7}, 422, "vendor_id"),
        ({"direct_cost_type": "gift"}, 400, "direct_cost_type"),
        ({"line_items": [{}] * 101}, 422, "line_items"),
    ],
)
def test_what_does_not_fit_is_refused(api: Api, change: dict[str, Any], status: int, field: str) -> None:
    answer = api.write("POST", COSTS, new_cost(api, **change))
    assert (answer.status_code, [*answer.json["errors"]]) == (status, [field])  # type: ignore[index]


def test_a_line_that_is_refused_refuses_the_direct_cost(api: Api) -> None:
    code = api.read(f"/v1.0/projects/{RIVERSIDE}/direct_costs/line_items")[0]["wbs_code_id"]
    before = api.read(COSTS)
    twice = [{"wbs_code_id": code, "amount": 1, "origin_id": "the same"}] * 2
    answer = api.write("POST", COSTS, new_cost(api, line_items=twice))
    assert (answer.status_code, [*answer.json["errors"]]) == (422, ["origin_id"])  # type: ignore[index]
    assert api.read(COSTS) == before


def test_a_direct_cost_of_another_system_is_locked(api: Api) -> None:
    (locked,) = [each for each in api.read(COSTS) if each["origin_id"]]
    path = f"/v1.0/projects/{RIVERSIDE}/direct_costs/sync"
    body = api.patch(path, {"updates": [{"origin_id": locked["origin_id"], "description": "x"}]})
    assert body["entities"] == []
    assert body["errors"][0]["errors"] == {"base": ["It is kept by another system and cannot be changed."]}
