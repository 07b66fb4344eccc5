from __future__ import annotations

from datetime import timedelta

import pytest

from embedded_app.errors import (
    AppNotConnected,
    ConnectFailed,
    Forbidden,
    GrantLost,
    NotFound,
    ProcoreError,
    RateLimited,
    Rejected,
    ServerFailed,
    TimedOut,
    Unauthorized,
)
from embedded_app.ids import CompanyId, ProjectId
from embedded_app.procore import Procore, WireRequest, WireResponse
from embedded_app.procore.calls.caller import CallRecord
from embedded_app.secret import Secret
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_grant import FakeGrant
from tests.fakes.scripted_transport import ScriptedTransport, json_answer

_COMPANY = CompanyId(562949953443325)
_PROJECT = ProjectId(562949953500001)
_ROUTE = "GET /rest/v1.0/projects/{p}"
_FOUND = json_answer({"id": _PROJECT, "name": "Riverside Medical Center"})


def _get(procore: Procore, grant: FakeGrant) -> str:
    return procore.company(_COMPANY, grant).projects.get(_PROJECT).value.name


def test_a_company_call_carries_token_and_company(
    procore: Procore, transport: ScriptedTransport, grant: FakeGrant
) -> None:
    transport.answer(_ROUTE, _FOUND)
    assert _get(procore, grant) == "Riverside Medical Center"
    [request] = transport.requests
    assert request.method == "GET"
    assert request.url == (
        "https://api.procore.example/rest/v1.0/projects/562949953500001?company_id=562949953443325"
    )
    assert request.headers["Authorization"] == "Bearer token-1"
    assert request.headers["Procore-Company-Id"] == "562949953443325"
    assert request.headers["Accept"] == "application/json"


def test_a_viewer_call_names_no_company(
    procore: Procore, transport: ScriptedTransport, grant: FakeGrant
) -> None:
    transport.answer("GET /rest/v1.0/me", json_answer({"id": 160586, "login": "dana@hollisgrant.example"}))
    assert procore.viewer(grant).me().id == 160586
    [request] = transport.requests
    assert "Procore-Company-Id" not in request.headers
    assert request.url == "https://api.procore.example/rest/v1.0/me"


def test_a_rejected_token_is_renewed_once(
    procore: Procore, transport: ScriptedTransport, grant: FakeGrant
) -> None:
    transport.answer(_ROUTE, WireResponse(401), _FOUND)
    _get(procore, grant)
    assert grant.rejected == [Secret("token-1")]
    assert [request.headers["Authorization"] for request in transport.requests] == [
        "Bearer token-1",
        "Bearer token-2",
    ]


def test_a_second_rejection_ends_it(procore: Procore, transport: ScriptedTransport, grant: FakeGrant) -> None:
    transport.answer(_ROUTE, WireResponse(401))
    with pytest.raises(Unauthorized):
        _get(procore, grant)
    assert grant.rejected == [Secret("token-1")]
    assert len(transport.requests) == 2


def test_a_grant_that_cannot_be_renewed_is_lost(procore: Procore, transport: ScriptedTransport) -> None:
    transport.answer(_ROUTE, WireResponse(401))
    with pytest.raises(GrantLost):
        _get(procore, FakeGrant("only"))
    assert len(transport.requests) == 1


@pytest.mark.parametrize("status", [408, 500, 502, 503])
def test_a_failing_server_is_asked_again_with_growing_pauses(
    procore: Procore, transport: ScriptedTransport, grant: FakeGrant, clock: FakeClock, status: int
) -> None:
    transport.answer(_ROUTE, WireResponse(status), WireResponse(status), _FOUND)
    _get(procore, grant)
    assert clock.slept == [0.5, 1.0]


def test_it_is_not_asked_for_ever(procore: Procore, transport: ScriptedTransport, grant: FakeGrant) -> None:
    transport.answer(_ROUTE, WireResponse(500))
    with pytest.raises(ServerFailed):
        _get(procore, grant)
    assert len(transport.requests) == 3


def test_retry_after_of_a_503_is_honoured(
    procore: Procore, transport: ScriptedTransport, grant: FakeGrant, clock: FakeClock
) -> None:
    transport.answer(_ROUTE, WireResponse(503, {"Retry-After": "4"}), _FOUND)
    _get(procore, grant)
    assert clock.slept == [4.5]


def test_no_pause_reaches_beyond_the_deadline(
    procore: Procore, transport: ScriptedTransport, grant: FakeGrant, clock: FakeClock
) -> None:
    transport.answer(_ROUTE, WireResponse(503, {"Retry-After": "60"}))
    with pytest.raises(ServerFailed):
        _get(procore, grant)
    assert clock.slept == []
    assert len(transport.requests) == 1


def test_a_429_is_waited_for_and_asked_again(
    procore: Procore, transport: ScriptedTransport, grant: FakeGrant, clock: FakeClock
) -> None:
    transport.answer(_ROUTE, WireResponse(429, {"Retry-After": "3"}), _FOUND)
    began = clock.monotonic()
    _get(procore, grant)
    assert clock.monotonic() - began >= 3


def test_a_429_beyond_the_deadline_says_when(
    procore: Procore, transport: ScriptedTransport, grant: FakeGrant, clock: FakeClock
) -> None:
    transport.answer(_ROUTE, WireResponse(429, {"Retry-After": "300"}))
    with pytest.raises(RateLimited) as caught:
        _get(procore, grant)
    assert caught.value.retry_at == clock.now() + timedelta(seconds=300)
    with pytest.raises(RateLimited):
        _get(procore, grant)
    assert len(transport.requests) == 1, "the second look must not be sent at all"


@pytest.mark.parametrize(
    ("status", "kind"), [(400, Rejected), (403, Forbidden), (404, NotFound), (422, Rejected)]
)
def test_no_other_refusal_is_repeated(
    procore: Procore, transport: ScriptedTransport, grant: FakeGrant, status: int, kind: type[ProcoreError]
) -> None:
    transport.answer(_ROUTE, WireResponse(status))
    with pytest.raises(kind):
        _get(procore, grant)
    assert len(transport.requests) == 1


@pytest.mark.parametrize("failure", [ConnectFailed("down"), TimedOut("late")])
def test_an_unreachable_procore_is_not_asked_again(
    procore: Procore, transport: ScriptedTransport, grant: FakeGrant, failure: ProcoreError
) -> None:
    transport.answer(_ROUTE, failure)
    with pytest.raises(type(failure)):
        _get(procore, grant)
    assert len(transport.requests) == 1


def test_an_exchange_gets_no_more_time_than_the_page_has(
    procore: Procore, transport: ScriptedTransport, grant: FakeGrant, clock: FakeClock
) -> None:
    transport.answer(_ROUTE, _FOUND)
    with procore.within(6):
        clock.advance(2)
        _get(procore, grant)
    assert transport.seconds == [4]


def test_a_page_waits_five_seconds_for_room_and_a_job_as_long_as_it_has(procore: Procore) -> None:
    with procore.within(60) as page:
        assert page.patience == 5
    with procore.within(60, background=True) as job:
        assert job.patience == float("inf")


def test_nothing_is_sent_after_the_deadline(
    procore: Procore, transport: ScriptedTransport, grant: FakeGrant, clock: FakeClock
) -> None:
    with procore.within(6):
        clock.advance(6)
        with pytest.raises(TimedOut):
            _get(procore, grant)
    assert transport.requests == []


def test_an_inner_deadline_never_extends_the_outer_one(procore: Procore) -> None:
    with procore.within(5, background=True) as outer, procore.within(60) as inner:
        assert inner.at == outer.at
        assert inner.background


def test_every_exchange_is_told(
    procore: Procore,
    transport: ScriptedTransport,
    grant: FakeGrant,
    clock: FakeClock,
    calls: list[CallRecord],
) -> None:
    def slowly(_request: WireRequest) -> WireResponse:
        clock.advance(0.25)
        return _FOUND

    transport.answer(_ROUTE, WireResponse(401), slowly)
    _get(procore, grant)
    transport.answer("GET /rest/v1.0/me", ConnectFailed("down"))
    with pytest.raises(ConnectFailed):
        procore.viewer(grant).me()
    assert calls == [
        CallRecord(_ROUTE, _COMPANY, 401, 0.0),
        CallRecord(_ROUTE, _COMPANY, 200, 0.25),
        CallRecord("GET /rest/v1.0/me", None, None, 0.0),
    ]


def test_that_the_app_is_not_connected_comes_with_when_it_was_asked(
    procore: Procore, transport: ScriptedTransport, grant: FakeGrant, clock: FakeClock
) -> None:
    began = clock.monotonic()

    def slowly(_request: WireRequest) -> WireResponse:
        clock.advance(2)
        return json_answer({"errors": ["App is not connected to this company."]}, 403)

    transport.answer(_ROUTE, slowly)
    with pytest.raises(AppNotConnected) as caught:
        _get(procore, grant)
    assert caught.value.asked_at == began


def test_an_error_and_a_request_show_no_token(
    procore: Procore, transport: ScriptedTransport, grant: FakeGrant
) -> None:
    transport.answer(_ROUTE, json_answer({"message": "no"}, 403, X_Request_Id="req-9"))
    with pytest.raises(Forbidden) as caught:
        _get(procore, grant)
    shown = f"{caught.value!r} {vars(caught.value)} {transport.requests!r} {_FOUND!r}"
    assert "token-1" not in shown
    assert "Riverside" not in shown
    assert caught.value.request_id == "req-9"
