"""Every fault that the simulator's control can switch on, met by a read and by a write.

Each ends in one documented class, within the deadline, and no write happens twice. What a new fault or switch ends
in has to be written down here before the suite is green again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from embedded_app.errors import (
    AppNotConnected,
    Forbidden,
    NotFound,
    OutcomeUnknown,
    ProcoreError,
    RateLimited,
    Rejected,
    ServerFailed,
    TimedOut,
    TokenRefused,
    Unauthorized,
    UnexpectedPayload,
)
from embedded_app.ids import CompanyId, ProjectId, UserId
from embedded_app.procore import CompanyApi, Procore
from embedded_app.procore.deadline import DEFAULT_SECONDS
from embedded_app.secret import Secret
from embedded_app.simulator.network.faults import Drop, Fault, WrongType
from embedded_app.simulator.switches import ErrorShape, Switches
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_grant import FakeGrant
from tests.fakes.simulator_process import REDIRECT_URI, SimulatorProcess

DANA = "dana.whitfield@hollisgrant.example"
HOLLIS, RIVERSIDE = CompanyId(562949953443325), ProjectId(562949953500001)
THREE_TIERS = ProjectId(562949953500004)
RFIS = f"/rest/v1.0/projects/{RIVERSIDE}/rfis"
NOT_CONNECTED = {"errors": ["App is not connected to this company."]}


@dataclass(frozen=True)
class Case:
    """A fault, what a read and a write of it end in, and how many records the write may have made."""

    fault: dict[str, Any]
    read: type[ProcoreError]
    write: type[ProcoreError]
    made: int = 0
    seconds: float = field(default=DEFAULT_SECONDS)


def _status(status: int, read: type[ProcoreError], write: type[ProcoreError] | None = None) -> Case:
    return Case({"status": status}, read, write or read)


CASES = {
    "latency_ms": Case({"latency_ms": 1_000}, TimedOut, OutcomeUnknown, made=1, seconds=0.2),
    "drop before": Case({"drop": Drop.BEFORE}, TimedOut, OutcomeUnknown),
    "drop after": Case({"drop": Drop.AFTER}, TimedOut, OutcomeUnknown, made=1),
    "truncate": Case({"truncate": True}, TimedOut, OutcomeUnknown, made=1),
    "wrong_type values": Case({"wrong_type": WrongType.VALUES}, UnexpectedPayload, OutcomeUnknown, made=1),
    "wrong_type shape": Case({"wrong_type": WrongType.SHAPE}, UnexpectedPayload, OutcomeUnknown, made=1),
    "wrong_type html": Case({"wrong_type": WrongType.HTML}, UnexpectedPayload, OutcomeUnknown, made=1),
    "budget": Case({"budget": 0}, RateLimited, RateLimited),
    "body": Case({"status": 403, "body": NOT_CONNECTED}, AppNotConnected, AppNotConnected),
    "headers": Case({"status": 503, "headers": {"Retry-After": "3600"}}, ServerFailed, OutcomeUnknown),
    "status 302": _status(302, UnexpectedPayload, OutcomeUnknown),
    "status 400": _status(400, Rejected),
    "status 401": _status(401, Unauthorized),
    "status 403": _status(403, Forbidden),
    "status 404": _status(404, NotFound),
    "status 406": _status(406, Rejected),
    "status 408": _status(408, ServerFailed, OutcomeUnknown),
    "status 409": _status(409, Rejected),
    "status 413": _status(413, Rejected),
    "status 418": _status(418, Rejected),
    "status 422": _status(422, Rejected),
    "status 429": _status(429, RateLimited),
    "status 500": _status(500, ServerFailed, OutcomeUnknown),
    "status 502": _status(502, ServerFailed, OutcomeUnknown),
    "status 503": _status(503, ServerFailed, OutcomeUnknown),
}


@pytest.fixture
def hollis(procore: Procore, simulator: SimulatorProcess) -> CompanyApi:
    tokens = (simulator.access_token(DANA) for _ in range(2))  # a 401 is answered by another token
    return procore.company(HOLLIS, FakeGrant(*tokens))


def _ask(company: CompanyApi, *assignees: UserId) -> None:
    company.rfis.create(
        RIVERSIDE,
        subject="Anchor bolts",
        question="Which grade?",
        rfi_manager_id=UserId(160586),
        assignee_ids=assignees,
    )


def _rfis(simulator: SimulatorProcess) -> int:
    found = simulator.get(f"{RFIS}?per_page=300", simulator.access_token(DANA), HOLLIS).json
    return len(found)


def _ends(
    kind: type[ProcoreError], do: Callable[[], object], procore: Procore, clock: FakeClock, seconds: float
) -> None:
    """Exactly in this class, with a sentence, the route and no secret; the pauses fit into the deadline."""
    began = clock.monotonic()
    with procore.within(seconds), pytest.raises(ProcoreError) as caught:
        do()
    assert type(caught.value) is kind
    assert clock.monotonic() - began <= seconds
    assert caught.value.route.endswith("/rest/v1.0/projects/{p}/rfis")
    assert caught.value.sentence.endswith(".")
    assert "eyJ" not in repr(vars(caught.value))


@pytest.mark.parametrize("name", CASES)
def test_a_read_ends_in_its_class_within_the_deadline(
    procore: Procore, hollis: CompanyApi, simulator: SimulatorProcess, clock: FakeClock, name: str
) -> None:
    case = CASES[name]
    simulator.fault(RFIS, method="GET", **case.fault)
    _ends(case.read, lambda: hollis.rfis.list(RIVERSIDE), procore, clock, case.seconds)
    assert len(simulator.requests(RFIS)) <= 6  # three attempts, and what the transport asks once more


@pytest.mark.parametrize("name", CASES)
def test_a_write_ends_in_its_class_within_the_deadline_and_happens_once_at_most(
    procore: Procore, hollis: CompanyApi, simulator: SimulatorProcess, clock: FakeClock, name: str
) -> None:
    case, before = CASES[name], _rfis(simulator)
    simulator.fault(RFIS, method="POST", **case.fault)
    _ends(case.write, lambda: _ask(hollis, UserId(160586)), procore, clock, case.seconds)
    sent = sum(request["method"] == "POST" for request in simulator.requests(RFIS))
    assert sent == (2 if case.write is Unauthorized else 1)  # a 401 did nothing
    if "latency_ms" not in case.fault:  # it may still be at it
        assert _rfis(simulator) - before == case.made


def test_every_fault_has_a_case() -> None:
    used = {name for case in CASES.values() for name in case.fault}
    limiting = {"path", "method", "times", "budget_seconds", "window"}
    assert {each.name for each in dataclasses.fields(Fault)} == used | limiting
    assert {case.fault["drop"] for case in CASES.values() if "drop" in case.fault} == set(Drop)
    assert {case.fault["wrong_type"] for case in CASES.values() if "wrong_type" in case.fault} == set(
        WrongType
    )


@pytest.mark.parametrize("send_retry_after", [True, False])
def test_a_used_up_window_is_known_by_either_header(
    procore: Procore,
    hollis: CompanyApi,
    simulator: SimulatorProcess,
    clock: FakeClock,
    *,
    send_retry_after: bool,
) -> None:
    simulator.rate(hour_remaining=0, send_retry_after=send_retry_after)
    _ends(RateLimited, lambda: hollis.rfis.list(RIVERSIDE), procore, clock, DEFAULT_SECONDS)
    _ends(RateLimited, lambda: _ask(hollis, UserId(160586)), procore, clock, DEFAULT_SECONDS)
    assert len(simulator.requests(RFIS)) == 1


@pytest.mark.parametrize("shape", ErrorShape)
def test_a_refusal_says_why_in_every_shape(
    hollis: CompanyApi, simulator: SimulatorProcess, shape: ErrorShape
) -> None:
    simulator.switch(error_shape=shape)
    with pytest.raises(Rejected) as caught:
        _ask(hollis)
    assert any("required" in text for text in caught.value.messages)


@pytest.mark.parametrize(
    "switch",
    [
        {"unknown_fields": "refuse"},
        {"bad_dates": "refuse"},
        {"rfi_due_date": "datetime"},
        {"level_ids": "scattered"},
        {"latency_ms": 20},
        {"missing_header_status": 422, "missing_header_as": "text"},
    ],
    ids=lambda switch: next(iter(switch)),
)
def test_what_the_reference_leaves_open_changes_nothing(
    hollis: CompanyApi, simulator: SimulatorProcess, switch: dict[str, Any]
) -> None:
    expected = hollis.rfis.list(RIVERSIDE).value
    level = hollis.permissions(RIVERSIDE).level("rfi")
    simulator.switch(**switch)
    hollis._access.reader.expire(HOLLIS)
    found = hollis.rfis.list(RIVERSIDE).value
    assert [(rfi.id, rfi.due_date) for rfi in found] == [(rfi.id, rfi.due_date) for rfi in expected]
    assert hollis.permissions(RIVERSIDE).level("rfi") is level
    _ask(hollis, UserId(160586))


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize("mode", ["at_once", "on_first_use"])
def test_a_used_refresh_token_is_refused_for_good(
    procore: Procore, simulator: SimulatorProcess, status: int, mode: str
) -> None:
    simulator.switch(invalid_grant_status=status, refresh_mode=mode)
    old = Secret(simulator.tokens(DANA)["refresh_token"])
    new = procore.authorization.refresh(old, REDIRECT_URI)
    procore.viewer(FakeGrant(new.access_token.reveal())).me()
    with pytest.raises(TokenRefused) as caught:
        procore.authorization.refresh(old, REDIRECT_URI)
    assert caught.value.error == "invalid_grant"


@pytest.mark.parametrize(("uninstall_ends_tokens", "kind"), [(False, AppNotConnected), (True, Unauthorized)])
def test_an_uninstalled_app_is_told_so_or_signed_out(
    hollis: CompanyApi,
    simulator: SimulatorProcess,
    kind: type[ProcoreError],
    *,
    uninstall_ends_tokens: bool,
) -> None:
    simulator.switch(uninstall_ends_tokens=uninstall_ends_tokens)
    for company_id in (HOLLIS, 60274):  # tokens end with the last company
        simulator.uninstall(company_id)
    with pytest.raises(kind):
        hollis.rfis.list(RIVERSIDE)


@pytest.mark.parametrize("answer", ["empty", "not_found"])
def test_a_project_in_three_tiers_has_no_change_orders_or_says_so(
    hollis: CompanyApi, simulator: SimulatorProcess, answer: str
) -> None:
    simulator.switch(change_orders_in_three_tiers=answer)
    if answer == "empty":
        assert hollis.change_orders.list(THREE_TIERS).value == ()
    else:
        with pytest.raises(NotFound):
            hollis.change_orders.list(THREE_TIERS)


@pytest.mark.parametrize(("answers", "kind"), [(True, None), (False, AppNotConnected)])
def test_installations_are_told_or_refused_where_the_app_is_not_connected(
    hollis: CompanyApi, simulator: SimulatorProcess, kind: type[ProcoreError] | None, *, answers: bool
) -> None:
    simulator.switch(installations_when_disconnected=answers)
    simulator.uninstall(HOLLIS)
    if kind is None:
        assert not any(each.is_installed for each in hollis.app_installations().value)
    else:
        with pytest.raises(kind):
            hollis.app_installations()


MET_ELSEWHERE = {
    *("smallest_part", "uploads_everywhere"),  # in test_writes.py
    *("daily_log_counts", "commitment_contract_fields"),  # in test_families.py
}
OF_CALLS_THAT_WE_DO_NOT_MAKE = {
    "configurations_survive_update",  # the update is made in the portal
    "upload_polls",  # of uploads in version 2.1, as the next one
    "unified_uploads_everywhere",
}
OF_PAGES_AND_WEBHOOKS = {
    *("coop", "consent", "custom_installs", "portal_coop", "frame_allow", "frame_sandbox", "all_views"),
    *("context_ids", "context_id_on_lists", "project_tokens_at_company", "setup_on_move"),
    *("webhook_requisitions", "webhook_copies", "webhook_order", "webhook_hold", "webhook_timeout_ms"),
    *("webhook_deactivation", "directory_fan_out"),
}


def test_every_switch_is_met_by_the_client_or_not_the_clients() -> None:
    met = {
        *("unknown_fields", "bad_dates", "rfi_due_date", "level_ids", "latency_ms"),
        *("missing_header_status", "missing_header_as", "error_shape"),
        *("invalid_grant_status", "refresh_mode", "uninstall_ends_tokens"),
        *("change_orders_in_three_tiers", "installations_when_disconnected"),
    }
    known = {each.name for each in dataclasses.fields(Switches)}
    assert known == met | MET_ELSEWHERE | OF_CALLS_THAT_WE_DO_NOT_MAKE | OF_PAGES_AND_WEBHOOKS


def test_a_company_that_only_refuses_is_left_alone_until_it_is_connected_anew(
    procore: Procore, hollis: CompanyApi, simulator: SimulatorProcess, clock: FakeClock
) -> None:
    simulator.uninstall(HOLLIS)
    for _ in range(50):
        with pytest.raises(AppNotConnected):
            hollis.rfis.list(RIVERSIDE)
    assert len(simulator.requests(RFIS)) == 5
    assert list(procore.pacing().paused) == [HOLLIS]
    simulator.install(HOLLIS)
    clock.advance(3)
    with procore.within(insists=True):
        hollis.rfis.list(RIVERSIDE)
    assert procore.pacing().paused == {}
    hollis.vendors.list(RIVERSIDE)
