"""The token endpoint: what comes back, and the three outcomes that callers must tell apart."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedded_app.errors import (
    ConnectFailed,
    ProcoreError,
    RateLimited,
    ServerFailed,
    TimedOut,
    TokenRefused,
    Unauthorized,
    UnexpectedPayload,
)
from embedded_app.procore import Procore, WireRequest, WireResponse
from embedded_app.procore.calls.caller import CallRecord
from embedded_app.procore.oauth.authorization import Authorization
from embedded_app.procore.oauth.tokens import TokenInfo
from embedded_app.secret import Secret
from tests.fakes.fake_clock import FakeClock
from tests.fakes.scripted_transport import ScriptedTransport, json_answer

_TOKEN = "POST /oauth/token"
_REDIRECT = "https://app.example/oauth/callback"


@pytest.fixture
def authorization(procore: Procore) -> Authorization:
    return procore.authorization


def _pair(clock: FakeClock, **changes: Any) -> dict[str, Any]:
    pair = {
        "access_token": "access-2",
        "token_type": "bearer",
        "expires_in": 5400,
        "refresh_token": "refresh-2",
        "created_at": int(clock.now().timestamp()),
    }
    return {name: value for name, value in {**pair, **changes}.items() if value is not ...}


def _form(request: WireRequest) -> dict[str, str]:
    assert request.body is not None
    return dict(parse_qsl(request.body.decode(), strict_parsing=True))


def test_the_authorize_address(authorization: Authorization) -> None:
    parts = urlsplit(authorization.authorize_url(_REDIRECT, "state/+1"))
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://login.procore.example/oauth/authorize"
    assert parse_qs(parts.query) == {
        "response_type": ["code"],
        "client_id": ["client-1"],
        "redirect_uri": [_REDIRECT],
        "state": ["state/+1"],
    }


def test_an_exchange(authorization: Authorization, transport: ScriptedTransport, clock: FakeClock) -> None:
    transport.answer(_TOKEN, json_answer(_pair(clock)))
    tokens = authorization.exchange("code +&%=1", _REDIRECT)
    assert tokens.access_token == Secret("access-2")
    assert tokens.refresh_token == Secret("refresh-2")
    assert tokens.created_at == clock.now()
    assert tokens.expires_at == clock.now() + timedelta(seconds=5400)
    [request] = transport.requests
    assert (request.method, request.url) == ("POST", "https://login.procore.example/oauth/token")
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Authorization" not in request.headers
    assert _form(request) == {
        "grant_type": "authorization_code",
        "code": "code +&%=1",
        "redirect_uri": _REDIRECT,
        "client_id": "client-1",
        "client_secret": "client-secret",
    }


def test_a_refresh(authorization: Authorization, transport: ScriptedTransport, clock: FakeClock) -> None:
    transport.answer(_TOKEN, json_answer(_pair(clock)))
    assert authorization.refresh(Secret("refresh-1"), _REDIRECT).refresh_token == Secret("refresh-2")
    assert _form(transport.requests[0]) == {
        "grant_type": "refresh_token",
        "refresh_token": "refresh-1",
        "redirect_uri": _REDIRECT,
        "client_id": "client-1",
        "client_secret": "client-secret",
    }


def test_client_credentials_have_no_refresh_token(
    authorization: Authorization, transport: ScriptedTransport, clock: FakeClock
) -> None:
    transport.answer(_TOKEN, json_answer(_pair(clock, refresh_token=...)))
    assert authorization.client_credentials().refresh_token is None
    assert _form(transport.requests[0])["grant_type"] == "client_credentials"


@pytest.mark.parametrize("status", [400, 401, 403])
@pytest.mark.parametrize("error", ["invalid_grant", "invalid_client", "invalid_request"])
def test_a_refusal_is_definitive(
    authorization: Authorization, transport: ScriptedTransport, status: int, error: str
) -> None:
    transport.answer(_TOKEN, json_answer({"error": error, "error_description": "refresh-1"}, status))
    with pytest.raises(TokenRefused) as caught:
        authorization.refresh(Secret("refresh-1"), _REDIRECT)
    assert (caught.value.error, caught.value.status_code) == (error, status)
    assert caught.value.messages == (), "a description may repeat what was sent"


@pytest.mark.parametrize("failure", [ConnectFailed("x"), TimedOut("x")])
def test_sent_or_not_sent_is_told_apart(
    authorization: Authorization, transport: ScriptedTransport, failure: ProcoreError
) -> None:
    transport.answer(_TOKEN, failure)
    with pytest.raises(type(failure)):
        authorization.refresh(Secret("refresh-1"), _REDIRECT)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (WireResponse(500), ServerFailed),
        (json_answer({"error": "invalid_grant"}, 503), ServerFailed),
        (WireResponse(408), ServerFailed),
        (WireResponse(429), RateLimited),
        (WireResponse(302, {"Location": "https://login.procore.example/maintenance"}), UnexpectedPayload),
        (WireResponse(200, {"Content-Type": "text/html"}, b"<html>Maintenance</html>"), UnexpectedPayload),
        (WireResponse(400, {"Content-Type": "text/html"}, b"<html>Bad request</html>"), UnexpectedPayload),
        (WireResponse(200), UnexpectedPayload),
        (WireResponse(204), UnexpectedPayload),
        (json_answer([]), UnexpectedPayload),
        (json_answer({}), UnexpectedPayload),
        (json_answer({"error": "invalid_grant"}), UnexpectedPayload),
        (json_answer({"error": "server_error"}, 400), UnexpectedPayload),
        (json_answer({"error": {"code": "422"}}, 400), UnexpectedPayload),
        (json_answer({"error": "invalid_grant"}, 404), UnexpectedPayload),
    ],
)
def test_everything_else_is_an_unknown_outcome_and_never_repeated(
    authorization: Authorization, transport: ScriptedTransport, answer: WireResponse, kind: type[ProcoreError]
) -> None:
    transport.answer(_TOKEN, answer)
    with pytest.raises(kind):
        authorization.refresh(Secret("refresh-1"), _REDIRECT)
    assert len(transport.requests) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"access_token": ...},
        {"access_token": ""},
        {"access_token": "access-2\r\nX-Forged: 1"},
        {"access_token": "access-2 ☃"},
        {"refresh_token": ...},
        {"refresh_token": None},
        {"expires_in": ...},
        {"expires_in": 0},
        {"expires_in": "soon"},
        {"expires_in": 366 * 24 * 3600 + 1},
        {"created_at": "yesterday"},
        {"token_type": "mac"},
    ],
)
def test_a_pair_that_lacks_something_is_unexpected(
    authorization: Authorization, transport: ScriptedTransport, clock: FakeClock, changes: dict[str, Any]
) -> None:
    transport.answer(_TOKEN, json_answer(_pair(clock, **changes)))
    with pytest.raises(UnexpectedPayload) as caught:
        authorization.refresh(Secret("refresh-1"), _REDIRECT)
    assert "access-2" not in f"{caught.value!r} {vars(caught.value)}"


@pytest.mark.parametrize(
    ("their_clock", "age"),
    [
        (timedelta(0), timedelta(0)),
        (timedelta(seconds=-40), timedelta(seconds=40)),
        (timedelta(seconds=40), timedelta(0)),
        (timedelta(seconds=-300), timedelta(seconds=300)),
        (timedelta(seconds=-301), timedelta(0)),
        (timedelta(hours=2), timedelta(0)),
        (timedelta(hours=-2), timedelta(0)),
    ],
)
def test_expiry_survives_clocks_that_differ(
    authorization: Authorization,
    transport: ScriptedTransport,
    clock: FakeClock,
    their_clock: timedelta,
    age: timedelta,
) -> None:
    created_at = int((clock.now() + their_clock).timestamp())
    transport.answer(_TOKEN, json_answer(_pair(clock, created_at=created_at)))
    tokens = authorization.exchange("code", _REDIRECT)
    assert tokens.expires_at == clock.now() - age + timedelta(seconds=5400)
    assert tokens.created_at == clock.now() - age


def test_a_token_lives_for_a_year_at_most(
    authorization: Authorization, transport: ScriptedTransport, clock: FakeClock
) -> None:
    transport.answer(_TOKEN, json_answer(_pair(clock, expires_in=366 * 24 * 3600)))
    assert authorization.exchange("code", _REDIRECT).expires_at == clock.now() + timedelta(days=366)


def test_created_at_may_be_missing(
    authorization: Authorization, transport: ScriptedTransport, clock: FakeClock
) -> None:
    transport.answer(_TOKEN, json_answer(_pair(clock, created_at=...)))
    assert authorization.exchange("code", _REDIRECT).created_at == clock.now()


def test_a_page_in_a_hurry_does_not_cut_a_refresh_short(
    procore: Procore, authorization: Authorization, transport: ScriptedTransport, clock: FakeClock
) -> None:
    transport.answer(_TOKEN, json_answer(_pair(clock)))
    with procore.within(0.1):
        authorization.refresh(Secret("refresh-1"), _REDIRECT)
    assert transport.seconds == [13]


def test_revoking(authorization: Authorization, transport: ScriptedTransport) -> None:
    transport.answer("POST /oauth/revoke", json_answer({}))
    authorization.revoke(Secret("refresh-1"))
    assert transport.requests[0].url == "https://login.procore.example/oauth/revoke"
    assert _form(transport.requests[0]) == {
        "token": "refresh-1",
        "client_id": "client-1",
        "client_secret": "client-secret",
    }


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(WireResponse(500), ServerFailed), (json_answer({"error": "invalid_client"}, 401), TokenRefused)],
)
def test_a_revocation_that_failed_says_so(
    authorization: Authorization, transport: ScriptedTransport, answer: WireResponse, kind: type[ProcoreError]
) -> None:
    transport.answer("POST /oauth/revoke", answer)
    with pytest.raises(kind):
        authorization.revoke(Secret("refresh-1"))


def test_token_info(authorization: Authorization, transport: ScriptedTransport) -> None:
    answer = {
        "resource_owner_id": 160586,
        "scopes": [],
        "expires_in_seconds": 4200,
        "application": {"uid": "client-1"},
        "created_at": 1767225600,
    }
    transport.answer("GET /oauth/token/info", json_answer(answer), WireResponse(401))
    assert authorization.token_info(Secret("access-1")) == TokenInfo(160586, "client-1", 4200)  # type: ignore[arg-type]
    assert transport.requests[0].headers["Authorization"] == "Bearer access-1"
    with pytest.raises(Unauthorized):
        authorization.token_info(Secret("access-1"))


def test_calls_to_the_login_host_are_told_too(
    authorization: Authorization, transport: ScriptedTransport, clock: FakeClock, calls: list[CallRecord]
) -> None:
    transport.answer(_TOKEN, json_answer(_pair(clock)))
    authorization.client_credentials()
    assert calls == [CallRecord(_TOKEN, None, 200, 0.0)]


_ANSWERS: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.sampled_from(["access_token", "refresh_token", "expires_in", "created_at", "token_type", "error"]),
    st.sampled_from(["bearer", "x", "", 5400, -1, 2**63, None, 1.5, [], {}, "invalid_grant"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(status=st.integers(100, 599), answer=_ANSWERS)
def test_a_token_set_or_one_of_our_errors_and_nothing_else(
    authorization: Authorization, transport: ScriptedTransport, status: int, answer: dict[str, Any]
) -> None:
    transport.answer(_TOKEN, json_answer(answer, status))
    try:
        tokens = authorization.refresh(Secret("refresh-1"), _REDIRECT)
    except ConnectFailed:
        pytest.fail("something was sent")
    except ProcoreError:
        return
    assert tokens.refresh_token
    assert tokens.access_token
