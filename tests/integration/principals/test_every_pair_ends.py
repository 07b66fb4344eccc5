"""Every token pair that was ever held is ended at Procore; the simulated login host is the witness."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from embedded_app import audit
from embedded_app.errors import GrantLost, ProcoreError, SessionExpired
from embedded_app.installations import Grant, InstallationService, Revocation, Revoked, SignInFlow
from embedded_app.principals import Principal
from embedded_app.services import services
from embedded_app.storage import Company, CompanyState, company_scope, db, system_scope
from embedded_app.web import cookies
from tests.fakes.fake_clock import FakeClock
from tests.fakes.interrupted_transport import InterruptedTransport
from tests.fakes.person import Person
from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.principals.conftest import MakePerson
from tests.integration.principals.test_install import begin, complete
from tests.integration.principals.world import DANA, HOLLIS, INGRID, MARCUS

QUARTER_OF_AN_HOUR = 901.0


@pytest.fixture
def clock() -> FakeClock:
    """Begins now, as the database's clock does, so that a new token is fresh for both."""
    return FakeClock(datetime.now(UTC))


class Story:
    """A company, its people and the simulated Procore."""

    def __init__(self, app: Flask, simulator: SimulatorProcess, clock: FakeClock, person: MakePerson) -> None:
        self.app = app
        self.simulator = simulator
        self._clock = clock
        self.dana, self.marcus, self.ingrid = person(DANA), person(MARCUS), person(INGRID)

    def install(self) -> None:
        complete(self.app, begin(self.app, self.dana), HOLLIS)

    def sign_in(self, person: Person) -> int:
        return person.sign_in_frame(HOLLIS).status_code

    def refresh(self, login: str) -> None:
        """As after a 401; what becomes of it is the login host's affair."""
        with self.app.app_context():
            with company_scope(HOLLIS):
                principal = db.session.scalars(select(Principal.id).where(Principal.login == login)).one()
                grant = services().installations.grants.for_principal(HOLLIS, principal)
            with suppress(ProcoreError):
                grant.renew(grant.access_token())

    def lose_the_answer_to_a_refresh(self, login: str) -> None:
        self.simulator.fault("/oauth/token", drop="after", times=1)
        self.refresh(login)
        self.simulator.clear_faults()

    def disconnect(self) -> Revoked:
        with self.app.app_context(), company_scope(HOLLIS):
            return services().installations.disconnect(audit.SYSTEM)

    def sweep(self, *, later: bool = False) -> None:
        """The job; `later` is when every pause is over."""
        with self.app.app_context():
            if later:
                with system_scope("test"):
                    db.session.execute(update(Revocation).values(next_at=Revocation.created_at))
                    db.session.commit()
                self._clock.advance(QUARTER_OF_AN_HOUR)
            services().installations.sweep()

    def is_nothing_kept(self) -> bool:
        """Whether no row holds a token."""
        with self.app.app_context(), system_scope("test"):
            counts = [
                db.session.scalar(select(func.count()).select_from(model).where(column.is_not(None)))
                for model, column in (
                    (Grant, Grant.sealed_tokens),
                    (Revocation, Revocation.sealed_token),
                    (SignInFlow, SignInFlow.sealed_sign_in),
                )
            ]
        return counts == [0, 0, 0]


@pytest.fixture
def story(app: Flask, simulator: SimulatorProcess, clock: FakeClock, person: MakePerson) -> Story:
    return Story(app, simulator, clock, person)


@pytest.fixture
def long_story(story: Story) -> Story:
    """Installed, signed in again and again by several people, refreshed, and installed once more."""
    story.install()
    for person in (story.marcus, story.marcus, story.dana, story.marcus):
        assert story.sign_in(person) == 200
    story.refresh(MARCUS)
    story.refresh(DANA)
    assert story.sign_in(story.dana) == 200
    assert story.sign_in(story.ingrid) == 403, "not of this company"
    begin(story.app, story.dana)  # and never chooses a company
    story.simulator.uninstall(HOLLIS)
    story.simulator.install(HOLLIS)
    story.install()
    story.refresh(DANA)
    return story


def disconnected(story: Story) -> None:
    with story.app.app_context(), company_scope(HOLLIS):
        services().installations.disconnect(audit.SYSTEM)


def deleted(story: Story) -> None:
    with story.app.app_context():
        assert services().installations.delete(HOLLIS, audit.SYSTEM).is_deleted


def uninstalled(story: Story) -> None:
    story.simulator.uninstall(HOLLIS)
    assert story.sign_in(story.marcus) == 403


def signed_out(story: Story) -> None:
    """Everybody, each by themselves; what is left is the service account's, which nobody signs out."""
    for login in (DANA, MARCUS):
        with story.app.app_context(), company_scope(HOLLIS):
            principal = db.session.scalars(select(Principal.id).where(Principal.login == login)).one()
            services().principals.open_sessions.end_all_of(principal, audit.SYSTEM)
    disconnected(story)


@pytest.mark.parametrize(
    "end", [disconnected, deleted, uninstalled, signed_out], ids=lambda end: end.__name__
)
def test_no_pair_is_alive_when_the_grants_have_ended(long_story: Story, end: Callable[[Story], None]) -> None:
    assert len(long_story.simulator.living_pairs()) > 3
    end(long_story)
    long_story.sweep(later=True)
    assert long_story.simulator.living_pairs() == []
    assert long_story.is_nothing_kept()


@pytest.mark.parametrize("end", [disconnected, uninstalled], ids=lambda end: end.__name__)
@pytest.mark.parametrize("failure", [{"status": 500}, {"drop": "before"}, {"drop": "after"}], ids=str)
def test_what_procore_does_not_confirm_is_asked_again(
    long_story: Story, end: Callable[[Story], None], failure: dict[str, object]
) -> None:
    long_story.simulator.fault("/oauth/revoke", **failure)
    end(long_story)
    long_story.sweep(later=True)
    assert not long_story.is_nothing_kept()
    long_story.simulator.clear_faults()
    long_story.sweep(later=True)
    assert long_story.simulator.living_pairs() == []
    assert long_story.is_nothing_kept()


def test_signing_out_everywhere_leaves_the_others(long_story: Story) -> None:
    with long_story.app.app_context(), company_scope(HOLLIS):
        marcus = db.session.scalars(select(Principal.id).where(Principal.login == MARCUS)).one()
        revoked = services().principals.open_sessions.end_all_of(marcus, audit.SYSTEM)
    assert (revoked.total, revoked.waiting, revoked.unreadable) == (4, 0, 0), "three sign-ins and a refresh"
    assert MARCUS not in long_story.simulator.living_pairs()
    assert DANA in long_story.simulator.living_pairs()
    with long_story.app.app_context(), company_scope(HOLLIS):
        grant = services().installations.grants.for_background(HOLLIS)
        token = grant.access_token().reveal()
    assert long_story.simulator.get("/rest/v1.0/companies", token, HOLLIS).status == 200


def test_a_pair_that_a_sign_in_overtook_ends_when_its_access_token_has_run_out(story: Story) -> None:
    story.install()
    story.sign_in(story.marcus)
    story.sign_in(story.marcus)
    story.sweep()
    assert story.simulator.living_pairs().count(MARCUS) == 2, "whoever is in the middle of a call goes on"
    story.sweep(later=True)
    assert story.simulator.living_pairs().count(MARCUS) == 1
    story.refresh(MARCUS)
    assert story.sign_in(story.marcus) == 200


def test_of_a_refresh_whose_answer_was_lost_only_what_nobody_ever_held_is_left(story: Story) -> None:
    story.install()
    story.sign_in(story.marcus)
    story.lose_the_answer_to_a_refresh(MARCUS)
    assert story.simulator.living_pairs().count(MARCUS) == 2
    story.sign_in(story.marcus)
    story.disconnect()
    assert story.simulator.living_pairs() == [MARCUS], "issued, and lost on its way to us"
    assert story.is_nothing_kept()


def test_the_counts_say_what_happened(story: Story) -> None:
    story.install()
    story.sign_in(story.marcus)
    story.simulator.fault("/oauth/revoke", status=500, times=1)
    revoked = story.disconnect()
    assert (revoked.ended, revoked.waiting, revoked.unreadable) == (2, 1, 0)
    assert revoked.sentence == (
        "2 of 3 connections were ended at Procore. 1 is tried again until Procore confirms it."
    )
    assert len(story.simulator.living_pairs()) == 1


def test_a_company_is_not_deleted_while_a_refresh_may_bring_a_pair(
    story: Story, transport: InterruptedTransport
) -> None:
    story.install()
    story.sign_in(story.marcus)
    outcomes = []

    def delete() -> None:
        with story.app.app_context():
            outcomes.append(services().installations.delete(HOLLIS, audit.SYSTEM))

    transport.after("/oauth/token", delete)
    with pytest.raises(GrantLost):
        story.refresh(MARCUS)
    delete()
    during, afterwards = outcomes
    assert (during.is_deleted, during.is_refreshing) == (False, True)
    assert afterwards.is_deleted
    assert story.simulator.living_pairs() == []


def test_a_grant_of_a_company_that_is_disconnected_is_given_up(story: Story) -> None:
    """A sign-in was just committing when the company disconnected."""
    story.install()
    story.sign_in(story.marcus)
    with story.app.app_context(), company_scope(HOLLIS):
        db.session.get_one(Company, HOLLIS).state = CompanyState.DISCONNECTED
        db.session.commit()
    story.sweep()
    assert story.simulator.living_pairs() == []


def test_a_sign_in_that_nobody_finished_leaves_no_pair(story: Story) -> None:
    begin(story.app, story.dana)
    story.sweep()
    assert story.simulator.living_pairs() == [DANA], "there is time to choose"
    story.sweep(later=True)
    assert story.simulator.living_pairs() == []
    assert story.is_nothing_kept()


def test_the_row_stays_until_procore_has_confirmed(story: Story, clock: FakeClock) -> None:
    begin(story.app, story.dana)
    story.simulator.fault("/oauth/revoke", status=500)
    story.sweep(later=True)
    clock.advance(3601)
    begin(story.app, story.marcus)  # sweeps old rows away
    story.simulator.clear_faults()
    story.sweep(later=True)
    assert story.simulator.living_pairs() == []


@pytest.mark.parametrize("path", ["/rest/v1.0/me", "/rest/v1.0/companies"])
@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 401}, {"drop": "after"}], ids=str)
def test_a_fault_after_the_exchange(story: Story, path: str, fault: dict[str, object]) -> None:
    story.install()
    story.simulator.fault(path, **fault)
    assert story.sign_in(story.marcus) == 403
    assert MARCUS not in story.simulator.living_pairs()


def test_a_fault_after_the_exchange_and_another_at_its_end(story: Story) -> None:
    story.install()
    story.simulator.fault("/rest/v1.0/me", status=401)
    story.simulator.fault("/oauth/revoke", status=500)
    assert story.sign_in(story.marcus) == 403
    assert MARCUS in story.simulator.living_pairs()
    story.simulator.clear_faults()
    story.sweep(later=True)
    assert MARCUS not in story.simulator.living_pairs()


@pytest.mark.parametrize("path", ["/rest/v1.0/me", "/rest/v1.0/companies"])
def test_the_process_was_killed_after_the_exchange(
    story: Story, transport: InterruptedTransport, path: str
) -> None:
    story.install()

    def kill() -> None:
        raise KeyboardInterrupt

    transport.before(path, kill)
    with pytest.raises(KeyboardInterrupt):
        story.sign_in(story.marcus)
    assert MARCUS in story.simulator.living_pairs()
    story.sweep(later=True)
    assert MARCUS not in story.simulator.living_pairs()


def test_a_button_that_was_pressed_twice_ends_nothing(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have asked Procore by then, and one of them writes first."""
    cookie = begin(story.app, story.dana)
    check = InstallationService.check_connection

    def and_then_the_other(*asked: Any) -> object:
        answer = check(*asked)
        monkeypatch.setattr(InstallationService, "check_connection", check)
        with ThreadPoolExecutor(1) as other:
            other.submit(complete, story.app, cookie, HOLLIS).result()
        return answer

    monkeypatch.setattr(InstallationService, "check_connection", and_then_the_other)
    with pytest.raises(SessionExpired):
        complete(story.app, cookie, HOLLIS)
    story.sweep(later=True)
    assert story.simulator.living_pairs().count(DANA) == 1
    story.refresh(DANA)
    assert story.sign_in(story.dana) == 200


def test_a_choice_that_comes_after_the_sweep_connects_nothing(story: Story) -> None:
    cookie = begin(story.app, story.dana)
    story.sweep(later=True)
    with pytest.raises(SessionExpired):
        complete(story.app, cookie, HOLLIS)
    assert story.simulator.living_pairs() == []


def test_a_second_callback_gives_no_second_pair(story: Story) -> None:
    with story.app.app_context():
        begun = services().sign_ins.begin_install(None)
    with story.app.test_request_context():
        name = cookies.LOGIN.name
    story.dana.client.set_cookie(name, begun.cookie, domain="app.tieback.localhost")
    callback = story.dana.at_login(begun.authorize_url)
    assert story.dana.get(callback).status_code == 303
    assert story.dana.get(callback).status_code == 400
    story.sweep(later=True)
    assert story.simulator.living_pairs() == []
