"""Uninstalled in Procore and installed again: whatever was under way, the later one counts."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from embedded_app.audit import list_events
from embedded_app.installations import GrantState, LossCause
from embedded_app.installations.models import Grant
from embedded_app.principals import Viewer
from embedded_app.services import services
from embedded_app.storage import Company, CompanyState, company_scope, db
from tests.fakes.fake_clock import FakeClock
from tests.fakes.interrupted_transport import InterruptedTransport
from tests.fakes.person import Person
from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.principals.conftest import MakePerson
from tests.integration.principals.test_install import begin, complete
from tests.integration.principals.world import DANA, HOLLIS, MARCUS


@pytest.fixture
def clock() -> FakeClock:
    """Begins now, as the database's clock does, so that a new token is fresh for both."""
    return FakeClock(datetime.now(UTC))


@pytest.fixture
def dana(person: MakePerson) -> Person:
    return person(DANA)


@pytest.fixture
def viewer(app: Flask, dana: Person) -> Viewer:
    """Dana, who has connected the company."""
    return complete(app, begin(app, dana), HOLLIS).viewer


@pytest.fixture
def marcus(person: MakePerson) -> Person:
    return person(MARCUS)


@pytest.fixture
def reinstall(app: Flask, dana: Person, simulator: SimulatorProcess, clock: FakeClock) -> Callable[[], None]:
    """Install it in Procore and connect again."""

    def act() -> None:
        simulator.install(HOLLIS)
        clock.advance(60)
        complete(app, begin(app, dana), HOLLIS)

    return act


def state(app: Flask) -> str:
    with app.app_context(), company_scope(HOLLIS):
        return db.session.get_one(Company, HOLLIS).state


def times_disconnected(app: Flask) -> int:
    with app.app_context(), company_scope(HOLLIS):
        return sum(event.event == "installation.disconnected" for event in list_events())


def asks(person: Person, token: str) -> int:
    return person.get(f"/test/company/{HOLLIS}", Authorization=f"Bearer {token}").status_code


def bearer(person: Person) -> str:
    granted = person.sign_in_frame(HOLLIS).json
    assert granted is not None
    token: str = granted["token"]
    return token


def test_connecting_again_wins_over_a_refresh_under_way(
    viewer: Viewer,
    app: Flask,
    simulator: SimulatorProcess,
    transport: InterruptedTransport,
    reinstall: Callable[[], None],
) -> None:
    simulator.uninstall(HOLLIS)
    with app.app_context():
        services().installations.notice_uninstalled(HOLLIS, None)
        grant = services().principals.grant(viewer)
        old = grant.access_token()

    transport.after("/oauth/token", reinstall)
    with app.app_context():
        renewed = grant.renew(old)
        assert transport.is_used_up
        assert grant.access_token() == renewed
    assert simulator.get("/rest/v1.0/me", renewed.reveal()).status == 200
    assert state(app) == CompanyState.CONNECTED
    with app.app_context(), company_scope(HOLLIS):
        row = db.session.scalars(db.select(Grant).where(Grant.principal_id.is_not(None))).one()
        assert (row.version, row.state, row.lost_cause) == (2, GrantState.GOOD, None)


@pytest.mark.usefixtures("viewer")
def test_an_old_403_does_not_end_the_new_connection(
    app: Flask,
    marcus: Person,
    simulator: SimulatorProcess,
    transport: InterruptedTransport,
    reinstall: Callable[[], None],
) -> None:
    token = bearer(marcus)
    simulator.uninstall(HOLLIS)

    transport.after("/rest/v1.0/me", reinstall)
    assert asks(marcus, token) == 409, "Procore had answered so"
    assert transport.is_used_up
    assert (state(app), times_disconnected(app)) == (CompanyState.CONNECTED, 0)
    assert asks(marcus, token) == 200


@pytest.mark.usefixtures("viewer")
def test_a_403_of_the_new_connection_counts(
    app: Flask, marcus: Person, simulator: SimulatorProcess, reinstall: Callable[[], None]
) -> None:
    simulator.uninstall(HOLLIS)
    reinstall()
    token = bearer(marcus)
    simulator.uninstall(HOLLIS)
    assert asks(marcus, token) == 409
    assert (state(app), times_disconnected(app)) == (CompanyState.DISCONNECTED, 1)


@pytest.mark.usefixtures("viewer")
def test_an_old_403_of_a_sign_in_does_not_end_the_new_connection(
    app: Flask,
    marcus: Person,
    simulator: SimulatorProcess,
    transport: InterruptedTransport,
    reinstall: Callable[[], None],
) -> None:
    # The first call of /me asks who it is, and names no company; the second is about the company.
    transport.before("/rest/v1.0/companies", lambda: transport.after("/rest/v1.0/me", reinstall))
    simulator.uninstall(HOLLIS)
    assert marcus.sign_in_frame(HOLLIS).status_code != 200
    assert transport.is_used_up
    assert (state(app), times_disconnected(app)) == (CompanyState.CONNECTED, 0)
    assert marcus.sign_in_frame(HOLLIS).status_code == 200


@pytest.mark.usefixtures("viewer")
def test_an_uninstall_is_noticed_once_and_without_a_token(
    app: Flask, simulator: SimulatorProcess, clock: FakeClock, reinstall: Callable[[], None]
) -> None:
    simulator.uninstall(HOLLIS)
    simulator.control("DELETE", "/tokens")
    simulator.forget_requests()
    for _ in range(2):
        with app.app_context():
            services().installations.notice_uninstalled(HOLLIS, clock.monotonic())
    assert simulator.requests() == []
    assert (state(app), times_disconnected(app)) == (CompanyState.DISCONNECTED, 1)
    reinstall()
    assert state(app) == CompanyState.CONNECTED


@pytest.mark.usefixtures("viewer")
@pytest.mark.parametrize("wrong_by", [timedelta(days=-1), timedelta(days=1)])
def test_machines_whose_clocks_differ_agree(
    app: Flask, simulator: SimulatorProcess, reinstall: Callable[[], None], wrong_by: timedelta
) -> None:
    """The machine that gets the 403 is a day before or behind the one on which the company connects."""
    wrong = FakeClock(datetime.now(UTC) + wrong_by)
    service = copy(app.extensions["services"].installations)
    service._clock = wrong
    began = wrong.monotonic()
    simulator.uninstall(HOLLIS)
    reinstall()
    wrong.advance(60)
    for asked_at, expected in (
        (began, CompanyState.CONNECTED),
        (wrong.monotonic(), CompanyState.DISCONNECTED),
    ):
        with app.app_context():
            service.notice_uninstalled(HOLLIS, asked_at)
        assert state(app) == expected


@pytest.mark.usefixtures("viewer")
def test_a_company_whose_key_was_destroyed_starts_anew(
    app: Flask, marcus: Person, reinstall: Callable[[], None]
) -> None:
    """What stood under the old key is lost for that reason, and a sign-in repairs it."""
    bearer(marcus)
    with app.app_context(), company_scope(HOLLIS):
        db.session.get_one(Company, HOLLIS).wrapped_key = None
        db.session.commit()
    reinstall()
    with app.app_context(), company_scope(HOLLIS):
        rows = db.session.execute(db.select(Grant.is_installer, Grant.state, Grant.lost_cause)).all()
        assert sorted(rows, key=str) == [
            (False, GrantState.GOOD, None),
            (False, GrantState.LOST, LossCause.KEY_DESTROYED),
            (True, GrantState.GOOD, None),
        ]
    assert asks(marcus, bearer(marcus)) == 200
