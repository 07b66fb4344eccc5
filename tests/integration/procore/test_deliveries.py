"""What a hook tells, from a change in the simulator to what the client reads next."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest

from embedded_app.ids import CompanyId, ProjectId
from embedded_app.procore import Commitment, Procore, read_event
from embedded_app.procore.calls.routes import CompanyRoute
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_grant import FakeGrant
from tests.fakes.simulator_process import SimulatorProcess
from tests.fakes.webhook_receiver import WebhookReceiver

HOLLIS = CompanyId(562949953443325)
RIVERSIDE = ProjectId(562949953500001)
DANA = "dana.whitfield@hollisgrant.example"
HOOKS = f"/rest/v2.0/companies/{HOLLIS}/webhooks/hooks"


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as started:
        yield started


def _subscribe(simulator: SimulatorProcess, receiver: WebhookReceiver, version: str) -> None:
    token = simulator.access_token(None)
    body = {
        "payload_version": version,
        "namespace": "tieback",
        "destination_url": receiver.url,
        "destination_headers": {"Authorization": "Bearer a-long-secret"},
    }
    hook = simulator.call("POST", HOOKS, body, token, HOLLIS).json["data"]["id"]
    trigger = {"resource_name": "Work Order Contracts", "event_type": "update"}
    assert simulator.call("POST", f"{HOOKS}/{hook}/triggers", trigger, token, HOLLIS).status == 201


@pytest.mark.parametrize("version", ["v2.0", "v3.0", "v4.0"])
def test_what_is_held_for_a_hook_is_read_again_when_it_tells_of_a_change(
    procore: Procore, simulator: SimulatorProcess, receiver: WebhookReceiver, clock: FakeClock, version: str
) -> None:
    company = procore.company(HOLLIS, FakeGrant(simulator.access_token(DANA)))

    def first() -> Commitment:
        return next(each for each in company.commitments.list(RIVERSIDE).value if each.number == "SC-014")

    _subscribe(simulator, receiver, version)
    procore.watch(HOLLIS, CompanyRoute.WORK_ORDER_CONTRACTS.resources, seconds=3600)
    before = first()
    clock.advance(240)
    simulator.forget_requests()
    assert first() == before
    assert [each["path"] for each in simulator.requests("/rest/v1.0/work_order")] == []

    simulator.edit("contracts", before.id, title="Zebra steel")
    assert first() == before  # nobody has heard of it yet
    event = read_event(orjson.dumps(receiver.wait_for(1)[0].body))
    assert (event.company_id, event.project_id, event.record_id) == (HOLLIS, RIVERSIDE, before.id)
    assert event.action == "update"
    procore.heard(event)
    assert first().title == "Zebra steel"
