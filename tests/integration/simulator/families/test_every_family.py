"""What holds for the list and the records of every family."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest

from tests.integration.simulator.families.api import MARCUS_ID, Api
from tests.integration.simulator.world import HARBOR, HOLLIS, RIVERSIDE

OTHER = RIVERSIDE + 2
STEEL = 562949953610014  # SC-014
NOVEMBER = "start_date=2026-11-01&end_date=2026-11-20"
PRIME = 562949953610001
BUDGET_VIEW = HOLLIS * 10 + 1
TWO_TIERS, THREE_TIERS = RIVERSIDE + 1, RIVERSIDE + 3
V1 = f"/v1.0/projects/{RIVERSIDE}"
V2 = f"/v2.0/companies/{HOLLIS}/projects/{RIVERSIDE}"


class Listed(NamedTuple):
    """Where a family is listed, and whose permission it needs; `project_id` is None for a company's."""

    path: str
    tool: str
    project_id: int | None = RIVERSIDE

    def with_query(self, query: str) -> str:
        return f"{self.path}{'&' if '?' in self.path else '?'}{query}"


LISTS = (
    Listed(f"/v1.0/work_order_contracts?project_id={RIVERSIDE}", "commitments"),
    Listed(f"/v1.0/purchase_order_contracts?project_id={RIVERSIDE}", "commitments"),
    Listed(f"/v1.0/commitments?project_id={RIVERSIDE}", "commitments"),
    Listed(f"/v1.0/work_order_contracts/{STEEL}/line_items?project_id={RIVERSIDE}", "commitments"),
    Listed(f"{V2}/commitment_contracts", "commitments"),
    Listed(f"{V2}/commitment_contracts/{STEEL}/line_items", "commitments"),
    Listed(f"{V1}/commitment_change_orders", "commitments"),
    Listed(f"/v1.0/change_order_packages?project_id={RIVERSIDE}", "commitments"),
    Listed(f"/v1.0/potential_change_orders?project_id={TWO_TIERS}", "commitments", TWO_TIERS),
    Listed(f"/v1.0/change_order_requests?project_id={THREE_TIERS}", "commitments", THREE_TIERS),
    Listed(f"/v1.1/requisitions?project_id={RIVERSIDE}", "commitments"),
    Listed(f"/v1.0/contract_payments?project_id={RIVERSIDE}&contract_id={STEEL}", "commitments"),
    Listed(f"{V1}/billing_periods", "commitments"),
    Listed(f"/v1.0/prime_contracts?project_id={RIVERSIDE}", "prime_contracts"),
    Listed(f"/v1.0/prime_contract?project_id={RIVERSIDE}", "prime_contracts"),
    Listed(f"{V2}/prime_contracts", "prime_contracts"),
    Listed(f"/v1.0/prime_contracts/{PRIME}/line_items?project_id={RIVERSIDE}", "prime_contracts"),
    Listed(f"{V1}/prime_change_orders", "prime_contracts"),
    Listed(f"/v1.0/payment_applications?project_id={RIVERSIDE}", "prime_contracts"),
    Listed(f"/v1.1/budget_line_items?project_id={RIVERSIDE}", "budget"),
    Listed(f"/v1.0/budget_views/{BUDGET_VIEW}/detail_rows?project_id={RIVERSIDE}", "budget"),
    Listed(f"/v1.1/projects/{RIVERSIDE}/direct_costs", "direct_costs"),
    Listed(f"{V1}/direct_costs/line_items", "direct_costs"),
    Listed(f"/v1.1/projects/{RIVERSIDE}/submittals", "submittals"),
    Listed(f"{V1}/submittals", "submittals"),
    Listed(f"{V2}/submittals", "submittals"),
    Listed(f"/v1.0/observations/items?project_id={RIVERSIDE}", "observations"),
    Listed(f"/v1.1/punch_items?project_id={RIVERSIDE}", "punch_list"),
    Listed(f"{V1}/manpower_logs?{NOVEMBER}", "daily_log"),
    Listed(f"/v1.1/projects/{RIVERSIDE}/daily_logs/weather_logs?{NOVEMBER}", "daily_log"),
    Listed(f"{V1}/users", "directory"),
    Listed(f"/v1.3/companies/{HOLLIS}/users", "directory", None),
    Listed(f"{V1}/work_breakdown_structure/wbs_codes", "home"),
    Listed(f"{V2}/wbs/codes", "home"),
    Listed(f"{V1}/rfis", "rfi"),
    Listed(f"{V1}/locations", "home"),
)


def rows(body: Any) -> list[dict[str, Any]]:
    """The records of a list of either version."""
    found: list[dict[str, Any]] = body["data"] if isinstance(body, dict) else body
    return found


@pytest.fixture(params=LISTS, ids=lambda each: each.path)
def listed(request: pytest.FixtureRequest) -> Listed:
    found: Listed = request.param
    return found


def test_pages_make_the_whole_and_the_one_past_the_end_is_empty(api: Api, listed: Listed) -> None:
    whole = rows(api.read(listed.with_query("per_page=100")))
    assert whole
    first = api.get(listed.with_query("per_page=1"))
    total = int(first.headers["Total"])
    assert (min(total, 100), first.headers["Per-Page"]) == (len(whole), "1")
    following = re.search(r'/rest([^>]*)>; rel="next"', first.headers["Link"])
    assert bool(following) is (total > 1)
    second = rows(api.read(following[1])) if following else []
    assert rows(first.json) + second == whole[:2]
    past = api.get(listed.with_query(f"per_page=1&page={total + 1}"))
    assert (past.status_code, rows(past.json)) == (200, [])
    assert 'rel="next"' not in past.headers["Link"]


def test_ids_are_strings_in_version_2_and_exceed_32_bits(api: Api, listed: Listed) -> None:
    for record in rows(api.read(listed.with_query("per_page=100"))):
        assert isinstance(record["id"], str if listed.path.startswith("/v2") else int)
        assert int(record["id"]) > 2**32 or "users" in listed.path  # people are the same in every region


@pytest.mark.parametrize(("level", "status"), [("None", 403), ("Read Only", 200), ("Admin", 200)])
def test_reading_needs_read_only_in_the_tool(api: Api, listed: Listed, level: str, status: int) -> None:
    api.level(listed.tool, level)
    assert api.get(listed.path, by=MARCUS_ID).status_code == status


def test_a_tool_that_is_off_is_closed_to_everybody(api: Api, listed: Listed) -> None:
    if listed.project_id is not None:
        api.switch_off(listed.tool, listed.project_id)
        assert api.get(listed.path).status_code == 403


def test_another_company_finds_nothing(api: Api, listed: Listed) -> None:
    status = 403 if f"companies/{HOLLIS}" in listed.path or "company_id" in listed.path else 404
    assert api.get(listed.path, company_id=HARBOR).status_code == status


def test_the_service_account_reads(api: Api, listed: Listed) -> None:
    assert rows(api.read(listed.path, by=None))


def test_what_is_not_documented_as_a_filter_is_ignored(api: Api, listed: Listed) -> None:
    assert rows(api.read(listed.with_query("filters[colour]=red"))) == rows(api.read(listed.path))


def test_a_record_of_another_project_does_not_exist(api: Api, listed: Listed) -> None:
    record = rows(api.read(listed.path))[0]
    is_person = "users" in listed.path  # who may be in several projects
    if listed.project_id is not None and not is_person:
        path, question, query = listed.path.replace(str(listed.project_id), str(OTHER)).partition("?")
        assert api.get(f"{path}/{record['id']}{question}{query}").status_code == 404


def test_the_company_is_that_of_the_header(api: Api, listed: Listed) -> None:
    assert api.get(listed.path, company_id=HOLLIS).status_code == 200
