"""What an odd answer to a refresh over HTTP comes to: the good state stays, or the grant is lost for a reason.

Bytes that are no JSON at all are in tests/unit/procore/test_authorization.py.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from embedded_app.clock import SystemClock
from embedded_app.errors import GrantLost, ProcoreError, TimedOut
from embedded_app.installations import GrantState, LossCause, Refresher
from embedded_app.outbound.wire import Wire
from embedded_app.procore import PooledTransport, TokenSet
from embedded_app.secret import Secret
from embedded_app.storage import database_now
from tests.fakes.raw_server import RawServer
from tests.fakes.simulator_process import SimulatorProcess
from tests.fakes.token_host import TokenHost
from tests.integration.installations.keeper import EXPIRED, ONE, Keeper
from tests.integration.installations.refreshing_process import refresh_at

DANA = "dana.whitfield@hollisgrant.example"
PAIR = {"access_token": "a", "token_type": "bearer", "expires_in": 5400, "refresh_token": "r"}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in PAIR.items() if key != name}


# The host did not act, so the probe finds the old token good.
NOT_ACTED: dict[str, dict[str, Any]] = {
    "no_refresh_token": {"status": 200, "body": without("refresh_token")},
    "no_expires_in": {"status": 200, "body": without("expires_in")},
    "a_text": {"status": 200, "body": "<html>Please wait</html>"},
    "a_text_as_refusal": {"status": 400, "body": "<html>Bad request</html>"},
    "an_empty_text": {"status": 200, "body": ""},
    "redirect": {"status": 302, "body": "", "headers": {"Location": "/login"}},
    "server_failed": {"status": 503, "body": ""},
    "too_many": {"status": 429, "body": "", "headers": {"Retry-After": "1"}},
    "cut_off_before": {"drop": "before"},
}
# The host acted, and nobody got to know: the probe finds the old token spent.
ACTED: dict[str, dict[str, Any]] = {"cut_off_after": {"drop": "after"}, "half_an_answer": {"truncate": True}}


@pytest.fixture
def keeper(app: Flask, simulator: SimulatorProcess) -> Keeper:
    keeper = Keeper(app, TokenHost(), SystemClock())
    keeper.refresher = Refresher(
        keeper.custody, refresh_at(simulator.base_url), keeper.host.obtain, SystemClock()
    )
    keeper.principal_id = keeper.add_company(ONE)
    pair = simulator.tokens(DANA)
    with app.app_context():
        issued_at = database_now() - EXPIRED
    keeper.grant_id = keeper.store(
        TokenSet(
            Secret(pair["access_token"]),
            Secret(pair["refresh_token"]),
            issued_at,
            issued_at + timedelta(seconds=5400),
        )
    )
    return keeper


@pytest.mark.parametrize("odd", NOT_ACTED)
def test_the_good_state_stays(keeper: Keeper, simulator: SimulatorProcess, odd: str) -> None:
    simulator.fault("/oauth/token", **NOT_ACTED[odd], times=1)
    with pytest.raises(ProcoreError):
        keeper.token()
    row = keeper.row()
    assert (row.version, row.state, row.attempt) == (1, GrantState.REFRESHING, 1)
    keeper.let_time_pass()
    assert simulator.get("/rest/v1.0/me", keeper.token()).status == 200
    row = keeper.row()
    assert (row.version, row.state, row.last_failure) == (2, GrantState.GOOD, None)


@pytest.mark.parametrize("odd", ACTED)
def test_or_it_is_lost_for_a_reason(keeper: Keeper, simulator: SimulatorProcess, odd: str) -> None:
    simulator.fault("/oauth/token", **ACTED[odd], times=1)
    with pytest.raises(ProcoreError):
        keeper.token()
    keeper.let_time_pass()
    with pytest.raises(GrantLost) as lost:
        keeper.token()
    assert lost.value.cause == LossCause.ANSWER_LOST
    assert len(simulator.requests("/oauth/token")) == 2


def test_a_refusal_is_never_taken_for_an_api_401(keeper: Keeper, simulator: SimulatorProcess) -> None:
    """The login host answers a spent refresh token with 400 or 401; it is asked once, and the grant is lost."""
    simulator.fault("/oauth/token", status=401, body={"error": "invalid_grant"}, times=1)
    with pytest.raises(GrantLost) as lost:
        keeper.token()
    assert lost.value.cause == LossCause.REFUSED
    assert len(simulator.requests("/oauth/token")) == 1


def test_a_hang_past_every_timeout_is_in_doubt_and_then_lost(keeper: Keeper) -> None:
    impatient = PooledTransport(Wire(read_seconds=0.05))
    with RawServer([None], [None]) as silent:
        refresh = refresh_at(f"http://127.0.0.1:{silent.port}", impatient)
        refresher = Refresher(keeper.custody, refresh, keeper.host.obtain, SystemClock())
        with pytest.raises(TimedOut):
            keeper.token(refresher)
        keeper.let_time_pass()
        for _ in range(2):
            with pytest.raises(GrantLost) as lost:
                keeper.token(refresher)
            assert lost.value.cause == LossCause.NO_ANSWER
        assert silent.accepted == 2
