"""Submittals, observations and punch items: their own rules."""

from __future__ import annotations

from typing import Any

import pytest

from embedded_app.simulator.events import Change
from tests.integration.simulator.families.api import MARCUS_ID, Api
from tests.integration.simulator.world import DANA_ID, HOLLIS, RIVERSIDE

SUBMITTALS = f"/v1.1/projects/{RIVERSIDE}/submittals"
OBSERVATIONS = "/v1.0/observations/items"
PUNCH = "/v1.1/punch_items"
IN_PROJECT = f"?project_id={RIVERSIDE}"


def test_a_submittal_is_created_with_the_next_number(api: Api) -> None:
    number = api.read(f"{SUBMITTALS}/next_available_number")["number"]
    values = {
        "number": number,
        "title": "Door samples",
        "specification_section_id": 34,
        "due_date": "2026-12-24",
    }
    made = api.post(SUBMITTALS, {"submittal": values})
    assert made["status"] == {"id": 1, "name": "Draft", "status": "Draft"}
    assert made["formatted_number"] == f"08 71 00-{number}.0"
    assert made["due_date"] == "2026-12-24"
    assert api.simulator.told == [Change(HOLLIS, RIVERSIDE, "Submittals", made["id"], "create", DANA_ID)]
    again = api.write("POST", SUBMITTALS, {"submittal": values})
    assert (again.status_code, again.json) == (422, {"errors": {"number": ["has already been taken"]}})
    assert api.read(f"{SUBMITTALS}/{made['id']}/revisions")[0]["id"] == made["id"]
    assert api.read(f"{SUBMITTALS}/{made['id']}/workflow_data") == {"approvers": []}


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("filters[status_id]=1", ["10"]),
        ("filters[number][]=2&filters[number][]=3", ["2", "3"]),
        ("filters[query]=switchgear", ["6"]),
        ("filters[required_on_site_date]=2001-01-01...2001-12-31", []),
        ("sort=-title&filters[number][]=1&filters[number][]=2", ["1", "2"]),
    ],
)
def test_submittals_are_filtered_and_sorted(api: Api, query: str, numbers: list[str]) -> None:
    assert [each["number"] for each in api.read(f"{SUBMITTALS}?{query}")] == numbers


def test_versions_of_a_submittal_differ_in_form_alone(api: Api) -> None:
    newer = api.read(f"/v2.0/companies/{HOLLIS}/projects/{RIVERSIDE}/submittals?per_page=100")["data"]
    older = api.read(f"{SUBMITTALS}?per_page=100")
    assert [int(each["id"]) for each in newer] == [each["id"] for each in older]
    assert newer[0]["status"]["id"] == str(older[0]["status"]["id"])
    assert isinstance(newer[0]["submittal_manager"]["id"], str)


def test_private_records_are_for_those_on_them_and_deleted_ones_for_nobody(api: Api) -> None:
    numbers = {each["number"] for each in api.read(SUBMITTALS)}
    assert "5" in numbers
    assert "9" not in numbers
    assert "5" not in {each["number"] for each in api.read(SUBMITTALS, by=None)}
    seen = {each["number"] for each in api.read(OBSERVATIONS + IN_PROJECT)}
    assert seen == {1, 2, 3, 4, 5, 7, 8}
    assert 4 not in {each["number"] for each in api.read(OBSERVATIONS + IN_PROJECT, by=None)}


@pytest.mark.parametrize("wrap", [True, False])
def test_an_observation_is_created_whether_it_is_wrapped_or_not(api: Api, *, wrap: bool) -> None:
    values = {"name": "Open edge", "type_id": 21, "priority": "High", "assignee_id": MARCUS_ID}
    body = {"project_id": RIVERSIDE, **({"observation": values} if wrap else values)}
    made = api.post(OBSERVATIONS, body)
    assert made["type"] == {"id": 21, "category": "Safety", "name": "Fall protection"}
    assert (made["number"], made["status"], made["assignee"]["id"]) == (9, "initiated", MARCUS_ID)


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"name": ""}, 400, "name"),
        ({"type_id": None}, 400, "type_id"),
        ({"type_id": 7}, 422, "type_id"),
        ({"priority": "high"}, 400, "priority"),
    ],
)
def test_an_observation_that_does_not_fit_is_refused(
    api: Api, change: dict[str, Any], status: int, field: str
) -> None:
    body = {"project_id": RIVERSIDE, "observation": {"name": "x", "type_id": 21, **change}}
    answer = api.write("POST", OBSERVATIONS, body)
    assert (answer.status_code, [*answer.json["errors"]]) == (status, [field])  # type: ignore[index]


def test_statuses_of_observations_are_filtered_by_their_numbers(api: Api) -> None:
    for number, status in enumerate(("initiated", "ready_for_review", "not_accepted", "closed")):
        found = api.read(f"{OBSERVATIONS}{IN_PROJECT}&filters[status][]={number}")
        assert {each["status"] for each in found} == {status}


def test_closing_an_observation_says_when(api: Api) -> None:
    made = api.post(OBSERVATIONS, {"project_id": RIVERSIDE, "observation": {"name": "x", "type_id": 22}})
    path = f"{OBSERVATIONS}/{made['id']}{IN_PROJECT}"
    assert api.patch(path, {"observation": {"status": "closed"}})["closed_at"]
    assert api.patch(path, {"observation": {"status": "not_accepted"}})["closed_at"] is None
    logs = f"{OBSERVATIONS}/{made['id']}/response_logs{IN_PROJECT}"
    log = api.post(logs, {"response_log": {"comment": "No."}})
    assert [each["id"] for each in api.read(logs)] == [log["id"]]
    assert [each["id"] for each in api.read(f"/v1.0/observations/types{IN_PROJECT}")] == [21, 22, 23, 24, 25]


def test_the_status_of_a_punch_item_follows_its_workflow(api: Api) -> None:
    values = {"name": "Paint", "assignee_ids": [MARCUS_ID]}
    made = api.post(PUNCH, {"project_id": RIVERSIDE, "punch_item": values})
    assert (made["status"], made["workflow_status"]) == ("Open", "initiated")
    assert [each["id"] for each in made["ball_in_court"]] == [MARCUS_ID]
    draft = api.post(PUNCH, {"project_id": RIVERSIDE, "name": "Later", "workflow_status": "draft"})
    assert (draft["status"], draft["number"]) == ("Pending", made["number"] + 1)
    refused = api.write("POST", PUNCH, {"project_id": RIVERSIDE, "punch_item": {"priority": "huge"}})
    assert refused.status_code == 400


@pytest.mark.parametrize(
    ("tool", "path", "body"),
    [
        ("submittals", SUBMITTALS, {"submittal": {"number": "99"}}),
        (
            "observations",
            OBSERVATIONS,
            {"project_id": RIVERSIDE, "observation": {"name": "x", "type_id": 21}},
        ),
        ("punch_list", PUNCH, {"project_id": RIVERSIDE, "punch_item": {"name": "x"}}),
    ],
)
def test_creating_needs_standard(api: Api, tool: str, path: str, body: object) -> None:
    api.level(tool, "Read Only")
    assert api.write("POST", path, body, by=MARCUS_ID).status_code == 403
    api.level(tool, "Standard")
    assert api.write("POST", path, body, by=MARCUS_ID).status_code == 201
