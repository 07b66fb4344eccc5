"""What runs every minute, as the worker runs it."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from embedded_app import installations, jobs
from embedded_app.installations import Revocation
from embedded_app.procore import Environment, Procore, WireResponse
from embedded_app.secret import Secret
from embedded_app.storage import company_scope, db
from tests.factories.settings import config
from tests.fakes.scripted_transport import ScriptedTransport
from tests.fakes.token_host import TokenHost, token_set
from tests.integration.installations.keeper import ONE, Keeper

REVOKE = "POST /oauth/revoke"


@pytest.fixture
def procore_side() -> ScriptedTransport:
    transport = ScriptedTransport()
    transport.answer(REVOKE, WireResponse(200, {}, b"{}"))
    return transport


@pytest.fixture
def scheduled(app: Flask, keeper: Keeper, procore_side: ScriptedTransport) -> Flask:
    host = "https://procore.example"
    procore = Procore(
        Environment("custom", host, host, ()),
        "id",
        Secret("secret"),
        clock=keeper.clock,
        transport=procore_side,
    )
    jobs.init_app(app, config(DATABASE_URL="sqlite://"))  # the queue lies in the instance folder
    installations.init_app(app, config(), vault=keeper.vault, procore=procore, clock=keeper.clock)
    installations.schedule(app)
    return app


def run(app: Flask, minute: int) -> set[str]:
    """Work off what is due in that minute of an hour; the names."""
    with app.app_context():
        huey = jobs.jobs()._huey
    due = huey.read_periodic(datetime(2026, 11, 20, 13, minute))  # noqa: DTZ001 # as the queue counts
    for task in due:
        huey.enqueue(task)
        huey.execute(huey.dequeue())
    return {task.name for task in due}


def test_both_jobs_are_due_every_minute(scheduled: Flask) -> None:
    names = {"installations.pairs", "installations.revocations"}
    assert [run(scheduled, minute) for minute in (0, 1, 59)] == [names] * 3


def test_a_pair_that_was_kept_aside_is_stored(scheduled: Flask, keeper: Keeper, host: TokenHost) -> None:
    keeper.leave_aside(token_set(9))
    run(scheduled, 7)
    assert keeper.row().version == 2
    assert keeper.token() == "access-9"
    assert host.calls == []


def test_a_token_that_was_given_up_is_revoked(
    scheduled: Flask, keeper: Keeper, procore_side: ScriptedTransport
) -> None:
    with scheduled.app_context(), company_scope(ONE):
        keeper.grants.give_up(keeper.principal_id)
        db.session.commit()
    run(scheduled, 7)
    [request] = procore_side.sent(REVOKE)
    assert b"refresh-1" in (request.body or b"")
    with scheduled.app_context(), company_scope(ONE):
        assert db.session.scalar(select(func.count()).select_from(Revocation)) == 0
