"""What operators see of all companies: numbers, and no name."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from embedded_app.app import create_app
from embedded_app.clock import SystemClock
from embedded_app.errors import TimedOut, Unauthorized
from embedded_app.health.metrics import FOLDER_VARIABLE
from embedded_app.ids import CompanyId
from embedded_app.installations import GrantState
from embedded_app.procore import Deadline, WireRequest, WireResponse
from embedded_app.procore.calls.caller import MeteredTransport
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
    assert {'tieback_grants{state="good"} 2.0', 'tieback_grants_lost{cause="refused"} 0.0'} <= set(read(app))
    keeper.set(state=GrantState.LOST, lost_cause="refused", lost_at=SystemClock().now() - timedelta(hours=1))
    assert {
        'tieback_grants{state="good"} 1.0',
        'tieback_grants{state="lost"} 1.0',
        'tieback_grants_lost{cause="refused"} 1.0',
        'tieback_companies{state="connected"} 2.0',
        "tieback_revocations_pending 0.0",
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
        'tieback_procore_rate_limit{window="spike"} 25.0',
        'tieback_procore_rate_remaining{window="spike"} 20.0',
        "tieback_procore_people_waiting 0.0",
        "tieback_procore_companies_paused 1.0",
        "tieback_procore_pacing_shared 1.0",
    } <= set(lines)
    assert "71001" not in "".join(lines)


class Answers:
    """A way to Procore on which every call ends with this status, or without an answer."""

    def __init__(self, status: int | None) -> None:
        self._status = status

    def send(self, request: WireRequest, *, seconds: float) -> WireResponse:  # noqa: ARG002 # as a transport has it
        if self._status is None:
            raise TimedOut("No answer.")
        return WireResponse(self._status)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "done"),
        (201, "done"),
        (302, "done"),
        (400, "invalid"),
        (401, "refused"),
        (403, "refused"),
        (404, "not_found"),
        (422, "invalid"),
        (429, "rate_limited"),
        (500, "failed"),
        (503, "failed"),
        (None, "no_answer"),
    ],
)
def test_what_came_of_a_call_is_counted_and_how_long_it_took(
    app: Flask, status: int | None, outcome: str
) -> None:
    line = f'tieback_procore_calls_total{{outcome="{outcome}"}}'
    assert f"{line} 0.0" in read(app)
    transport = MeteredTransport(Answers(status), SystemClock(), app.extensions["metrics"].on_call)
    route = "GET /rest/v1.0/projects/{p}"
    with suppress(TimedOut):
        transport.send(WireRequest("GET", "https://api.example/rest/v1.0/projects/71", route), seconds=1)
    lines = read(app)
    assert f"{line} 1.0" in lines
    assert f'tieback_procore_call_seconds_count{{route="{route}"}} 1.0' in lines


def test_processes_that_share_a_folder_are_added_up(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = (
        "from embedded_app.health.metrics import CallRecord, Metrics;"
        "Metrics().on_call(CallRecord('GET /rest/v1.0/me', None, 200, 0.2))"
    )
    folder = tmp_path / "not" / "there"
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    for _ in range(2):
        subprocess.run([sys.executable, "-c", counts], check=True)
    lines = read(app)
    assert 'tieback_procore_calls_total{outcome="done"} 2.0' in lines
    assert 'tieback_procore_calls_total{outcome="failed"} 0.0' in lines
    assert 'tieback_procore_call_seconds_bucket{le="0.25",route="GET /rest/v1.0/me"} 2.0' in lines
    assert 'tieback_grants{state="good"} 0.0' in lines


def test_that_processes_do_not_share_is_seen(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("DROP TABLE shared_values"))
    assert "tieback_procore_pacing_shared 0.0" in read(app)


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
