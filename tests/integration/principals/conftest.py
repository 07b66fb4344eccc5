"""The app up to signing in, a real database, and the simulated Procore over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from embedded_app.storage import db
from tests.factories.settings import config
from tests.fakes.fake_clock import FakeClock
from tests.fakes.interrupted_transport import InterruptedTransport
from tests.fakes.person import ORIGIN, Person
from tests.fakes.simulator_process import CLIENT_ID, CLIENT_SECRET, SimulatorProcess
from tests.fakes.small_app import make_small_app

MakePerson = Callable[[str], Person]


@pytest.fixture(scope="session")
def _running() -> Iterator[SimulatorProcess]:
    with SimulatorProcess() as process:
        yield process


@pytest.fixture
def simulator(_running: SimulatorProcess) -> SimulatorProcess:
    _running.reset()
    return _running


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def transport() -> InterruptedTransport:
    return InterruptedTransport()


@pytest.fixture
def app(
    database_url: str,
    simulator: SimulatorProcess,
    clock: FakeClock,
    transport: InterruptedTransport,
    tmp_path: Path,
) -> Iterator[Flask]:
    environment = config(
        DATABASE_URL=database_url,
        PUBLIC_URL=ORIGIN,
        PROCORE_ENVIRONMENT="custom",
        PROCORE_LOGIN_URL=simulator.base_url,
        PROCORE_API_URL=simulator.base_url,
        PROCORE_FRAME_ANCESTORS=" ".join(
            f"http://{name}.procore.localhost:{simulator.port}" for name in ("app", "us02")
        ),
        PROCORE_CLIENT_ID=CLIENT_ID,
        PROCORE_CLIENT_SECRET=CLIENT_SECRET,
    )
    app = make_small_app(environment, clock, str(tmp_path), transport=transport)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def person(app: Flask, simulator: SimulatorProcess) -> MakePerson:
    return lambda login: Person(app, simulator, login)
