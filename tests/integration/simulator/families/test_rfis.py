from __future__ import annotations

from typing import Any

import pytest

from embedded_app.simulator.events import Change
from tests.integration.simulator.families.api import MARCUS_ID, Api
from tests.integration.simulator.world import DANA_ID, HOLLIS, RIVERSIDE

RFIS = f"/v1.0/projects/{RIVERSIDE}/rfis"
NEW: dict[str, Any] = {
    "subject": "Embed plates",
    "rfi_manager_id": DANA_ID,
    "question": {"body": "<p>Which ones?</p>"},
    "assignee_ids": [MARCUS_ID],
}


def test_an_rfi_is_created_and_told(api: Api) -> None:
    api.level("rfi", "Standard")
    made = api.post(RFIS, {"rfi": {**NEW, "due_date": "2026-12-01"}}, by=MARCUS_ID)
    assert (made["status"], made["due_date"], made["created_by"]["id"]) == ("open", "2026-12-01", MARCUS_ID)
    assert made["questions"][0]["plain_text_body"] == "Which ones?"
    assert made["id"] > 2**32
    assert api.simulator.told == [Change(HOLLIS, RIVERSIDE, "RFIs", made["id"], "create", MARCUS_ID)]
    listed = api.read(f"{RFIS}?filters[id][]={made['id']}")
    assert listed[0]["assignees"] == [
        {
            "id": MARCUS_ID,
            "login": "marcus.oyelaran@hollisgrant.example",
            "name": "Marcus Oyelaran",
            "locale": None,
            "response_required": False,
        }
    ]


def test_a_form_is_as_good_as_json(api: Api) -> None:
    form = {
        "rfi[subject]": "By form",
        "rfi[rfi_manager_id]": str(DANA_ID),
        "rfi[question][body]": "Which?",
        "rfi[assignee_ids][]": [str(MARCUS_ID)],
    }
    answer = api.simulator.call("POST", RFIS, user_id=DANA_ID, company_id=HOLLIS, data=form)
    assert answer.status_code == 201, answer.text


def test_a_form_that_contradicts_itself_is_refused(api: Api) -> None:
    form = {"rfi": "1", "rfi[subject]": "Which?"}
    answer = api.simulator.call("POST", RFIS, user_id=DANA_ID, company_id=HOLLIS, data=form)
    assert (answer.status_code, answer.json) == (400, {"errors": {"rfi": ["is both a value and an object"]}})


@pytest.mark.parametrize(
    ("change", "status", "errors"),
    [
        ({"assignee_ids": []}, 422, {"assignees": ["required"]}),
        ({"assignee_ids": [7]}, 422, {"assignee_ids": ["is invalid"]}),
        ({"assignee_ids": "all"}, 400, {"assignee_ids": ["is not a list"]}),
        ({"subject": None}, 400, {"subject": ["required"]}),
        ({"question": {}}, 400, {"question": ["body is required"]}),
        ({"rfi_manager_id": "me"}, 400, {"rfi_manager_id": ["is not a whole number"]}),
        ({"required_assignee_ids": [DANA_ID]}, 422, {"required_assignees": ["must be assignees"]}),
    ],
)
def test_what_does_not_fit_is_refused(
    api: Api, change: dict[str, Any], status: int, errors: dict[str, list[str]]
) -> None:
    answer = api.write("POST", RFIS, {"rfi": {**NEW, **change}})
    assert (answer.status_code, answer.json) == (status, {"errors": errors})
    assert api.simulator.told == []


@pytest.mark.parametrize("body", [{}, {"rfi": []}, {"RFI": NEW}])
def test_the_body_is_wrapped(api: Api, body: object) -> None:
    assert api.write("POST", RFIS, body).json == {"errors": {"rfi": ["is required"]}}


@pytest.mark.parametrize(
    ("level", "status"), [("None", 403), ("Read Only", 403), ("Standard", 201), ("Admin", 201)]
)
def test_creating_needs_standard(api: Api, level: str, status: int) -> None:
    api.level("rfi", level)
    assert api.write("POST", RFIS, {"rfi": NEW}, by=MARCUS_ID).status_code == status


def test_an_official_reply_does_not_close_an_rfi_but_accepting_does(api: Api) -> None:
    made = api.post(RFIS, {"rfi": NEW})
    path = f"{RFIS}/{made['id']}"
    reply = api.post(f"{path}/replies", {"reply": {"body": "<b>Type C</b>", "official": True}}, by=DANA_ID)
    assert (reply["official"], reply["plain_text_body"]) == (True, "Type C")
    shown = api.read(path)
    assert shown["status"] == "open"
    assert [each["id"] for each in shown["questions"][0]["answers"]] == [reply["id"]]
    closed = api.patch(path, {"rfi": {"accepted": True}})
    assert closed["status"] == "closed"
    assert closed["time_resolved"] is not None


def test_the_ball_goes_back_to_the_manager_after_a_reply(api: Api) -> None:
    made = api.post(RFIS, {"rfi": NEW})
    path = f"/v1.1/projects/{RIVERSIDE}/rfis/{made['id']}/advance_ball_in_court"
    assert api.write("PATCH", path, {}).status_code == 422
    api.level("rfi", "Standard")
    api.post(f"{RFIS}/{made['id']}/replies", {"reply": {"body": "Type C"}}, by=MARCUS_ID)
    assert api.patch(path, {})["ball_in_court"]["id"] == DANA_ID
    assert api.patch(path, {})["ball_in_court"]["id"] == MARCUS_ID


def test_it_is_forwarded_to_one_person(api: Api) -> None:
    path = f"/v1.1/projects/{RIVERSIDE}/rfis/{api.read(RFIS)[0]['id']}/forward_for_review"
    assert api.patch(path, {"rfi": {"forwardee_ids": [MARCUS_ID]}})["ball_in_court"]["id"] == MARCUS_ID
    assert api.write("PATCH", path, {"rfi": {"forwardee_ids": [DANA_ID, MARCUS_ID]}}).status_code == 422


def test_private_rfis_and_drafts_are_for_those_on_them(api: Api) -> None:
    api.level("rfi", "Read Only")
    private = [each["number"] for each in api.read(RFIS) if each["private"] or each["status"] == "draft"]
    assert private == ["6", "7"]
    mine = {each["number"] for each in api.read(RFIS, by=None)}
    assert mine.isdisjoint(private)


def test_deleted_ones_are_gone(api: Api) -> None:
    assert "9" not in {each["number"] for each in api.read(RFIS)}


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("filters[status]=draft", ["7"]),
        ("filters[number]=3", ["3"]),
        ("search=shaft+wall", ["2"]),
        ("filters[updated_at]=2030-01-01...2030-12-31", []),
        ("filters[status][]=draft&filters[status][]=none", ["7"]),
    ],
)
def test_filters(api: Api, query: str, numbers: list[str]) -> None:
    assert [each["number"] for each in api.read(f"{RFIS}?{query}")] == numbers


def test_the_order_is_said_in_two_parameters(api: Api) -> None:
    up = [each["subject"] for each in api.read(f"{RFIS}?sort[attribute]=subject")]
    down = [each["subject"] for each in api.read(f"{RFIS}?sort[attribute]=subject&sort[direction]=desc")]
    assert up == sorted(up) == down[::-1]


def test_due_dates_may_carry_a_time(api: Api) -> None:
    assert len(api.read(RFIS)[0]["due_date"]) == 10
    api.simulator.control("PATCH", "/switches", {"rfi_due_date": "datetime"})
    assert api.read(RFIS)[0]["due_date"].endswith("T23:59:59Z")


def test_a_date_that_cannot_be_read_becomes_null_or_is_refused(api: Api) -> None:
    body = {"rfi": {**NEW, "due_date": "tomorrow"}}
    assert api.post(RFIS, body)["due_date"] is None
    api.simulator.control("PATCH", "/switches", {"bad_dates": "refuse"})
    assert api.write("POST", RFIS, body).json == {"errors": {"due_date": ["is not a date"]}}


def test_custom_fields_are_sent_one_by_one_and_checked_when_asked(api: Api) -> None:
    required = "custom_field_562949953700101"
    refused = api.write("POST", f"{RFIS}?run_configurable_validations=true", {"rfi": NEW})
    assert (refused.status_code, refused.json) == (422, {"errors": {required: ["required"]}})
    made = api.post(f"{RFIS}?run_configurable_validations=true", {"rfi": {**NEW, required: "A-7"}})
    assert made["custom_fields"][required] == {"data_type": "string", "value": "A-7"}


def test_unknown_fields_are_ignored_or_refused(api: Api) -> None:
    body = {"rfi": {**NEW, "colour": "red"}}
    assert "colour" not in api.post(RFIS, body)
    api.simulator.control("PATCH", "/switches", {"unknown_fields": "refuse"})
    answer = api.write("POST", RFIS, body)
    assert (answer.status_code, answer.json) == (406, {"errors": {"colour": ["is unknown"]}})


def test_people_to_name_are_those_of_the_project(api: Api) -> None:
    assert {each["id"] for each in api.read(f"{RFIS}/potential_assignees")} >= {DANA_ID, MARCUS_ID}
    api.level("rfi", "Read Only")
    assert [each["id"] for each in api.read(f"{RFIS}/potential_rfi_managers")] == [DANA_ID]
    assert api.read(f"{RFIS}/default_distribution") == []


def test_records_are_edited_from_outside(api: Api) -> None:
    rfi = api.read(RFIS)[0]
    api.simulator.control("PATCH", f"/records/rfis/{rfi['id']}", {"status": "closed", "subject": "Other"})
    shown = api.read(f"{RFIS}/{rfi['id']}")
    assert (shown["status"], shown["subject"]) == ("closed", "Other")
    api.simulator.control("DELETE", f"/records/rfis/{rfi['id']}")
    assert api.get(f"{RFIS}/{rfi['id']}").status_code == 404
