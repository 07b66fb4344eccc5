from __future__ import annotations

import http.client
from datetime import datetime

import pytest

from tests.fakes.simulator_process import Answer, SimulatorProcess
from tests.integration.simulator.world import DANA, DANA_ID, HOLLIS, RIVERSIDE

ME = "/rest/v1.0/me"
SUBCONTRACTS = f"/rest/v1.0/work_order_contracts?project_id={RIVERSIDE}&per_page=100"


def now(simulator: SimulatorProcess) -> float:
    return datetime.fromisoformat(simulator.control("GET", "/clock").json["now"]).timestamp()


def test_every_answer_tells_the_window_nearest_to_its_end(simulator: SimulatorProcess) -> None:
    token = simulator.access_token(DANA)
    simulator.rate(hour_limit=600, hour_remaining=600, spike_limit=25, spike_remaining=25)
    for path, remaining in ((ME, 24), ("/rest/v1.0/nothing", 23)):
        headers = simulator.get(path, token, HOLLIS).headers
        assert (headers["x-rate-limit-limit"], headers["x-rate-limit-remaining"]) == ("25", str(remaining))
        assert 0 < int(headers["x-rate-limit-reset"]) - now(simulator) <= 11
    simulator.rate(hour_remaining=2)
    headers = simulator.get(ME, token).headers
    assert (headers["x-rate-limit-limit"], headers["x-rate-limit-remaining"]) == ("600", "1")


@pytest.mark.parametrize(("window", "seconds"), [("spike", 11), ("hour", 3601)])
def test_a_spent_window_answers_429_until_its_reset(
    simulator: SimulatorProcess, window: str, seconds: int
) -> None:
    token = simulator.access_token(DANA)
    simulator.rate(**{f"{window}_remaining": 1})
    assert simulator.get(ME, token).status == 200
    refused = simulator.get(ME, token)
    assert refused.status == 429
    assert refused.headers["x-rate-limit-remaining"] == "0"
    wait = int(refused.headers["x-rate-limit-reset"]) - now(simulator)
    assert abs(int(refused.headers["retry-after"]) - wait) < 3
    assert simulator.requests()[-1]["breaches"] == ["over_limit"]
    simulator.advance(seconds)
    assert simulator.get(ME, simulator.access_token(DANA)).status == 200


def test_retry_after_can_be_left_out(simulator: SimulatorProcess) -> None:
    token = simulator.access_token(DANA)
    simulator.rate(spike_remaining=0, send_retry_after=False)
    refused = simulator.get(ME, token)
    assert refused.status == 429
    assert "retry-after" not in refused.headers


@pytest.mark.parametrize("path", ["/rest/v1.0/me", "/rest/v9.9/nothing", "/vapid/projects"])
def test_refusals_tell_the_window_too(simulator: SimulatorProcess, path: str) -> None:
    answer = simulator.get(path)
    assert answer.status in (401, 404)
    assert {"x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"} <= answer.headers.keys()


def test_a_fault_answers_with_a_status_so_many_times(simulator: SimulatorProcess) -> None:
    token = simulator.access_token(DANA)
    simulator.fault(
        "/rest/v1.0/m*",
        method="GET",
        status=503,
        body={"message": "Service unavailable"},
        headers={"Retry-After": "7"},
        times=2,
    )
    answers = [simulator.get(ME, token) for _ in range(3)]
    assert [each.status for each in answers] == [503, 503, 200]
    assert answers[0].headers["retry-after"] == "7"
    assert answers[0].json == {"message": "Service unavailable"}
    assert "x-rate-limit-remaining" in answers[0].headers
    assert simulator.get("/rest/v1.0/companies", token).status == 200


def test_a_request_dropped_before_it_acts_changes_nothing(simulator: SimulatorProcess) -> None:
    tokens = simulator.tokens(DANA)
    simulator.fault("/oauth/token", drop="before", times=1)
    form = {
        "grant_type": "refresh_token",
        "refresh_token": tokens["refresh_token"],
        "client_id": "tieback-demo",
        "client_secret": "demo-secret",
    }
    with pytest.raises(ConnectionError):
        simulator.send("POST", "/oauth/token", form=form)
    assert simulator.requests("/oauth/")[-1]["status"] is None
    assert simulator.send("POST", "/oauth/token", form=form).status == 200


def test_a_truncated_answer_announces_more_than_comes(simulator: SimulatorProcess) -> None:
    token = simulator.access_token(DANA)
    simulator.fault("/rest/v1.0/work_order_contracts", truncate=True, times=1)
    with pytest.raises(http.client.IncompleteRead) as cut:
        simulator.get(SUBCONTRACTS, token, HOLLIS)
    whole = simulator.get(SUBCONTRACTS, token, HOLLIS)
    assert whole.body.startswith(cut.value.partial)
    assert 0 < len(cut.value.partial) < len(whole.body)


def test_faults_are_cleared(simulator: SimulatorProcess) -> None:
    simulator.fault("*", status=500)
    assert simulator.get(ME).status == 500
    simulator.clear_faults()
    assert simulator.get(ME, simulator.access_token(DANA)).status == 200


@pytest.mark.parametrize("fault", [{"latency_ms": 5, "times": 1}, {}])
def test_latency_changes_no_answer(simulator: SimulatorProcess, fault: dict[str, int]) -> None:
    simulator.switch(latency_ms=5)
    simulator.fault(ME, **fault)
    assert simulator.get(ME, simulator.access_token(DANA)).json["id"] == DANA_ID


def refused(simulator: SimulatorProcess, method: str, path: str, body: bytes) -> Answer:
    answer = simulator.send(method, f"/_sim{path}", body=body, headers={"Content-Type": "application/json"})
    assert answer.status == 422
    return answer


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/faults", b'{"path": "*", "colour": "red"}'),
        ("POST", "/faults", b'{"path": "*", "drop": "sideways"}'),
        ("POST", "/faults", b"[]"),
        ("POST", "/faults", b"{"),
        ("POST", "/login", b'{"login": "nobody"}'),
        ("PATCH", "/switches", b'{"refresh_mode": "never"}'),
        ("PATCH", "/records/contracts/1", b"{}"),
        ("PATCH", f"/records/projects/{RIVERSIDE}", b'{"colour": "red"}'),
        ("PATCH", f"/records/projects/{RIVERSIDE}", b'{"start_date": "soon"}'),
        ("PATCH", f"/records/projects/{RIVERSIDE}", b'{"name": null}'),
    ],
)
def test_a_switch_that_does_not_fit_is_refused_with_its_reason(
    simulator: SimulatorProcess, method: str, path: str, body: bytes
) -> None:
    assert refused(simulator, method, path, body).json["problem"]


def test_the_log_tells_what_was_asked(simulator: SimulatorProcess) -> None:
    simulator.get(SUBCONTRACTS, simulator.access_token(DANA), HOLLIS)
    (entry,) = simulator.requests()
    assert datetime.fromisoformat(entry.pop("at")).tzinfo is not None
    assert entry == {
        "method": "GET",
        "path": "/rest/v1.0/work_order_contracts",
        "route": "GET /rest/v1.0/work_order_contracts",
        "query": f"project_id={RIVERSIDE}&per_page=100",
        "company_header": str(HOLLIS),
        "user_id": DANA_ID,
        "status": 200,
        "breaches": [],
    }
    simulator.get(f"/rest/v1.0/projects/{RIVERSIDE}/tools")
    assert simulator.requests("/rest/v1.0/projects")[0]["route"] == "GET /rest/v1.0/projects/{id}/tools"
    simulator.forget_requests()
    assert simulator.requests() == []


def test_a_record_is_changed_and_removed(simulator: SimulatorProcess) -> None:
    token = simulator.access_token(DANA)
    first = simulator.get(SUBCONTRACTS, token, HOLLIS).json[0]
    simulator.edit("contracts", first["id"], status="Void", paid="12.34", contract_date=None)
    path = f"/rest/v1.0/work_order_contracts/{first['id']}?project_id={RIVERSIDE}"
    changed = simulator.get(path, token, HOLLIS).json
    assert (changed["status"], changed["total_payments"], changed["contract_date"]) == ("Void", "12.34", None)
    simulator.control("DELETE", f"/records/contracts/{first['id']}")
    assert simulator.get(path, token, HOLLIS).status == 404
    simulator.reset()
    assert simulator.get(path, simulator.access_token(DANA), HOLLIS).json["status"] == first["status"]


def test_a_change_order_is_removed_from_its_commitment(simulator: SimulatorProcess) -> None:
    token = simulator.access_token(DANA)
    path = f"/rest/v1.0/projects/{RIVERSIDE}/commitment_change_orders"
    first, *others = simulator.get(f"{path}?per_page=100", token, HOLLIS).json
    simulator.control("DELETE", f"/records/change_orders/{first['id']}")
    assert simulator.get(f"{path}?per_page=100", token, HOLLIS).json == others


def test_canaries_are_in_what_the_api_says(simulator: SimulatorProcess) -> None:
    token = simulator.access_token(DANA)
    markers = simulator.plant_canaries("KITE-")
    assert len(markers) == len(set(markers)) > 100
    subcontracts = simulator.get(SUBCONTRACTS, token, HOLLIS).json
    for each in subcontracts:
        assert each["title"].rpartition(" ")[2] in markers
        assert "KITE-" not in each["number"]


def test_without_control_there_are_no_switches_and_no_page_for_them() -> None:
    process = SimulatorProcess()
    process._command.remove("--control")
    with pytest.raises(AssertionError, match="404"):
        process.start()
    process.stop()
