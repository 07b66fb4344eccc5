"""What runs every minute, as the worker runs it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from embedded_app import installations
from embedded_app.app import make_installations
from embedded_app.audit import SYSTEM, list_events
from embedded_app.errors import GrantLost
from embedded_app.ids import CompanyId
from embedded_app.installations import Grant, GrantState, InstallationService, LossCause, Revocation
from embedded_app.jobs import Jobs, open_jobs
from embedded_app.procore import Environment, Procore, WireResponse
from embedded_app.secret import Secret
from embedded_app.storage import Company, company_scope, db
from tests.factories.settings import config
from tests.fakes.scripted_transport import ScriptedTransport
from tests.fakes.token_host import TokenHost, token_set
from tests.integration.installations.keeper import EXPIRED, ONE, TWO, Keeper

REVOKE = "POST /oauth/revoke"
RETENTION = timedelta(days=30)


@pytest.fixture
def procore_side() -> ScriptedTransport:
    transport = ScriptedTransport()
    transport.answer(REVOKE, WireResponse(200, {}, b"{}"))
    return transport


@pytest.fixture
def service(app: Flask, keeper: Keeper, procore_side: ScriptedTransport) -> InstallationService:
    host = "https://procore.example"
    procore = Procore(
        Environment("custom", host, host, ()),
        "id",
        Secret("secret"),
        clock=keeper.clock,
        transport=procore_side,
    )
    retention = config(GRANT_RETENTION_DAYS=str(RETENTION.days))
    return make_installations(app, retention, keeper.vault, procore, keeper.clock)


@pytest.fixture
def scheduled(app: Flask, service: InstallationService) -> Jobs:
    queue = open_jobs(app, config(DATABASE_URL="sqlite://"))  # it lies in the instance folder
    installations.schedule(queue, service)
    return queue


def run(queue: Jobs, minute: int, hour: int = 13) -> set[str]:
    """Work off what is due in that minute of a day; the names."""
    huey = queue._huey
    due = huey.read_periodic(datetime(2026, 11, 20, hour, minute))  # noqa: DTZ001 # as the queue counts
    for task in due:
        huey.enqueue(task)
        huey.execute(huey.dequeue())
    return {task.name for task in due}


def test_both_jobs_are_due_every_minute(scheduled: Jobs) -> None:
    names = {"installations.pairs", "installations.revocations"}
    assert [run(scheduled, minute) for minute in (0, 1, 59)] == [names] * 3


def test_a_pair_that_was_kept_aside_is_stored(scheduled: Jobs, keeper: Keeper, host: TokenHost) -> None:
    keeper.leave_aside(token_set(9))
    run(scheduled, 7)
    assert keeper.row().version == 2
    assert keeper.token() == "access-9"
    assert host.calls == []


def test_a_token_that_was_given_up_is_revoked(
    app: Flask, scheduled: Jobs, keeper: Keeper, procore_side: ScriptedTransport
) -> None:
    with app.app_context(), company_scope(ONE):
        keeper.grants.give_up(keeper.principal_id)
        db.session.commit()
    run(scheduled, 7)
    [request] = procore_side.sent(REVOKE)
    assert b"refresh-1" in (request.body or b"")
    with app.app_context(), company_scope(ONE):
        assert db.session.scalar(select(func.count()).select_from(Revocation)) == 0


def test_once_a_day_what_nobody_used_is_given_up(
    app: Flask, scheduled: Jobs, keeper: Keeper, procore_side: ScriptedTransport
) -> None:
    """In every company but one whose master key is missing: it can be revoked when the key is back."""
    never = {(hour, minute) for hour in range(24) for minute in (0, 30)} - {(3, 0)}
    huey = scheduled._huey
    due = {at for at in never if len(huey.read_periodic(datetime(2026, 11, 20, *at))) > 2}  # noqa: DTZ001
    assert due == set()
    unused_since = EXPIRED + timedelta(days=RETENTION.days)
    keeper.store(token_set(1, age=unused_since))
    used = keeper.store(token_set(5, age=unused_since - timedelta(days=1)), TWO, keeper.add_company(TWO))
    broken = keeper.add_company(CompanyId(3))
    unreadable = keeper.store(token_set(6, age=unused_since), CompanyId(3), broken)
    with app.app_context(), company_scope(CompanyId(3)):
        db.session.get_one(Company, CompanyId(3)).master_key_id = "gone"
        db.session.commit()
    run(scheduled, 0, hour=3)
    assert (keeper.row().state, keeper.row().lost_cause) == (GrantState.LOST, LossCause.DORMANT)
    for company_id, grant_id in ((TWO, used), (CompanyId(3), unreadable)):
        with app.app_context(), company_scope(company_id):
            assert db.session.get_one(Grant, grant_id).state == GrantState.GOOD
    [request] = procore_side.sent(REVOKE)
    assert b"refresh-1" in (request.body or b"")
    with app.app_context(), company_scope(ONE):
        [event] = list_events()
        assert (event.event, event.actor_name) == ("grant.revoked", "Tieback")
        assert event.detail == {"reason": "dormant", "count": "1"}


def test_the_end_of_every_token_comes_before_the_end_of_a_company(
    app: Flask, service: InstallationService, keeper: Keeper, procore_side: ScriptedTransport
) -> None:
    with app.app_context():
        assert service.delete(ONE, SYSTEM).is_deleted
    [request] = procore_side.sent(REVOKE)
    assert b"refresh-1" in (request.body or b"")
    with pytest.raises(GrantLost) as lost:
        keeper.token()
    assert lost.value.cause == LossCause.ABSENT
