"""Real processes against a simulated login host: killed at every step of a refresh, and racing for one.

Once, and in the deep tests more often: ``make test-deep KILLS=20 RACES=20`` says how often; docs/custody.md has
the figures.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from embedded_app.clock import SystemClock
from embedded_app.errors import GrantLost
from embedded_app.installations import GrantState, LossCause, Refresher
from embedded_app.procore import TokenSet
from embedded_app.secret import Secret
from embedded_app.storage import database_now
from tests.fakes.simulator_process import SimulatorProcess
from tests.fakes.token_host import TokenHost
from tests.integration.installations.keeper import EXPIRED, ONE, Keeper
from tests.integration.installations.processes import RefreshingProcess
from tests.integration.installations.refreshing_process import LONGEST_ANSWER, Place, Step, refresh_at

DANA = "dana.whitfield@hollisgrant.example"
PROCESSES, THREADS = 4, 32
KILLS = [1, pytest.param(int(os.environ.get("KILLS", "2")), marks=pytest.mark.deep)]
"""At each step, for each kind of login host, on each database."""
RACES = [1, pytest.param(int(os.environ.get("RACES", "3")), marks=pytest.mark.deep)]

GOOD = None
LOST = LossCause.ANSWER_LOST
# What a kill at each step comes to: in which end, after how many token requests together. A login host that
# ends the old refresh token at once has told its answer to nobody; one that waits for the first use of the new
# access token lets the probe have it.
EXPECTED = {
    ("at_once", Step.BEFORE_INTENT): (GOOD, 1),
    ("at_once", Step.AFTER_INTENT): (GOOD, 1),
    ("at_once", Step.AFTER_SENDING): (LOST, 2),
    ("at_once", Step.AFTER_ANSWER): (LOST, 2),
    ("at_once", Step.BEFORE_COMMIT): (LOST, 2),
    ("at_once", Step.AFTER_COMMIT): (GOOD, 1),
    ("on_first_use", Step.BEFORE_INTENT): (GOOD, 1),
    ("on_first_use", Step.AFTER_INTENT): (GOOD, 1),
    ("on_first_use", Step.AFTER_SENDING): (GOOD, 2),
    ("on_first_use", Step.AFTER_ANSWER): (GOOD, 2),
    ("on_first_use", Step.BEFORE_COMMIT): (GOOD, 2),
    ("on_first_use", Step.AFTER_COMMIT): (GOOD, 1),
}


@pytest.fixture(scope="module")
def process() -> Iterator[RefreshingProcess]:
    with RefreshingProcess() as process:
        yield process


@pytest.fixture
def survivor(app: Flask) -> Keeper:
    """Whoever comes after the process that was killed."""
    keeper = Keeper(app, TokenHost(), SystemClock())
    keeper.principal_id = keeper.add_company(ONE)
    return keeper


@pytest.fixture
def place(survivor: Keeper, simulator: SimulatorProcess) -> Place:
    sign_in(survivor, simulator)
    return Place(
        survivor.app.config["SQLALCHEMY_DATABASE_URI"].render_as_string(hide_password=False),
        simulator.base_url,
        ONE,
        str(survivor.grant_id),
    )


def sign_in(keeper: Keeper, simulator: SimulatorProcess) -> None:
    """Store a pair of the login host that is to be refreshed, and forget what was asked so far."""
    pair = simulator.tokens(DANA)
    with keeper.app.app_context():
        issued_at = database_now() - EXPIRED
    keeper.grant_id = keeper.store(
        TokenSet(
            Secret(pair["access_token"]),
            Secret(pair["refresh_token"]),
            issued_at,
            issued_at + timedelta(seconds=5400),
        )
    )
    simulator.forget_requests()


@pytest.mark.parametrize("kills", KILLS)
@pytest.mark.parametrize("mode", ["at_once", "on_first_use"])
def test_a_kill_at_any_step_leaves_a_grant_that_is_good_or_lost_for_a_reason(  # noqa: PLR0917 # two say what is killed
    survivor: Keeper,
    place: Place,
    simulator: SimulatorProcess,
    process: RefreshingProcess,
    mode: str,
    kills: int,
) -> None:
    simulator.switch(refresh_mode=mode)
    refresher = Refresher(
        survivor.custody, refresh_at(simulator.base_url), survivor.host.obtain, SystemClock()
    )
    for step in [each for each in Step for _ in range(kills)]:
        sign_in(survivor, simulator)
        process.kill_at(place, step)
        survivor.let_time_pass()
        loss, requests = EXPECTED[mode, step]
        if loss is None:
            token = survivor.token(refresher)
            assert simulator.get("/rest/v1.0/me", token).status == 200, step
            assert survivor.row().state == GrantState.GOOD
        else:
            with pytest.raises(GrantLost) as lost:
                survivor.token(refresher)
            assert (lost.value.cause, survivor.row().lost_cause) == (loss, loss), step
        assert len(simulator.requests("/oauth/token")) == requests, step


@pytest.mark.parametrize("races", RACES)
def test_four_processes_with_32_threads_each_cause_one_refresh(
    survivor: Keeper, place: Place, simulator: SimulatorProcess, process: RefreshingProcess, races: int
) -> None:
    simulator.switch(refresh_mode="at_once")
    for _ in range(races):
        sign_in(survivor, simulator)
        answers = process.race(place, PROCESSES, THREADS)
        assert len(answers) == PROCESSES * THREADS
        kept = survivor.custody.look(ONE, survivor.grant_id).tokens.access_token.reveal()
        assert set(answers) == {kept[-LONGEST_ANSWER:]}
        assert [each["status"] for each in simulator.requests("/oauth/token")] == [200]
