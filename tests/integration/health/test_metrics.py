"""What operators see of all companies: numbers, and no name."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from embedded_app.app import create_app
from embedded_app.clock import SystemClock
from embedded_app.errors import Unauthorized
from embedded_app.ids import CompanyId
from embedded_app.installations import GrantState
from embedded_app.procore import Deadline, WireResponse
from embedded_app.procore.pacing.circuits import RUN
from embedded_app.procore.pacing.pacer import Turn
from embedded_app.storage import db
from tests.factories.settings import config
from tests.fakes.token_host import TokenHost, token_set
from tests.integration.installations.keeper import ONE, TWO, Keeper

TOKEN = "m" * 40


def make_app(database_url: str, folder: Path, **environment: str) -> Flask:
    return create_app(config(DATABASE_URL=database_url, **environment), instance_path=folder)


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = make_app(database_url, tmp_path, METRICS_TOKEN=TOKEN)
    yield app
    with app.app_context():
        db.engine.dispose()


def read(app: Flask) -> list[str]:
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    return answer.text.splitlines()


def test_grants_by_state_and_cause(app: Flask) -> None:
    keeper = Keeper(app, TokenHost(), SystemClock())
    keeper.principal_id = keeper.add_company(ONE)
    keeper.grant_id = keeper.store(token_set(1))
    keeper.store(token_set(2), TWO, keeper.add_company(TWO))
    assert {'tieback_grants{state="good"} 2', 'tieback_grants_lost{cause="refused"} 0'} <= set(read(app))
    keeper.set(state=GrantState.LOST, lost_cause="refused", lost_at=SystemClock().now() - timedelta(hours=1))
    assert {
        'tieback_grants{state="good"} 1',
        'tieback_grants{state="lost"} 1',
        'tieback_grants_lost{cause="refused"} 1',
        'tieback_companies{state="connected"} 2',
        "tieback_revocations_pending 0",
    } <= set(read(app))
    assert "Company" not in "".join(line for line in read(app) if not line.startswith("#"))


def test_what_procore_allows_just_now(app: Flask) -> None:
    pacer = app.extensions["services"].procore._pacer
    turn = Turn("GET /x", CompanyId(71001), "grant")
    pacer.wait_for_room(Deadline(float("inf")), turn)
    headers = {
        "X-Rate-Limit-Limit": "25",
        "X-Rate-Limit-Remaining": "20",
        "X-Rate-Limit-Reset": str(int(time.time()) + 9),
    }
    pacer.answered(turn, WireResponse(403, headers))
    for _ in range(RUN):
        pacer.refused(turn, Unauthorized("No."), time.monotonic())
    lines = read(app)
    assert {
        'tieback_procore_rate_limit{window="spike"} 25',
        'tieback_procore_rate_remaining{window="spike"} 20',
        "tieback_procore_people_waiting 0",
        "tieback_procore_companies_paused 1",
        "tieback_procore_pacing_shared 1",
    } <= set(lines)
    assert "71001" not in "".join(lines)


def test_that_processes_do_not_share_is_seen(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("DROP TABLE shared_values"))
    assert "tieback_procore_pacing_shared 0" in read(app)


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}])
def test_nobody_else_reads_them(app: Flask, header: dict[str, str]) -> None:
    answer = app.test_client().get("/metrics", headers=header)
    assert answer.status_code == 401
    assert "tieback_grants" not in answer.text


def test_without_a_token_there_is_no_page(database_url: str, tmp_path: Path) -> None:
    app = make_app(database_url, tmp_path)
    assert app.test_client().get("/metrics").status_code == 404
    with app.app_context():
        db.engine.dispose()
