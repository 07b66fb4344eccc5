"""Subscriptions of both versions, and deliveries with everything that befalls them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from tests.fakes.raw_server import RawServer
from tests.fakes.simulator_process import Answer, SimulatorProcess
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.integration.simulator.world import DANA, DANA_ID, HARBOR, HOLLIS, MARCUS, RIVERSIDE

COMPANY = f"/rest/v2.0/companies/{HOLLIS}/webhooks"
PROJECT = f"/rest/v2.0/companies/{HOLLIS}/projects/{RIVERSIDE}/webhooks"
OLD = "/rest/v1.0/webhooks"
SECRET = "Bearer e0b5-secret"
RFI = {
    "company_id": HOLLIS,
    "project_id": RIVERSIDE,
    "resource": "RFIs",
    "record_id": 41,
    "event_type": "update",
}
HOUR = 3600


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as started:
        yield started


@pytest.fixture
def token(simulator: SimulatorProcess) -> str:
    """Of the service account: it may manage hooks, as the version of the app declares."""
    return simulator.access_token(None)


class Subscription:
    """One hook and what it may be asked."""

    def __init__(
        self, simulator: SimulatorProcess, token: str, destination: str, version: str = "v4.0"
    ) -> None:
        self.simulator = simulator
        self.token = token
        body = {
            "payload_version": version,
            "namespace": "tieback",
            "destination_url": destination,
            "destination_headers": {"Authorization": SECRET},
        }
        answer = simulator.call("POST", f"{COMPANY}/hooks", body, token, HOLLIS)
        assert answer.status == 201
        self.made = answer.json["data"]
        self.path = f"{COMPANY}/hooks/{self.made['id']}"

    def ask(self, method: str, path: str = "", body: object = None) -> Answer:
        return self.simulator.call(method, self.path + path, body, self.token, HOLLIS)

    def on(self, resource: str = "RFIs", event_type: str = "update") -> None:
        body = {"resource_name": resource, "event_type": event_type}
        assert self.ask("POST", "/triggers", body).status == 201

    def deliveries(self, query: str = "") -> list[dict[str, Any]]:
        answer = self.simulator.get(f"{self.path}/deliveries?per_page=100{query}", self.token, HOLLIS)
        found: list[dict[str, Any]] = answer.json["data"]
        return found

    def attempted(self, count: int) -> list[dict[str, Any]]:
        """The deliveries, once so many attempts are counted: a moment after the subscriber answered."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            found = self.deliveries()
            if sum(len(each["delivery_attempts"]) for each in found) >= count:
                return found
        raise AssertionError(f"There were fewer than {count} attempts: {found}")


def happen(simulator: SimulatorProcess, **changes: object) -> None:
    simulator.control("POST", "/events", RFI | changes)


def test_a_hook_is_made_shown_masked_changed_and_removed(simulator: SimulatorProcess, token: str) -> None:
    hook = Subscription(simulator, token, "https://hooks.example.test/procore", version="v4")
    assert hook.made | {"created_at": None, "updated_at": None} == {
        "id": hook.made["id"],
        "status": "active",
        "payload_version": "v4.0",
        "namespace": "tieback",
        "destination_headers": {"Authorization": "*****ecret"},
        "destination_url": "https://hooks.example.test/procore",
        "trigger_count": 0,
        "company_id": str(HOLLIS),
        "project_id": None,
        "hook_type": "classic",
        "created_at": None,
        "updated_at": None,
    }
    assert simulator.get(f"{COMPANY}/hooks", token, HOLLIS).status == 400
    listed = simulator.get(f"{COMPANY}/hooks?namespace=tieback&payload_version=v4&per_page=5", token, HOLLIS)
    assert [each["id"] for each in listed.json["data"]] == [hook.made["id"]]
    assert simulator.get(f"{COMPANY}/hooks?namespace=other&per_page=5", token, HOLLIS).json == {"data": []}
    assert simulator.get(f"{PROJECT}/hooks?per_page=5", token, HOLLIS).json == {"data": []}
    assert hook.ask("PATCH", body={"status": "disabled"}).json["data"]["status"] == "disabled"
    assert hook.ask("DELETE").status == 204
    assert hook.ask("PATCH", body={}).status == 404


def test_hooks_are_for_those_who_may_manage_them(simulator: SimulatorProcess, token: str) -> None:
    path = f"{COMPANY}/hooks?namespace=tieback&per_page=5"
    assert simulator.get(path, token, HOLLIS).status == 200
    assert simulator.get(path, simulator.access_token(DANA), HOLLIS).status == 200
    assert simulator.get(path, simulator.access_token(MARCUS), HOLLIS).status == 403
    hook = Subscription(simulator, token, "https://hooks.example.test/")
    elsewhere = hook.path.replace(str(HOLLIS), str(HARBOR))
    assert simulator.get(elsewhere, token, HARBOR).status == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"namespace": "Not This"}, "namespace"),
        ({"payload_version": "v5.0"}, "payload_version"),
        ({"destination_url": "http://hooks.example.test/"}, "destination_url"),
        ({"destination_url": None}, "destination_url"),
        ({"destination_url": "https://[::1"}, "destination_url"),
        ({"destination_url": "https://a b/"}, "destination_url"),
        ({"destination_url": "https://a.example:99999/"}, "destination_url"),
        ({"destination_headers": {"Authorization": 1}}, "destination_headers"),
    ],
)
def test_a_hook_that_does_not_fit_is_refused(
    simulator: SimulatorProcess, token: str, change: dict[str, object], field: str
) -> None:
    body = {"payload_version": "v4.0", "namespace": "a", "destination_url": "https://a.example/"} | change
    refused = simulator.call("POST", f"{COMPANY}/hooks", body, token, HOLLIS)
    assert refused.status in (400, 422)
    assert refused.json["error"]["details"][0]["source"] == field


def test_a_short_secret_is_not_shown_at_all(simulator: SimulatorProcess, token: str) -> None:
    body = {"payload_version": "v4.0", "namespace": "a", "destination_url": "https://a.example/"}
    headers = {"A": "abc", "B": "abcde", "C": "abcdef"}
    made = simulator.call("POST", f"{COMPANY}/hooks", {**body, "destination_headers": headers}, token, HOLLIS)
    assert made.json["data"]["destination_headers"] == {"A": "*****", "B": "*****", "C": "*****bcdef"}


def test_triggers_are_resources_with_their_event_types(simulator: SimulatorProcess, token: str) -> None:
    resources = simulator.get(f"{COMPANY}/resources?payload_version=v3.0", token, HOLLIS).json["data"]
    known = {each["name"]: each["actions"] for each in resources}
    assert known["RFIs"] == ["create", "update", "delete"]
    assert known["Company Vendors"] == ["create", "update"]
    assert "Requisitions" not in known
    simulator.switch(webhook_requisitions=True)
    resources = simulator.get(f"{COMPANY}/resources", token, HOLLIS).json["data"]
    assert "Requisitions" in {each["name"] for each in resources}
    hook = Subscription(simulator, token, "https://hooks.example.test/")
    wanted = [{"resource_name": name, "event_type": "update"} for name in ("RFIs", "Submittals")]
    assert hook.ask("POST", "/triggers/bulk", wanted).status == 201
    more = [*wanted, {"resource_name": "Company Vendors", "event_type": "delete"}]
    partial = hook.ask("POST", "/triggers/bulk", more)
    assert (partial.status, len(partial.json["data"]["failed"])) == (207, 3)
    listed = simulator.get(f"{hook.path}/triggers?per_page=5", token, HOLLIS).json["data"]
    assert [each["resource_name"] for each in listed] == ["RFIs", "Submittals"]
    assert hook.ask("DELETE", f"/triggers/{listed[0]['id']}").status == 204
    ids = [listed[1]["id"]]
    assert hook.ask("DELETE", "/triggers/bulk", ids).status == 200
    assert hook.ask("DELETE", "/triggers/bulk", ids).status == 207


@pytest.mark.parametrize("version", ["v2.0", "v3.0", "v4.0"])
def test_a_change_is_told_with_the_secret_in_each_version(
    simulator: SimulatorProcess, token: str, receiver: WebhookReceiver, version: str
) -> None:
    hook = Subscription(simulator, token, receiver.url, version)
    hook.on()
    happen(simulator, event_type="create")
    happen(simulator, company_id=HARBOR)
    happen(simulator, user_id=DANA_ID)
    (received,) = receiver.wait_for(1)
    assert received.headers["authorization"] == SECRET
    assert received.headers["content-type"] == "application/json"
    body = received.body
    if version == "v4.0":
        assert len(body.pop("id")) == 26
        assert body.pop("timestamp").endswith("Z")
        assert body == {
            "reason": "update",
            "company_id": str(HOLLIS),
            "project_id": str(RIVERSIDE),
            "user_id": str(DANA_ID),
            "resource_type": "RFIs",
            "resource_id": "41",
        }
    else:
        assert (body["api_version"], body["resource_name"], body["resource_id"]) == (version, "RFIs", 41)
        assert body["metadata"]["source_user_id"] == DANA_ID
        assert len(body["ulid"]) == 26
        assert ("related_resources" in body) is (version == "v3.0")


def test_a_write_by_the_app_is_told_with_its_client_id(
    simulator: SimulatorProcess, token: str, receiver: WebhookReceiver
) -> None:
    Subscription(simulator, token, receiver.url, "v3.0").on(event_type="create")
    dana = simulator.access_token(DANA)
    body = {
        "rfi": {
            "subject": "Anchor bolts",
            "rfi_manager_id": DANA_ID,
            "question": {"body": "Which?"},
            "assignee_ids": [DANA_ID],
        }
    }
    made = simulator.call("POST", f"/rest/v1.0/projects/{RIVERSIDE}/rfis", body, dana, HOLLIS)
    assert made.status < 300, made.text
    (received,) = receiver.wait_for(1)
    assert received.body["metadata"]["source_application_id"] == "tieback-demo"
    assert (received.body["resource_id"], received.body["user_id"]) == (made.json["id"], DANA_ID)


def test_a_change_from_outside_is_a_persons(
    simulator: SimulatorProcess, token: str, receiver: WebhookReceiver
) -> None:
    path = f"/rest/v1.0/work_order_contracts?project_id={RIVERSIDE}&per_page=1"
    contract = simulator.get(path, token, HOLLIS).json[0]["id"]
    vendor = simulator.get(f"/rest/v1.0/vendors?company_id={HOLLIS}&per_page=1", token, HOLLIS).json[0]["id"]
    hook = Subscription(simulator, token, receiver.url, "v2.0")
    for resource in ("Work Order Contracts", "Company Vendors", "Projects", "Company Users"):
        hook.on(resource)
    hook.on("Work Order Contracts", "delete")
    simulator.edit("contracts", contract, title="Steel")
    simulator.edit("vendors", vendor, name="Other")
    simulator.edit("projects", RIVERSIDE, city="Fife")
    simulator.edit("people", DANA_ID, job_title="Director")
    simulator.control("DELETE", f"/records/contracts/{contract}")
    told = [
        (
            each.body["resource_name"],
            each.body["event_type"],
            each.body["project_id"],
            each.body["resource_id"],
        )
        for each in receiver.wait_for(5)
    ]
    assert told == [
        ("Work Order Contracts", "update", RIVERSIDE, contract),
        ("Company Vendors", "update", None, vendor),
        ("Projects", "update", RIVERSIDE, RIVERSIDE),
        ("Company Users", "update", None, DANA_ID),
        ("Work Order Contracts", "delete", RIVERSIDE, contract),
    ]
    assert receiver.wait_for(5)[0].body["metadata"]["source_application_id"] is None


def test_a_line_of_a_contract_names_its_contract(
    simulator: SimulatorProcess, token: str, receiver: WebhookReceiver
) -> None:
    path = f"/rest/v1.0/work_order_contracts?project_id={RIVERSIDE}&per_page=1&view=extended"
    contract = simulator.get(path, token, HOLLIS).json[0]
    lines = f"/rest/v1.0/work_order_contracts/{contract['id']}/line_items?project_id={RIVERSIDE}&per_page=1"
    line = simulator.get(lines, token, HOLLIS).json[0]
    Subscription(simulator, token, receiver.url, "v3.0").on("Work Order Contract Line Items")
    happen(simulator, resource="Work Order Contract Line Items", record_id=line["id"])
    (received,) = receiver.wait_for(1)
    assert received.body["related_resources"] == [{"id": contract["id"], "name": "Work Order Contracts"}]


def test_events_come_twice_and_in_another_order_when_told(
    simulator: SimulatorProcess, token: str, receiver: WebhookReceiver
) -> None:
    Subscription(simulator, token, receiver.url).on()
    simulator.switch(webhook_hold=True, webhook_copies=2, webhook_order="reversed")
    for record_id in (1, 2):
        happen(simulator, record_id=record_id)
    simulator.switch(webhook_hold=False)
    received = [each.body for each in receiver.wait_for(4)]
    assert [each["resource_id"] for each in received] == ["2", "2", "1", "1"]
    assert len({each["id"] for each in received}) == 2


def test_a_failure_pauses_the_queue_and_backs_off_by_the_simulated_clock(
    simulator: SimulatorProcess, token: str
) -> None:
    simulator.control("POST", "/clock", {"factor": 0})
    with WebhookReceiver(500, 302) as receiver:
        hook = Subscription(simulator, token, receiver.url)
        hook.on()
        happen(simulator, record_id=1)
        hook.attempted(1)
        happen(simulator, record_id=2)
        simulator.advance(1)
        hook.attempted(2)
        simulator.advance(1)
        simulator.advance(1)
        received = receiver.wait_for(4)
        assert [each.body["resource_id"] for each in received] == ["1", "1", "1", "2"]
        second, first = hook.attempted(4)
    assert [each["response_status"] for each in first["delivery_attempts"]] == [500, 302, 204]
    assert [each["success"] for each in first["delivery_attempts"]] == [False, False, True]
    started = [datetime.fromisoformat(each["started_at"]) for each in first["delivery_attempts"]]
    assert [(after - before).seconds for before, after in pairwise(started)] == [1, 2]
    assert (first["status"], second["status"]) == ("delivered", "delivered")
    assert [each["payload"]["resource_id"] for each in hook.deliveries("&filter[status]=succeeded")] == [
        "2",
        "1",
    ]
    assert hook.deliveries("&filter[status]=discarded") == []
    assert hook.deliveries("&filter[event_type]=create") == []
    assert hook.deliveries("&filter[end]=2020-01-01") == []


def test_a_header_that_cannot_be_sent_is_a_failure_too(simulator: SimulatorProcess, token: str) -> None:
    hook = Subscription(simulator, token, "http://localhost:1/")
    hook.ask("PATCH", body={"destination_headers": {"Authorization": "two\nlines"}})
    hook.on()
    happen(simulator)
    assert hook.attempted(1)[0]["status"] == "retrying"


def test_a_subscriber_that_takes_too_long_has_failed(simulator: SimulatorProcess, token: str) -> None:
    simulator.switch(webhook_timeout_ms=50)
    with WebhookReceiver(None) as receiver:
        hook = Subscription(simulator, token, receiver.url)
        hook.on()
        happen(simulator)
        late = hook.attempted(1)[0]["delivery_attempts"][0]
    assert (late["success"], late["response_status"]) == (False, None)


def test_of_an_endless_answer_the_beginning_is_kept(simulator: SimulatorProcess, token: str) -> None:
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 3000  # and the connection stays open
    with RawServer([endless, None]) as server:
        hook = Subscription(simulator, token, f"http://localhost:{server.port}/")
        hook.on()
        happen(simulator)
        (delivery,) = hook.attempted(1)
    assert delivery["status"] == "delivered"
    assert delivery["delivery_attempts"][0]["response_body"] == "x" * 2000


@pytest.mark.parametrize("deactivation", [False, True])
def test_after_twelve_hours_everything_is_discarded(
    simulator: SimulatorProcess, token: str, *, deactivation: bool
) -> None:
    simulator.control("POST", "/clock", {"factor": 0})
    simulator.switch(webhook_deactivation=deactivation)
    with WebhookReceiver(500, 500) as receiver:
        hook = Subscription(simulator, token, receiver.url)
        hook.on()
        happen(simulator, record_id=1)
        hook.attempted(1)
        happen(simulator, record_id=2)
        simulator.advance(12 * HOUR)
        hook.token = simulator.access_token(None)
        assert {each["status"] for each in hook.attempted(2)} == {"discarded"}
        status = simulator.get(hook.path, hook.token, HOLLIS).json["data"]["status"]
        assert status == ("disabled" if deactivation else "active")
        if not deactivation:
            happen(simulator, record_id=3)
            assert receiver.wait_for(3)[-1].body["resource_id"] == "3"


def test_updates_of_the_directory_are_told_once_since_june_2026(
    simulator: SimulatorProcess, token: str, receiver: WebhookReceiver
) -> None:
    hook = Subscription(simulator, token, receiver.url)
    for name in ("Company Vendors", "Project Vendors"):
        hook.on(name)
    path = f"/rest/v1.1/projects/{RIVERSIDE}/vendors?per_page=1"
    vendor = simulator.get(path, token, HOLLIS).json[0]["id"]
    company = {"resource": "Company Vendors", "record_id": vendor, "project_id": None}
    happen(simulator, **company | {"resource": "Project Vendors", "project_id": RIVERSIDE})
    happen(simulator, **company)
    (told,) = receiver.wait_for(1)
    assert (told.body["resource_type"], told.body["project_id"]) == ("Company Vendors", None)
    simulator.switch(directory_fan_out=True)
    happen(simulator, **company)
    before = [each.body for each in receiver.wait_for(3)]
    assert ("Project Vendors", str(RIVERSIDE)) in {
        (each["resource_type"], each["project_id"]) for each in before
    }


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ({"company_id": HARBOR}, 403),
        ({"company_id": "x"}, 400),
        ({"project_id": [RIVERSIDE]}, 400),
        ({"project_id": "9" * 5000}, 400),
        ({}, 400),
    ],
)
def test_version_one_takes_a_place_of_the_company_only(
    simulator: SimulatorProcess, token: str, place: dict[str, object], status: int
) -> None:
    body = {**place, "hook": {"destination_url": "https://hooks.example.test/"}}
    assert simulator.call("POST", f"{OLD}/hooks", body, token, HOLLIS).status == status
    assert simulator.get(f"{OLD}/hooks?company_id={HOLLIS}&per_page=5", token, HOLLIS).json == []


def test_version_one_has_the_same_hooks_flat(
    simulator: SimulatorProcess, token: str, receiver: WebhookReceiver
) -> None:
    body = {
        "project_id": RIVERSIDE,
        "hook": {
            "api_version": "v2",
            "destination_url": receiver.url,
            "destination_headers": {"A": "12345678"},
        },
    }
    made = simulator.call("POST", f"{OLD}/hooks", body, token, HOLLIS)
    assert made.status == 201
    hook = made.json
    assert hook | {"id": 0} == {
        "id": 0,
        "api_version": "v2",
        "destination_headers": {"A": "*****45678"},
        "destination_url": receiver.url,
        "owned_by_company_id": None,
        "owned_by_project_id": RIVERSIDE,
        "owned_by_user_id": None,
        "namespace": "procore",
    }
    place = f"project_id={RIVERSIDE}"
    assert simulator.get(f"{OLD}/hooks?{place}&per_page=5", token, HOLLIS).json == [hook]
    assert simulator.get(f"{OLD}/hooks?company_id={HOLLIS}&per_page=5", token, HOLLIS).json == []
    path = f"{OLD}/hooks/{hook['id']}"
    wanted = {"resource_name": "RFIs", "event_type": "update"}
    wrong = {"project_id": RIVERSIDE, "api_version": "v4", "trigger": wanted}
    assert simulator.call("POST", f"{path}/triggers", wrong, token, HOLLIS).status == 422
    trigger = simulator.call("POST", f"{path}/triggers", wrong | {"api_version": "v2"}, token, HOLLIS)
    assert trigger.status == 201
    happen(simulator)
    (received,) = receiver.wait_for(1)
    assert received.body["api_version"] == "v2.0"
    for wanted_status, count in (("any", 1), ("failing", 0), ("discarded", 0)):
        deliveries = f"{path}/deliveries?{place}&filters[status]={wanted_status}&page_size=5"
        assert len(simulator.get(deliveries, token, HOLLIS).json) == count
    many = {"project_id": RIVERSIDE, "triggers": [{"resource_name": "RFIs", "event_type": "create"}, wanted]}
    assert simulator.call("POST", f"{path}/triggers/bulk", many, token, HOLLIS).status == 207
    ids = [each["id"] for each in simulator.get(f"{path}/triggers?{place}&per_page=5", token, HOLLIS).json]
    gone = {"project_id": RIVERSIDE, "ids": ids}
    assert simulator.call("DELETE", f"{path}/triggers/bulk", gone, token, HOLLIS).status == 200
    patch = {"project_id": RIVERSIDE, "hook": {"destination_url": "https://hooks.example.test/"}}
    assert simulator.call("PATCH", path, patch, token, HOLLIS).json["destination_url"].startswith("https")
    assert simulator.get(f"{OLD}/resources?{place}", token, HOLLIS).json[0]["name"] == "Projects"
    assert simulator.call("DELETE", f"{path}?{place}", None, token, HOLLIS).status == 204
    asked = simulator.requests(OLD)
    assert len(asked) > 10
    assert all("deprecated_path" in each["breaches"] for each in asked)
