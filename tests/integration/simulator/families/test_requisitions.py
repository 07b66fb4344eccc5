from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.integration.simulator.families.api import MARCUS_ID, Api
from tests.integration.simulator.world import HARBOR, HOLLIS, RIVERSIDE

REQUISITIONS = f"/v1.1/requisitions?project_id={RIVERSIDE}"
STEEL = 562949953610014


def one(requisition_id: int, version: str = "v1.1", rest: str = "") -> str:
    return f"/{version}/requisitions/{requisition_id}{rest}?project_id={RIVERSIDE}"


def of_steel(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.read(f"{REQUISITIONS}&filters[commitment_id]={STEEL}")
    return found


def new(api: Api, *, by: int | None = None, **values: Any) -> Any:
    """A draft on the commitment for the steel, whose latest invoice is no longer open."""
    latest = of_steel(api)[-1]["id"]
    api.simulator.control("PATCH", f"/records/requisitions/{latest}", {"status": "approved"})
    body = {
        "project_id": RIVERSIDE,
        "commitment_id": STEEL,
        "requisition": {"invoice_number": "INV-7", **values},
    }
    return api.post("/v1.1/requisitions", body, **({} if by is None else {"by": by}))


def test_invoices_add_up_to_what_the_commitment_says(api: Api) -> None:
    commitment = api.read(f"/v1.0/work_order_contracts/{STEEL}?project_id={RIVERSIDE}")
    invoices = of_steel(api)
    claimed = sum(Decimal(each["total_claimed_amount"]) for each in invoices)
    assert claimed == Decimal(commitment["total_requisitions_amount"])
    payments = api.read(f"/v1.0/contract_payments?project_id={RIVERSIDE}&contract_id={STEEL}")
    assert sum(Decimal(each["amount"]) for each in payments) == Decimal(commitment["total_payments"])
    assert [each["requisition_id"] for each in payments] == [each["id"] for each in invoices]


def test_lines_and_summary_tie_to_the_cent(api: Api) -> None:
    invoices = of_steel(api)
    assert len(invoices) > 1
    for invoice in invoices:
        summary = api.read(one(invoice["id"]))["summary"]
        detail = api.read(one(invoice["id"], "v1.0", "/detail"))
        lines = detail["contract_items"] + detail["change_order_items"]
        for key, of in (
            ("work_completed_this_period", invoice["total_claimed_amount"]),
            ("total_completed_and_stored_to_date", summary["total_completed_and_stored_to_date"]),
            ("scheduled_value", summary["contract_sum_to_date"]),
        ):
            assert sum(Decimal(each[key]) for each in lines) == Decimal(of)


def test_one_invoice_is_told_with_its_percent_and_predecessor(api: Api) -> None:
    first, second = of_steel(api)[:2]
    assert (first["previous_requisition_id"], second["previous_requisition_id"]) == (None, first["id"])
    assert first["percent_complete"].endswith("%")
    assert "currency_configuration" not in first
    period = api.read(f"/v1.0/projects/{RIVERSIDE}/billing_periods/{first['period_id']}")
    assert period["start_date"] <= first["billing_date"] <= period["end_date"]


@pytest.mark.parametrize(
    ("query", "count"),
    [("filters[is_last]=true&per_page=100", 31), ("filters[status]=draft", 0), ("filters[origin_id]=x", 0)],
)
def test_filters(api: Api, query: str, count: int) -> None:
    assert len(api.read(f"{REQUISITIONS}&{query}")) == count


def test_thirty_are_on_a_page_and_items_in_their_view(api: Api) -> None:
    answer = api.get(REQUISITIONS)
    assert answer.headers["Per-Page"] == "30"
    assert "items" not in answer.json[0]  # type: ignore[index]
    assert api.read(f"{REQUISITIONS}&view=items&per_page=1")[0]["items"][0]["scheduled_value"]


def test_an_invoice_is_written_line_by_line(api: Api) -> None:
    line_id = api.read(one(of_steel(api)[0]["id"], "v1.0", "/contract_items"))[0]["line_item_id"]
    made = new(api, items=[{"line_item_id": line_id, "work_completed_this_period": "1000.10"}])
    assert (made["status"], made["number"], made["total_claimed_amount"]) == ("draft", 7, "1000.1")
    assert made["summary"]["current_payment_due"] == "900.09"
    line = api.read(one(made["id"], "v1.0", "/contract_items"))[0]
    body = {"requisition_items": [{"id": line["id"], "work_completed_this_period": 2000, "comment": "ok"}]}
    changed = api.patch(one(made["id"], "v1.0", "/bulk_item_update"), body)["requisition_items"][0]
    assert (changed["work_completed_this_period"], changed["comment"]) == ("2000.0", "ok")
    assert api.read(one(made["id"]))["total_claimed_amount"] == "2000.0"


def test_a_draft_does_not_count_until_it_is_handed_in(api: Api) -> None:
    path = f"/v1.0/work_order_contracts/{STEEL}?project_id={RIVERSIDE}"
    before = Decimal(api.read(path)["total_requisitions_amount"])
    line_id = api.read(one(of_steel(api)[0]["id"], "v1.0", "/contract_items"))[0]["line_item_id"]
    made = new(api, items=[{"line_item_id": line_id, "work_completed_this_period": "500"}])
    assert Decimal(api.read(path)["total_requisitions_amount"]) == before
    api.patch(one(made["id"]), {"requisition": {"status": "under_review"}})
    assert Decimal(api.read(path)["total_requisitions_amount"]) == before + 500


def test_others_than_administrators_change_only_what_is_theirs(api: Api) -> None:
    made = new(api, by=MARCUS_ID)
    body = {"requisition": {"status": "under_review"}}
    assert api.patch(one(made["id"]), body, by=MARCUS_ID)["status"] == "under_review"
    again = {"requisition": {"invoice_number": "INV-8"}}
    assert api.write("PATCH", one(made["id"]), again, by=MARCUS_ID).status_code == 403
    assert api.patch(one(made["id"]), again)["invoice_number"] == "INV-8"


def test_only_the_latest_open_one_can_be_changed(api: Api) -> None:
    first = of_steel(api)[0]["id"]
    answer = api.write("PATCH", one(first), {"requisition": {"invoice_number": "x"}})
    assert (answer.status_code, answer.json) == (
        422,
        {"errors": ["Only the latest open invoice can be changed."]},
    )
    new(api)
    body = {"project_id": RIVERSIDE, "commitment_id": STEEL, "requisition": {}}
    refused = api.write("POST", "/v1.1/requisitions", body)
    assert refused.json == {"errors": {"commitment_id": ["has an open invoice"]}}


def test_an_origin_id_locks_it_and_is_unique_in_the_company(api: Api) -> None:
    made = new(api, origin_id="ERP-1")
    answer = api.write("PATCH", one(made["id"]), {"requisition": {"invoice_number": "x"}})
    assert (answer.status_code, answer.json) == (
        422,
        {"errors": ["It is kept by another system and cannot be changed."]},
    )
    api.simulator.control("PATCH", f"/records/requisitions/{made['id']}", {"status": "approved"})
    body = {"project_id": RIVERSIDE, "commitment_id": STEEL, "requisition": {"origin_id": "ERP-1"}}
    taken = api.write("POST", "/v1.1/requisitions", body)
    assert (taken.status_code, taken.json) == (422, {"errors": {"origin_id": ["has already been taken"]}})


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"commitment_id": 7}, 422, "commitment_id"),
        ({"commitment_id": None}, 400, "commitment_id"),
        ({"requisition": {"status": "paid"}}, 400, "status"),
        ({"requisition": {"items": [{"id": 1}]}}, 422, "items"),
    ],
)
def test_what_does_not_fit_is_refused(api: Api, change: dict[str, Any], status: int, field: str) -> None:
    api.simulator.control("PATCH", f"/records/requisitions/{of_steel(api)[-1]['id']}", {"status": "approved"})
    body = {"project_id": RIVERSIDE, "commitment_id": STEEL, "requisition": {}, **change}
    answer = api.write("POST", "/v1.1/requisitions", body)
    assert (answer.status_code, [*answer.json["errors"]]) == (status, [field])  # type: ignore[index]


def test_a_payment_is_made_once_and_counts(api: Api) -> None:
    path = f"/v1.0/work_order_contracts/{STEEL}?project_id={RIVERSIDE}"
    before = Decimal(api.read(path)["total_payments"])
    payment = {"amount": "250.25", "date": "2026-11-20", "payment_method": "check", "check_number": "77"}
    made = api.post(
        f"/v1.0/contract_payments?project_id={RIVERSIDE}&contract_id={STEEL}", {"contract_payment": payment}
    )
    assert (made["amount"], made["check_number"]) == ("250.25", "77")
    assert Decimal(api.read(path)["total_payments"]) - before == Decimal("250.25")
    assert api.get(f"/v1.0/contract_payments?project_id={RIVERSIDE}").status_code == 400


def test_payment_details_and_documents(api: Api) -> None:
    base = f"/v2.0/companies/{HOLLIS}/projects/{RIVERSIDE}"
    invoice_id = of_steel(api)[0]["id"]
    path = f"{base}/requisitions/{invoice_id}/payment_details"
    body = api.patch(path, {"due_date": "2026-12-05"})
    assert body == {"data": {"id": str(invoice_id), "due_date": "2026-12-05"}}
    (paper,) = api.read(f"{base}/compliance/invoices/{invoice_id}/documents")["data"]
    assert (paper["id"], paper["type"]) == (str(invoice_id), "lien_waiver")
    assert api.read(one(invoice_id, "v1.0", "/contract_detail_items")) == []


def test_a_company_with_several_currencies_says_which(api: Api) -> None:
    path = f"/v1.0/work_order_contracts?project_id={HARBOR * 1000 + 1}"
    first, second, *_ = api.read(path, by=190001, company_id=HARBOR)
    assert first["currency_configuration"] == {
        "currency_iso_code": "CAD",
        "currency_exchange_rate": "0.7312",
        "base_currency_iso_code": "USD",
    }
    assert second["currency_configuration"]["currency_iso_code"] == "USD"
