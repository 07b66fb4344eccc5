"""What the platform leaves open: each behaviour that is plausible can be had."""

from __future__ import annotations

import pytest

from tests.fakes.simulator_process import Answer, SimulatorProcess
from tests.integration.simulator.test_oauth import authorize_path, code, exchange
from tests.integration.simulator.world import DANA, HOLLIS, RIVERSIDE, TOM

PROJECTS = f"/rest/v1.1/projects?company_id={HOLLIS}&per_page=100"
UNPLACED = "/rest/v1.0/work_order_contracts"


def test_consent_is_asked_each_time_or_remembered(simulator: SimulatorProcess) -> None:
    code(simulator)
    headers = {"Cookie": simulator.portal_cookie(DANA)}
    assert simulator.send("GET", authorize_path(), headers=headers).status == 200
    simulator.switch(consent="remembered")
    straight = simulator.send("GET", authorize_path(), headers=headers)
    assert straight.status == 302
    assert (
        exchange(simulator, straight.headers["location"].partition("code=")[2].partition("&")[0]).status
        == 200
    )
    headers = {"Cookie": simulator.portal_cookie(TOM)}
    assert simulator.send("GET", authorize_path(), headers=headers).status == 200


def test_a_refused_grant_is_400_or_401(simulator: SimulatorProcess) -> None:
    assert exchange(simulator, "unknown").status == 400
    simulator.switch(invalid_grant_status=401)
    refused = exchange(simulator, "unknown")
    assert (refused.status, refused.json["error"]) == (401, "invalid_grant")


def test_a_missing_company_header_is_any_4xx_in_json_or_text(simulator: SimulatorProcess) -> None:
    token = simulator.access_token(DANA)
    simulator.switch(missing_header_status=422)
    assert simulator.get(PROJECTS, token).json["errors"][0].startswith("Missing Procore-Company-Id header!")
    simulator.switch(missing_header_as="text")
    refused = simulator.get(PROJECTS, token)
    assert (refused.status, refused.headers["content-type"]) == (422, "text/plain; charset=utf-8")
    assert refused.text.startswith("Missing Procore-Company-Id header!")


CLOSED = "App is not connected to this company."
MISSING = "is required"


@pytest.mark.parametrize(
    ("shape", "body", "field_body"),
    [
        ("errors", {"errors": [CLOSED]}, {"errors": {"project_id": [MISSING]}}),
        (
            "base_and_fields",
            {"errors": {"base": [CLOSED], "fields": {}}},
            {"errors": {"base": [], "fields": {"project_id": MISSING}}},
        ),
        (
            "code",
            {"code": 403, "message": CLOSED, "fields": "", "reason": CLOSED, "error": CLOSED},
            {"code": 400, "message": MISSING, "fields": "project_id", "reason": MISSING, "error": MISSING},
        ),
        ("error", {"error": CLOSED}, {"error": MISSING}),
        ("message", {"message": CLOSED}, {"message": MISSING}),
        (
            "standard",
            {"error": {"code": "403", "message": CLOSED, "details": []}},
            {
                "error": {
                    "code": "400",
                    "message": MISSING,
                    "details": [{"code": "invalid", "message": MISSING, "source": "project_id"}],
                }
            },
        ),
    ],
)
def test_errors_are_written_in_every_shape_in_use(
    simulator: SimulatorProcess, shape: str, body: object, field_body: object
) -> None:
    token = simulator.access_token(DANA)
    simulator.switch(error_shape=shape)
    assert simulator.get(UNPLACED, token, HOLLIS).json == field_body
    simulator.uninstall(HOLLIS)
    assert simulator.get(PROJECTS, token, HOLLIS).json == body


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("values", ["not a number", 1.5]),
        ("shape", None),
        ("html", None),
    ],
)
def test_an_answer_of_the_wrong_type(
    simulator: SimulatorProcess, how: str, expected: list[object] | None
) -> None:
    token = simulator.access_token(DANA)
    path = f"/rest/v1.0/projects/{RIVERSIDE}?company_id={HOLLIS}&view=minimal"
    right = simulator.get(path, token, HOLLIS).json
    simulator.fault("/rest/v1.0/projects/*", wrong_type=how, times=1)
    wrong = simulator.get(path, token, HOLLIS)
    assert wrong.status == 200
    if expected is not None:
        assert wrong.json.keys() == right.keys()
        assert [wrong.json["id"], wrong.json["name"]] == expected
    elif how == "shape":
        assert wrong.json == [right]
    else:
        assert wrong.headers["content-type"].startswith("text/html")
    assert simulator.get(path, token, HOLLIS).json == right


def test_a_path_has_a_budget_of_its_own(simulator: SimulatorProcess) -> None:
    token = simulator.access_token(DANA)
    simulator.control("POST", "/clock", {"factor": 0})
    simulator.fault("/rest/v1.1/projects", budget=2, budget_seconds=60)
    answers = [simulator.get(PROJECTS, token, HOLLIS) for _ in range(3)]
    assert [each.status for each in answers] == [200, 200, 429]
    refused = answers[-1].headers
    assert (refused["x-rate-limit-limit"], refused["x-rate-limit-remaining"]) == ("2", "0")
    assert refused["retry-after"] in {"60", "61"}  # to the next whole second
    assert simulator.requests()[-1]["breaches"] == ["over_limit"]
    assert simulator.get("/rest/v1.0/me", token).status == 200
    simulator.advance(59)
    assert simulator.get(PROJECTS, token, HOLLIS).status == 429
    simulator.advance(2)
    assert simulator.get(PROJECTS, token, HOLLIS).status == 200


def test_a_company_is_to_be_chosen_from_the_list_first(simulator: SimulatorProcess) -> None:
    tokens = exchange(simulator, code(simulator)).json
    simulator.get(PROJECTS, tokens["access_token"], HOLLIS)
    assert simulator.requests("/rest/")[-1]["breaches"] == ["company_not_chosen"]
    simulator.get("/rest/v1.0/companies?per_page=100", tokens["access_token"])
    simulator.get(PROJECTS, tokens["access_token"], HOLLIS)
    assert simulator.requests("/rest/")[-1]["breaches"] == []


@pytest.mark.parametrize(
    ("path", "breaches"),
    [
        ("/companies", ["bearer_elsewhere"]),
        ("/oauth/token", ["bearer_elsewhere"]),
        ("/vapid/companies", ["bearer_elsewhere", "deprecated_path"]),
        ("/rest/v1.0/webhooks/hooks", ["deprecated_path"]),
    ],
)
def test_a_token_on_the_wrong_way_is_noted(
    simulator: SimulatorProcess, path: str, breaches: list[str]
) -> None:
    simulator.get(path, simulator.access_token(DANA), HOLLIS)
    assert simulator.requests()[-1]["breaches"] == breaches


def test_installing_by_api_is_gone(simulator: SimulatorProcess) -> None:
    simulator.call("POST", "/rest/v1.0/app_installations", {}, simulator.access_token(DANA), HOLLIS)
    assert simulator.requests()[-1]["breaches"] == ["deprecated_path", "unknown_path"]


@pytest.mark.parametrize("path", ["/oauth/nothing", "/vapid/companies", "/_sim/nothing", "/storage/nothing"])
def test_unknown_paths_beside_the_api_are_404_in_json(simulator: SimulatorProcess, path: str) -> None:
    answer = simulator.get(path)
    assert (answer.status, answer.json) == (404, {"status": 404, "error": "Not Found"})
    assert simulator.send("PUT", "/oauth/token").json == {"status": 405, "error": "Method Not Allowed"}


def refused(simulator: SimulatorProcess, switches: bytes) -> Answer:
    return simulator.send("PATCH", "/_sim/switches", body=switches)


@pytest.mark.parametrize(
    "switches",
    [b'{"consent": "never"}', b'{"coop": 1}', b'{"coop": true, "colour": "red"}', b'{"latency_ms": true}'],
)
def test_a_value_that_a_switch_does_not_have_changes_nothing(
    simulator: SimulatorProcess, switches: bytes
) -> None:
    before = simulator.control("GET", "/switches").json
    assert refused(simulator, switches).status == 422
    assert simulator.control("GET", "/switches").json == before
