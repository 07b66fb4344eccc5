"""What operators see of all companies: numbers, and no name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from embedded_app.app import create_app
from embedded_app.clock import SystemClock
from embedded_app.installations import GrantState
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
