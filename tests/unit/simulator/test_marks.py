"""Going back to a mark: everything is as it was, and a world that nobody changed since is not built again."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from embedded_app.simulator.options import Options
from embedded_app.simulator.seed import build_world
from embedded_app.simulator.server import create_simulator
from embedded_app.simulator.state import EXTENSION, Simulator

CLIENT = {"client_id": "tieback-demo", "client_secret": "demo-secret"}
HOLLIS, CASCADIA, RIVERSIDE = 562949953443325, 55188, 562949953500001
DANA = "dana.whitfield@hollisgrant.example"


class Run:
    """A simulator, and one caller of everything that it has."""

    def __init__(self) -> None:
        app = create_simulator(Options(control=True))
        self.client: FlaskClient = app.test_client(use_cookies=False)
        self.running: Simulator = app.extensions[EXTENSION]

    def control(self, method: str, path: str, body: object = None) -> Any:
        answer = self.client.open(f"/_sim{path}", method=method, json={} if body is None else body)
        assert answer.status_code < 300, answer.text
        return answer.get_json(silent=True)

    def mark(self) -> str:
        name: str = self.control("POST", "/marks")["mark"]
        return name

    def go_back(self, mark: str) -> None:
        self.control("POST", "/reset", {"mark": mark})

    def get(self, path: str, pair: dict[str, str]) -> Any:
        return self.client.get(path, headers=_headers(pair))

    def refresh(self, pair: dict[str, str]) -> Any:
        form = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"], **CLIENT}
        return self.client.post("/oauth/token", data=form)


def _headers(pair: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {pair['access_token']}", "Procore-Company-Id": str(HOLLIS)}


@pytest.fixture(scope="module")
def _one() -> Run:
    return Run()


@pytest.fixture
def run(_one: Run) -> Run:
    _one.control("POST", "/reset")
    return _one


def test_tokens_that_were_used_up_or_revoked_work_again(run: Run) -> None:
    pair = run.control("POST", "/tokens", {"login": DANA})
    mark = run.mark()
    for _ in range(2):
        assert run.refresh(pair).status_code == 200
        assert run.refresh(pair).status_code == 400
        run.control("DELETE", "/tokens")
        assert run.get("/rest/v1.0/me", pair).status_code == 401
        run.go_back(mark)
        assert run.get("/rest/v1.0/me", pair).status_code == 200


def test_tokens_that_came_later_are_unknown(run: Run) -> None:
    mark = run.mark()
    later = run.control("POST", "/tokens", {"login": DANA})
    run.go_back(mark)
    assert run.get("/rest/v1.0/me", later).status_code == 401
    assert run.refresh(later).status_code == 400


def test_a_token_refreshed_before_the_mark_stays_as_it_was(run: Run) -> None:
    run.control("PATCH", "/switches", {"refresh_mode": "on_first_use"})
    old = run.control("POST", "/tokens", {"login": DANA})
    new = run.refresh(old).get_json()
    mark = run.mark()
    assert run.get("/rest/v1.0/me", new).status_code == 200
    assert run.refresh(old).status_code == 400
    run.go_back(mark)
    assert run.refresh(old).status_code == 200


def test_codes_sign_ins_and_consents_are_those_of_the_mark(run: Run) -> None:
    run.control("PATCH", "/switches", {"consent": "remembered"})
    answer = run.client.post("/_sim/login", json={"login": DANA})
    cookie = {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}
    ask = f"/oauth/authorize?response_type=code&client_id={CLIENT['client_id']}&redirect_uri=http://localhost"
    signed_in = run.mark()
    allowed = run.client.post(ask, data={"decision": "allow"}, headers=cookie)
    code = allowed.headers["Location"].partition("code=")[2].partition("&")[0]
    with_code = run.mark()
    exchange = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": "http://localhost",
        **CLIENT,
    }
    for _ in range(2):
        assert run.client.post("/oauth/token", data=exchange).status_code == 200
        assert run.client.post("/oauth/token", data=exchange).status_code == 400
        run.go_back(with_code)
    assert run.client.get(ask, headers=cookie).status_code == 302
    run.go_back(signed_in)
    assert "Allow" in run.client.get(ask, headers=cookie).text
    assert run.client.post("/oauth/token", data=exchange).status_code == 400
    run.control("POST", "/reset")
    assert "Allow" not in run.client.get(ask, headers=cookie).text


def test_records_memberships_and_installations_are_those_of_the_mark(run: Run) -> None:
    contract = next(iter(run.running.world.contracts))
    run.control("PATCH", f"/records/contracts/{contract}", {"title": "Changed"})
    mark = run.mark()
    marked = run.running.world
    run.control("PATCH", f"/records/contracts/{contract}", {"title": "Changed again"})
    run.control("PATCH", "/memberships", {"login": DANA, "company_id": HOLLIS, "project_ids": []})
    run.control("POST", f"/companies/{CASCADIA}/install")
    run.go_back(mark)
    world = run.running.world
    assert world is not marked
    assert world.contracts[contract].title == "Changed"
    assert world.memberships == build_world().memberships
    assert world.installation(CASCADIA) is None
    run.control("POST", "/reset")
    assert run.running.world == build_world()
    run.go_back(mark)
    assert run.running.world.contracts[contract].title == "Changed"


def test_hooks_with_their_triggers_are_those_of_the_mark(run: Run) -> None:
    service = run.control("POST", "/tokens")
    path = f"/rest/v2.0/companies/{HOLLIS}/webhooks/hooks"
    hook = {"payload_version": "v4.0", "namespace": "mine", "destination_url": "https://hooks.example.test/"}
    made = run.client.post(path, json=hook, headers=_headers(service)).get_json()["data"]["id"]
    mark = run.mark()
    assert run.client.delete(f"{path}/{made}", headers=_headers(service)).status_code < 300
    assert run.get(f"{path}/{made}", service).status_code == 404
    run.go_back(mark)
    assert run.get(f"{path}/{made}", service).status_code == 200


def test_uploads_are_those_of_the_mark(run: Run) -> None:
    pair = run.control("POST", "/tokens", {"login": DANA})
    path = f"/rest/v2.1/companies/{HOLLIS}/projects/{RIVERSIDE}/uploads"
    file = {"file_name": "plan.pdf", "file_size": 3, "segments": [{"size": 3, "sha256": "0" * 64}]}
    made = run.client.post(path, json=file, headers=_headers(pair)).get_json()["data"]["upload_id"]
    mark = run.mark()
    run.control("POST", "/reset")
    run.go_back(mark)
    assert run.get(f"{path}/{made}", pair).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "shown"),
    [
        ("PATCH", "/switches", {"coop": True, "latency_ms": 1}, "/switches"),
        ("PATCH", "/app", {"semantic_version": "9.9.9", "components": ["fullscreen"]}, "/app"),
        ("POST", "/rate", {"spike_limit": 7, "spike_remaining": 5, "send_retry_after": False}, "/rate"),
    ],
)
def test_switches_limits_and_the_version_are_those_of_the_mark(
    run: Run, method: str, path: str, body: dict[str, object], shown: str
) -> None:
    first = run.control("GET", shown)
    before = run.mark()
    run.control(method, path, body)
    changed = run.control("GET", shown)
    after = run.mark()
    assert changed != first
    run.go_back(before)
    assert run.control("GET", shown) == first
    run.go_back(after)
    assert run.control("GET", shown) == changed


def test_faults_and_the_log_are_those_of_the_mark(run: Run) -> None:
    pair = run.control("POST", "/tokens", {"login": DANA})
    run.control("POST", "/faults", {"path": "/rest/v1.0/me", "status": 503, "times": 1})
    mark = run.mark()
    for _ in range(2):
        assert run.get("/rest/v1.0/me", pair).status_code == 503
        assert run.get("/rest/v1.0/me", pair).status_code == 200
        assert [entry["status"] for entry in run.control("GET", "/requests")] == [503, 200]
        run.go_back(mark)
        assert run.control("GET", "/requests") == []


def test_time_is_that_of_the_mark_and_runs_on_for_tokens_and_limits(run: Run) -> None:
    pair = run.control("POST", "/tokens", {"login": DANA})
    run.control("POST", "/clock", {"factor": 0, "advance_seconds": 100})
    mark, then = run.mark(), run.running.clock.time()
    for _ in range(2):
        run.control("POST", "/clock", {"factor": 60, "advance_seconds": 5400})
        assert run.get("/rest/v1.0/me", pair).status_code == 401
        run.go_back(mark)
        assert (run.running.clock.time(), run.running.clock.factor) == (then, 0)
        assert run.get("/rest/v1.0/me", pair).status_code == 200
    assert run.running.limits._clock is run.running.tokens._clock is run.running.clock
    assert run.running.uploads._clock is run.running.clock
    assert run.running.tokens._switches is run.running.switches


def test_an_unknown_mark_is_refused_and_changes_nothing(run: Run) -> None:
    pair = run.control("POST", "/tokens", {"login": DANA})
    assert run.client.post("/_sim/reset", json={"mark": "0"}).status_code == 422
    assert run.get("/rest/v1.0/me", pair).status_code == 200


def test_a_world_that_nobody_changed_is_not_built_again(run: Run) -> None:
    world = run.running.world
    pair = run.control("POST", "/tokens", {"login": DANA})
    mark = run.mark()
    assert run.refresh(pair).status_code == 200
    run.control("POST", "/faults", {"path": "/rest/v1.0/me", "status": 503, "times": 1})
    run.go_back(mark)
    run.control("POST", "/reset")
    assert run.running.world is world


def test_what_is_taken_to_leave_the_world_alone_does(run: Run) -> None:
    """Every address that does not count as a change of the world is called, with what it can do."""
    world = run.running.world
    pair = run.control("POST", "/tokens", {"login": DANA})
    cookie = run.client.post("/_sim/login", json={"login": DANA}).headers["Set-Cookie"].partition(";")[0]
    ask = f"/oauth/authorize?response_type=code&client_id={CLIENT['client_id']}&redirect_uri=http://localhost"
    called = [
        run.client.post(ask, data={"decision": "allow"}, headers={"Cookie": cookie}),
        run.client.post("/oauth/sign-in", data={"user_id": "160586"}),
        run.refresh(pair),
        run.client.post("/oauth/revoke", data={"token": pair["access_token"], **CLIENT}),
        run.client.post("/oauth/sign-out", headers={"Cookie": cookie}),
        run.client.post("/_sim/clock", json={"advance_seconds": 1}),
        run.client.post("/_sim/faults", json={"path": "/nothing"}),
        run.client.delete("/_sim/faults"),
        run.client.post("/_sim/rate", json={"hour_limit": 5000}),
        run.client.patch("/_sim/switches", json={"uninstall_ends_tokens": True}),
        run.client.post("/_sim/marks", json={}),
        run.client.delete("/_sim/requests"),
        run.client.delete("/_sim/tokens"),
        run.client.post(
            "/_sim/events",
            json={"company_id": HOLLIS, "resource": "RFIs", "record_id": 1, "event_type": "delete"},
        ),
    ]
    assert [each.status_code for each in called if each.status_code >= 400] == []
    assert run.running.world is world
    assert world == build_world()
    run.control("POST", "/reset")
    assert run.running.world is world


def test_reading_leaves_the_world_alone(run: Run) -> None:
    """Every address that can be read, of the API and the portal, with ids that are there."""
    running = run.running
    pair = run.control("POST", "/tokens", {"login": DANA})
    run.control("POST", "/rate", {"hour_limit": 10**9, "spike_limit": 10**9})
    cookie = run.client.post("/_sim/login", json={"login": DANA}).headers["Set-Cookie"].partition(";")[0]
    headers = _headers(pair) | {"Cookie": cookie}
    world, statuses = running.world, []
    for rule in run.client.application.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not str(rule).startswith("/static/"):
            path = _filled_in(str(rule), running)
            statuses.append(
                run.client.get(f"{path}?project_id={RIVERSIDE}&per_page=5", headers=headers).status_code
            )
    assert statuses.count(200) > 100, statuses
    assert running.world is world
    assert world == build_world()


def _filled_in(rule: str, running: Simulator) -> str:
    """The rule with the ids of Riverside and of records of it."""
    path = rule
    for name, value in {"company_id": HOLLIS, "project_id": RIVERSIDE}.items():
        path = path.replace(f"<int:{name}>", str(value))
    families = {
        "contract": next(running.world.contracts_of(RIVERSIDE)).id,
        "vendor": next(running.world.vendors_of(HOLLIS)).id,
    }
    while "<" in path:
        before, _, rest = path.partition("<")
        name, _, after = rest.partition(">")
        singular = name.rpartition(":")[2].removesuffix("_id")
        known = families.get(singular) or _first(running, before)
        path = f"{before}{known}{after}"
    return path


def _first(running: Simulator, before: str) -> int:
    """An id among the family that the path names, or of any commitment."""
    family = before.rstrip("/").rpartition("/")[2]
    found = (
        each["id"]
        for each in running.world.records.get(family, {}).values()
        if each["project_id"] in (RIVERSIDE, None)
    )
    return next(found, next(running.world.contracts_of(RIVERSIDE)).id)
