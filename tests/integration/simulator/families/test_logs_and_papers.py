"""Daily logs, compliance of commitments, and people: their own rules."""

from __future__ import annotations

import pytest

from tests.integration.simulator.families.api import MARCUS_ID, Api
from tests.integration.simulator.world import DANA_ID, HOLLIS, RIVERSIDE

LOGS = f"/v1.0/projects/{RIVERSIDE}/manpower_logs"
COUNTS = f"/v1.1/projects/{RIVERSIDE}/daily_logs/counts"
STEEL = f"/v1.0/projects/{RIVERSIDE}/work_order_contracts/562949953610014/compliance"


def test_logs_are_those_of_the_days_asked_for(api: Api) -> None:
    day = api.read(f"{LOGS}?log_date=2026-11-19")
    assert [each["date"] for each in day] == ["2026-11-19"] * 2
    week = api.read(f"{LOGS}?start_date=2026-11-16&end_date=2026-11-20")
    assert len(week) == 10
    assert isinstance(week[0]["num_workers"], int)
    assert isinstance(week[0]["man_hours"], str)
    assert api.get(f"{LOGS}?log_date=yesterday").status_code == 400


def test_without_a_date_todays_are_listed(api: Api) -> None:
    made = api.post(LOGS, {"manpower_log": {"num_workers": 4, "num_hours": "7.5"}})
    assert [each["id"] for each in api.read(LOGS) if each["id"] == made["id"]] == [made["id"]]
    path = f"{LOGS}/{made['id']}"
    assert api.patch(path, {"manpower_log": {"num_workers": 5}})["num_workers"] == 5
    assert api.write("DELETE", path).status_code == 204
    assert api.get(path).status_code == 404


def test_a_log_whose_date_was_lost_is_of_no_day(api: Api) -> None:
    """A date that cannot be read is stored as null (section 4.7)."""
    made = api.post(LOGS, {"manpower_log": {"num_workers": 4}})
    assert api.patch(f"{LOGS}/{made['id']}", {"manpower_log": {"date": "tomorrow"}})["date"] is None
    assert made["id"] not in [each["id"] for each in api.read(f"{LOGS}?start_date=2000-01-01")]


def test_counts_are_those_of_the_lists_in_either_shape(api: Api) -> None:
    query = "start_date=2026-11-16&end_date=2026-11-20"
    by_kind = api.read(f"{COUNTS}?{query}")
    assert by_kind["manpower_logs"] == len(api.read(f"{LOGS}?{query}"))
    assert by_kind["weather_logs"] == 5
    api.simulator.control("PATCH", "/switches", {"daily_log_counts": "list"})
    assert {each["name"]: each["count"] for each in api.read(f"{COUNTS}?{query}")} == by_kind
    api.switch_off("daily_log")
    assert api.get(COUNTS).status_code == 403


def test_compliance_follows_from_the_vendors_insurances_unless_it_is_set(api: Api) -> None:
    before = api.read(STEEL)
    assert before["derived_insurance_status"] == before["insurance_status"]
    assert {each["insurance_type"] for each in before["insurance_documents"]} == {
        "General Liability",
        "Workers Compensation",
    }
    after = api.patch(STEEL, {"insurance_status": "not_required", "insurance_notes": "Waived."})
    assert (after["insurance_status"], after["insurance_notes"]) == ("not_required", "Waived.")
    assert after["derived_insurance_status"] == before["derived_insurance_status"]
    assert after["updated_by_id"] == DANA_ID
    assert api.write("PATCH", STEEL, {"insurance_status": "fine"}).status_code == 400
    api.level("commitments", "Standard")
    assert api.write("PATCH", STEEL, {"insurance_notes": "x"}, by=MARCUS_ID).status_code == 403
    assert api.get(STEEL.replace("work_order", "purchase_order")).status_code == 404


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("filters[search]=okaf", []),
        ("filters[search]=Marcus", ["Marcus Oyelaran"]),
        ("sort=-name&per_page=1", ["Sean O'Malley"]),
    ],
)
def test_people_are_searched_and_sorted(api: Api, query: str, names: list[str]) -> None:
    path = f"/v1.3/companies/{HOLLIS}/users?{query}"
    assert [each["name"] for each in api.read(path)] == names


def test_a_project_user_alone_has_no_null_keys(api: Api) -> None:
    path = f"/v1.0/projects/{RIVERSIDE}/users"
    assert "mobile_phone" in api.read(path)[0]
    alone = api.read(f"{path}/{MARCUS_ID}")
    assert None not in alone.values()
    assert (alone["first_name"], alone["last_name"]) == ("Marcus", "Oyelaran")
    assert "job_title" not in api.read(f"{path}?view=compact")[0]
