"""A 401 from the API because another process refreshed meanwhile: asked once more, with the new token."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from embedded_app.clock import SystemClock
from embedded_app.errors import Unauthorized
from embedded_app.installations import PrincipalGrant, Refresher
from embedded_app.procore import Environment, Procore, TokenSet
from embedded_app.secret import Secret
from embedded_app.storage import database_now
from tests.fakes.interrupted_transport import InterruptedTransport
from tests.fakes.simulator_process import CLIENT_ID, CLIENT_SECRET, SimulatorProcess
from tests.fakes.token_host import TokenHost
from tests.integration.installations.keeper import ONE, Keeper
from tests.integration.installations.refreshing_process import refresh_at

DANA = "dana.whitfield@hollisgrant.example"
ME = "/rest/v1.0/me"


@pytest.fixture
def keeper(app: Flask, simulator: SimulatorProcess) -> Keeper:
    """A good grant, with half its life before it."""
    keeper = Keeper(app, TokenHost(), SystemClock())
    keeper.principal_id = keeper.add_company(ONE)
    pair = simulator.tokens(DANA)
    with app.app_context():
        now = database_now()
    access, refresh = Secret(pair["access_token"]), Secret(pair["refresh_token"])
    keeper.grant_id = keeper.store(TokenSet(access, refresh, now, now + timedelta(seconds=5400)))
    return keeper


class Worker:
    """A process: its own memory of flights, its own client."""

    def __init__(self, keeper: Keeper, simulator: SimulatorProcess) -> None:
        self.transport = InterruptedTransport()
        refresher = Refresher(
            keeper.custody, refresh_at(simulator.base_url), keeper.host.obtain, SystemClock()
        )
        self.grant = PrincipalGrant(refresher, ONE, keeper.grant_id)
        self._procore = Procore(
            Environment("custom", simulator.base_url, simulator.base_url, ()),
            CLIENT_ID,
            Secret(CLIENT_SECRET),
            clock=SystemClock(),
            transport=self.transport,
        )

    def me(self) -> str:
        return self._procore.viewer(self.grant).me().login


def revoke(simulator: SimulatorProcess, token: Secret) -> None:
    form = {"token": token.reveal(), "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    assert simulator.send("POST", "/oauth/revoke", form=form).status == 200


@pytest.mark.parametrize("mode", ["at_once", "on_first_use"])
def test_the_new_token_is_there_already(keeper: Keeper, simulator: SimulatorProcess, mode: str) -> None:
    simulator.switch(refresh_mode=mode)
    one, other = Worker(keeper, simulator), Worker(keeper, simulator)
    old = one.grant.access_token()

    def refresh_elsewhere() -> None:
        assert other.grant.renew(old) != old
        revoke(simulator, old)

    one.transport.before(ME, refresh_elsewhere)
    assert one.me() == DANA
    assert [each["status"] for each in simulator.requests(ME)] == [401, 200]
    assert [each["status"] for each in simulator.requests("/oauth/token")] == [200]
    assert one.grant.access_token() == other.grant.access_token() != old


def test_it_is_asked_once_more_and_not_again(keeper: Keeper, simulator: SimulatorProcess) -> None:
    one = Worker(keeper, simulator)
    simulator.fault(ME, status=401, body={})
    with pytest.raises(Unauthorized):
        one.me()
    assert len(simulator.requests(ME)) == 2
    assert len(simulator.requests("/oauth/token")) == 1
