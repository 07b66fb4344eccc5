"""The app up to signing in, a real database, and the simulated Procore over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.databases import SECOND_IN_DEPTH
from tests.factories.settings import config_beside
from tests.fakes.fake_clock import FakeClock
from tests.fakes.interrupted_transport import InterruptedTransport
from tests.fakes.person import Person
from tests.fakes.saved_state import close
from tests.fakes.simulator_process import SimulatorProcess
from tests.fakes.small_app import make_small_app

MakePerson = Callable[[str], Person]


@pytest.fixture(params=SECOND_IN_DEPTH)
def database(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


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
    environment = config_beside(simulator, DATABASE_URL=database_url)
    app = make_small_app(environment, clock, tmp_path, transport=transport)
    yield app
    close(app)


@pytest.fixture
def person(app: Flask, simulator: SimulatorProcess) -> MakePerson:
    return lambda login: Person(app, simulator, login)
