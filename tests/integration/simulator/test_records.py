from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.fakes.simulator_process import Answer, SimulatorProcess
from tests.integration.simulator.world import CASCADIA, DANA, HARBOR, HOLLIS, NORTHGATE, NUMBERLESS, RIVERSIDE

SUBCONTRACTS = f"/rest/v1.0/work_order_contracts?project_id={RIVERSIDE}"
ORDERS = f"/rest/v1.0/purchase_order_contracts?project_id={RIVERSIDE}"
MONEY = re.compile(r"-?\d+\.\d+")
AMOUNTS = (
    "grand_total",
    "approved_change_orders",
    "pending_change_orders",
    "draft_change_orders_amount",
    "revised_contract",
    "total_requisitions_amount",
    "total_payments",
    "remaining_balance_outstanding",
)


def read(simulator: SimulatorProcess, path: str, company_id: int = HOLLIS) -> Answer:
    answer = simulator.get(path, simulator.access_token(DANA), company_id)
    assert answer.status == 200, answer.text
    return answer


def subcontract(simulator: SimulatorProcess, number: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        each for each in read(simulator, f"{SUBCONTRACTS}&per_page=100").json if each["number"] == number
    )
    return found


def test_the_region_tells_where_the_pages_are(simulator: SimulatorProcess) -> None:
    simulator.install(CASCADIA)
    expected = {HOLLIS: ("us02", "us02.procore.localhost"), CASCADIA: ("us01", "app.procore.localhost")}
    for company_id, (zone, host) in expected.items():
        answer = read(simulator, "/rest/v1.0/company_base_url", company_id)
        assert answer.json == {"zone": zone, "web_base_url": f"http://{host}:{simulator.port}"}


def test_projects_have_64_bit_ids_and_nulls(simulator: SimulatorProcess) -> None:
    projects = {each["id"]: each for each in read(simulator, f"/rest/v1.1/projects?company_id={HOLLIS}").json}
    assert projects[RIVERSIDE]["project_number"] == "21-0417"
    assert projects[RIVERSIDE]["company"] == {"id": HOLLIS, "name": "Hollis & Grant Builders"}
    assert projects[NUMBERLESS]["project_number"] is None
    assert min(projects) > 2**32


def test_the_list_of_a_company_has_its_projects_in_brief(simulator: SimulatorProcess) -> None:
    whole = read(simulator, f"/rest/v1.1/projects?company_id={HOLLIS}&filters[by_status]=All").json
    brief = read(simulator, f"/rest/v1.0/companies/{HOLLIS}/projects").json
    assert [each["id"] for each in brief] == [each["id"] for each in whole]
    assert {(each["status_name"], each["stage_name"]) for each in brief} == {
        ("Active", "Course of Construction")
    }
    foreign = f"/rest/v1.0/companies/{NORTHGATE}/projects"
    assert simulator.get(foreign, simulator.access_token(DANA), HOLLIS).status == 403


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("filters[project_number]=21-0388", ["Harbor Point Office Tower"]),
        ("filters[name]=lakeview", ["Lakeview Elementary Modernization"]),
        (f"filters[id][]={RIVERSIDE}", ["Riverside Medical Center — Phase 2"]),
        ("filters[by_status]=Inactive", []),
        ("filters[origin_id]=x", []),
        (
            "filters[updated_at]=2026-11-01...2026-12-01&sort=-name&per_page=1",
            ["Riverside Medical Center — Phase 2"],
        ),
        ("filters[updated_at]=2020-01-01T00:00:00Z...2020-12-31T00:00:00Z", []),
    ],
)
def test_projects_are_filtered_and_sorted(simulator: SimulatorProcess, query: str, names: list[str]) -> None:
    answer = read(simulator, f"/rest/v1.1/projects?company_id={HOLLIS}&{query}")
    assert [each["name"] for each in answer.json] == names


def test_a_filter_that_is_not_documented_is_ignored_and_noted(simulator: SimulatorProcess) -> None:
    answer = read(simulator, f"/rest/v1.1/projects?company_id={HOLLIS}&per_page=10&filters[colour]=red")
    assert len(answer.json) == 5
    assert simulator.requests()[-1]["breaches"] == ["unknown_filter"]


def test_project_views_differ(simulator: SimulatorProcess) -> None:
    path = f"/rest/v1.0/projects/{RIVERSIDE}?company_id={HOLLIS}"
    assert read(simulator, f"{path}&view=ids").json == {"id": RIVERSIDE}
    assert "description" in read(simulator, path).json
    assert "time_zone" not in read(simulator, f"{path}&view=minimal").json


def test_pages_tell_total_size_and_neighbours(simulator: SimulatorProcess) -> None:
    everything = read(simulator, f"{SUBCONTRACTS}&per_page=100").json
    path: str | None = f"{SUBCONTRACTS}&per_page=10"
    collected = []
    relations = []
    while path:
        answer = read(simulator, path)
        assert answer.headers["total"] == str(len(everything))
        assert answer.headers["per-page"] == "10"
        links = {rel: url for url, rel in re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers["link"])}
        relations.append(set(links))
        collected += answer.json
        parts = urlsplit(links.get("next", ""))
        path = f"{parts.path}?{parts.query}" if parts.path else None
    assert collected == everything
    assert relations[0] == {"first", "next", "last"}
    assert relations[1] == {"first", "prev", "next", "last"}
    assert relations[-1] == {"first", "prev", "last"}


def test_past_the_end_there_is_an_empty_page(simulator: SimulatorProcess) -> None:
    answer = read(simulator, f"{SUBCONTRACTS}&per_page=100&page=9")
    assert answer.json == []
    assert 'rel="next"' not in answer.headers["link"]


def test_the_largest_page_is_the_endpoints(simulator: SimulatorProcess) -> None:
    assert (
        read(simulator, f"/rest/v1.1/projects?company_id={HOLLIS}&per_page=5000").headers["per-page"] == "300"
    )
    assert read(simulator, f"{SUBCONTRACTS}&per_page=5000").headers["per-page"] == "2000"


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "per_page=-1",
        "page=x",
        "per_page=%D9%A2",
        f"page={'9' * 30}",
        "filters[updated_at]=yesterday",
    ],
)
def test_malformed_paging_and_ranges_are_400(simulator: SimulatorProcess, query: str) -> None:
    answer = simulator.get(f"{SUBCONTRACTS}&{query}", simulator.access_token(DANA), HOLLIS)
    assert answer.status == 400


def test_a_list_read_without_a_page_size_is_noted(simulator: SimulatorProcess) -> None:
    read(simulator, SUBCONTRACTS)
    assert simulator.requests()[-1]["breaches"] == ["unpaged_list"]
    read(simulator, f"{SUBCONTRACTS}&per_page=100")
    assert simulator.requests()[-1]["breaches"] == []


@pytest.mark.parametrize("path", [SUBCONTRACTS, ORDERS])
def test_commitments_write_money_as_strings_that_tie(simulator: SimulatorProcess, path: str) -> None:
    found = read(simulator, f"{path}&per_page=100").json
    assert len(found) > 5
    for each in found:
        assert all(MONEY.fullmatch(each[name]) for name in AMOUNTS)
        amounts = {name: Decimal(each[name]) for name in AMOUNTS}
        assert amounts["revised_contract"] == amounts["grand_total"] + amounts["approved_change_orders"]
        assert "currency_configuration" not in each


def test_the_commitment_everybody_knows(simulator: SimulatorProcess) -> None:
    steel = subcontract(simulator, "SC-014")
    assert (steel["title"], steel["vendor"]["company"]) == (
        "Structural steel",
        "Cascade Steel Erectors, Inc.",
    )
    assert (steel["grand_total"], steel["revised_contract"]) == ("6480000.0", "6842500.0")
    assert steel["created_at"].endswith("Z")


def test_nulls_are_nulls_and_optional_keys_are_missing(simulator: SimulatorProcess) -> None:
    cleaning = subcontract(simulator, "SC-030")
    assert (cleaning["vendor"], cleaning["description"], cleaning["retainage_percent"]) == (None, None, None)
    assert "delivery_date" not in cleaning
    assert "origin_data" not in cleaning
    assert "delivery_date" in read(simulator, f"{ORDERS}&per_page=1").json[0]


def test_descriptions_are_html_as_people_left_it(simulator: SimulatorProcess) -> None:
    assert "<script>" in subcontract(simulator, "SC-013")["description"]


def test_commitments_are_filtered(simulator: SimulatorProcess) -> None:
    complete = read(simulator, f"{SUBCONTRACTS}&per_page=100&filters[status]=Complete").json
    assert {each["status"] for each in complete} == {"Complete"}
    one = read(simulator, f"{SUBCONTRACTS}&per_page=100&filters[id][]={complete[0]['id']}").json
    assert one == complete[:1]
    assert read(simulator, f"{SUBCONTRACTS}&per_page=100&filters[include_deleted]=only").json == []
    simulator.edit("contracts", one[0]["id"], origin_id="ERP-1")
    by_origin = read(simulator, f"{SUBCONTRACTS}&per_page=100&filters[origin_id]=ERP-1").json
    assert [each["id"] for each in by_origin] == [one[0]["id"]]


def test_lines_add_up_to_the_commitment(simulator: SimulatorProcess) -> None:
    steel = subcontract(simulator, "SC-014")
    path = f"/rest/v1.0/work_order_contracts/{steel['id']}"
    lines = read(simulator, f"{path}/line_items?project_id={RIVERSIDE}&per_page=100").json
    assert sum(Decimal(line["amount"]) for line in lines) == Decimal(steel["grand_total"])
    assert lines[0]["wbs_code"]["flat_code"].startswith(lines[0]["cost_code"]["full_code"])
    shown = read(simulator, f"{path}?project_id={RIVERSIDE}").json
    assert shown["line_items"] == lines
    assert "line_items" not in read(simulator, f"{path}?project_id={RIVERSIDE}&view=compact").json


def test_a_commitment_is_of_its_kind_and_its_project(simulator: SimulatorProcess) -> None:
    token = simulator.access_token(DANA)
    steel = subcontract(simulator, "SC-014")["id"]
    for path in (
        f"/rest/v1.0/purchase_order_contracts/{steel}?project_id={RIVERSIDE}",
        f"/rest/v1.0/work_order_contracts/{steel}?project_id={RIVERSIDE + 1}",
        f"/rest/v1.0/work_order_contracts/1?project_id={RIVERSIDE}",
    ):
        assert simulator.get(path, token, HOLLIS).status == 404


def test_the_project_is_required(simulator: SimulatorProcess) -> None:
    answer = simulator.get("/rest/v1.0/work_order_contracts", simulator.access_token(DANA), HOLLIS)
    assert (answer.status, answer.json) == (400, {"errors": {"project_id": ["is required"]}})


def test_both_kinds_are_listed_thin(simulator: SimulatorProcess) -> None:
    thin = read(simulator, f"/rest/v1.0/commitments?project_id={RIVERSIDE}&per_page=100").json
    assert {each["number"][:2] for each in thin} == {"SC", "PO"}
    assert "grand_total" not in thin[0]
    assert thin[0]["vendor"].keys() == {"id", "name"}


def test_version_2_answers_in_its_envelope_and_its_error_shape(simulator: SimulatorProcess) -> None:
    steel = subcontract(simulator, "SC-014")
    base = f"/rest/v2.0/companies/{HOLLIS}/projects/{RIVERSIDE}/commitment_contracts"
    summary = read(simulator, f"{base}/{steel['id']}/summary").json
    assert summary["data"]["approved_change_total"] == steel["approved_change_orders"]
    missing = simulator.get(f"{base}/1/summary", simulator.access_token(DANA), HOLLIS)
    assert (missing.status, missing.json["error"]["code"]) == (404, "404")


def test_change_orders_belong_to_their_commitment(simulator: SimulatorProcess) -> None:
    steel = subcontract(simulator, "SC-014")
    path = f"/rest/v1.0/projects/{RIVERSIDE}/commitment_change_orders"
    changes = read(simulator, f"{path}?per_page=100&filters[contract_id]={steel['id']}").json
    assert len(changes) == 3
    assert all("SC-014" in each["number"] for each in changes)
    approved = sum(Decimal(each["grand_total"]) for each in changes if each["status"] == "approved")
    assert approved == Decimal(steel["approved_change_orders"])
    by_vendor = read(simulator, f"{path}?per_page=100&filters[vendor_id]={steel['vendor']['id']}").json
    assert {each["id"] for each in changes} <= {each["id"] for each in by_vendor}
    assert read(simulator, f"{path}/{changes[0]['id']}").json["title"] == changes[0]["title"]


def test_vendors_of_company_and_project(simulator: SimulatorProcess) -> None:
    company = read(simulator, f"/rest/v1.0/vendors?company_id={HOLLIS}&per_page=1000").json
    project = read(simulator, f"/rest/v1.1/projects/{NUMBERLESS}/vendors?per_page=1000").json
    assert {each["id"] for each in project} < {each["id"] for each in company}
    found = read(
        simulator, f"/rest/v1.0/vendors?company_id={HOLLIS}&per_page=10&filters[search]=norwood"
    ).json
    assert [each["name"] for each in found] == ["Norwood Glass Systems"]
    one = read(simulator, f"/rest/v1.0/vendors/{found[0]['id']}?company_id={HOLLIS}&view=compact").json
    assert one == {"id": found[0]["id"], "name": "Norwood Glass Systems"}


def test_insurances_of_company_vendor_and_project(simulator: SimulatorProcess) -> None:
    everything = read(simulator, f"/rest/v1.0/companies/{HOLLIS}/insurances?per_page=2000").json
    vendor_id = everything[0]["vendor_id"]
    of_vendor = [each for each in everything if each["vendor_id"] == vendor_id]
    assert MONEY.fullmatch(of_vendor[0]["limit"])
    for place in (f"companies/{HOLLIS}", f"projects/{RIVERSIDE}"):
        path = f"/rest/v1.0/{place}/vendors/{vendor_id}/insurances?per_page=100"
        assert read(simulator, path).json == of_vendor


def test_cost_codes_of_a_project(simulator: SimulatorProcess) -> None:
    codes = read(simulator, f"/rest/v1.0/cost_codes?project_id={RIVERSIDE}&per_page=200").json
    assert len(codes) > 10
    assert all(each["full_code"].endswith(f"-{each['code']}") for each in codes)


def test_installations_and_configurations(simulator: SimulatorProcess) -> None:
    installed = read(simulator, f"/rest/v1.0/app_installations?company_id={HOLLIS}&per_page=10").json[0]
    assert (installed["status"], installed["installer"]["login"]) == ("installed", DANA)
    assert installed["installer"].keys() == {
        *("id", "login", "name", "is_active", "contact_id", "company_name")
    }
    one = read(simulator, f"/rest/v1.0/app_installations/{installed['id']}?company_id={HOLLIS}").json
    assert (one["id"], one["app_version_id"], one["components"]) == (
        installed["id"],
        100,
        ["oauth", "fullscreen", "sidepanel"],
    )
    path = f"/rest/v1.0/companies/{HOLLIS}/app_configurations"
    query = f"per_page=10&filters[project_id]={RIVERSIDE}&filters[app_installation_id]={installed['id']}"
    configured = read(simulator, f"{path}?{query}").json
    assert [each["applies_to_all_projects"] for each in configured] == [True]
    assert read(simulator, f"{path}/{configured[0]['id']}").json == configured[0]
    other = simulator.get(f"{path}/2", simulator.access_token(DANA), HOLLIS)
    assert other.status == 404  # it is Harbor's
    harbor = read(simulator, f"/rest/v1.0/companies/{HARBOR}/app_configurations?per_page=10", HARBOR)
    assert [each["id"] for each in harbor.json] == [2]
