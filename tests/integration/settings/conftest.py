"""The whole app, the simulated Procore and the sample ERP, and administrators with a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from embedded_app import storage
from embedded_app.app import create_app
from embedded_app.simulator.sample_erp import build_sample_erp
from embedded_app.storage import db
from tests.factories.settings import config_beside
from tests.fakes.fake_clock import FakeClock
from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.settings.administrator import Administrator
from tests.integration.settings.world import CASCADIA, DANA, HOLLIS

MakeAdministrator = Callable[[str], Administrator]


@pytest.fixture(scope="session")
def erp_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that SQLite sources may read, with the sample ERP in those of two companies."""
    folder = tmp_path_factory.mktemp("sources")
    for company_id in (HOLLIS, CASCADIA):
        build_sample_erp(folder / str(company_id) / "sample-erp.db")
    return folder


@pytest.fixture
def app_url(tmp_path: Path) -> str:
    """Where the app keeps its data; a test that cares about the database takes `database_url` in its place."""
    return f"sqlite:///{tmp_path / 'test.sqlite3'}"


@pytest.fixture
def app(
    app_url: str, simulator: SimulatorProcess, clock: FakeClock, erp_folder: Path, tmp_path: Path
) -> Iterator[Flask]:
    environment = config_beside(simulator, DATABASE_URL=app_url, SOURCE_FILES=str(erp_folder))
    app = create_app(environment, clock=clock, instance_path=tmp_path)
    with app.app_context():
        storage.upgrade()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def person(app: Flask, simulator: SimulatorProcess) -> MakeAdministrator:
    return lambda login: Administrator(app, simulator, login)


@pytest.fixture
def dana(person: MakeAdministrator) -> Administrator:
    """Dana, who has just installed the app for Hollis & Grant."""
    dana = person(DANA)
    dana.installs(HOLLIS)
    return dana
