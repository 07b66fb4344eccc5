"""The whole app, the simulated Procore and the sample ERP, and administrators with a browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from embedded_app.app import create_app
from embedded_app.simulator.sample_erp import build_sample_erp
from tests.databases import SECOND_IN_DEPTH
from tests.factories.settings import config_beside
from tests.fakes.fake_clock import FakeClock
from tests.fakes.saved_state import SavedState, close, is_copied
from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.settings.administrator import Administrator
from tests.integration.settings.world import CASCADIA, DANA, HOLLIS

MakeAdministrator = Callable[[str], Administrator]


@pytest.fixture(params=SECOND_IN_DEPTH)
def database(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def erp_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that SQLite sources may read, with the sample ERP in those of two companies."""
    folder = tmp_path_factory.mktemp("sources")
    for company_id in (HOLLIS, CASCADIA):
        build_sample_erp(folder / str(company_id) / "sample-erp.db")
    return folder


@pytest.fixture
def app_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """Where the app keeps its data; a test that cares about the database takes `database_url` in its place."""
    return f"sqlite:///{shutil.copyfile(migrated_sqlite, tmp_path / 'test.sqlite3')}"


@pytest.fixture
def app(
    app_url: str, simulator: SimulatorProcess, clock: FakeClock, erp_folder: Path, tmp_path: Path
) -> Iterator[Flask]:
    environment = config_beside(simulator, DATABASE_URL=app_url, SOURCE_FILES=str(erp_folder))
    app = create_app(environment, clock=clock, instance_path=tmp_path)
    yield app
    close(app)


@pytest.fixture
def person(app: Flask, simulator: SimulatorProcess) -> MakeAdministrator:
    return lambda login: Administrator(app, simulator, login)


@pytest.fixture(scope="session")
def _installed(
    running_simulator: SimulatorProcess,
    migrated_sqlite: Path,
    erp_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[SavedState, Administrator]:
    """Hollis & Grant as Dana has just installed the app, and Dana, whose cookies say so."""
    folder = tmp_path_factory.mktemp("installed")
    url = f"sqlite:///{shutil.copyfile(migrated_sqlite, folder / 'test.sqlite3')}"
    running_simulator.reset()
    environment = config_beside(running_simulator, DATABASE_URL=url, SOURCE_FILES=str(erp_folder))
    app = create_app(environment, clock=FakeClock.from_now(), instance_path=folder)
    dana = Administrator(app, running_simulator, DANA)
    dana.installs(HOLLIS)
    return SavedState(app, running_simulator, folder / "saved.sqlite3"), dana


@pytest.fixture
def dana(
    app: Flask, person: MakeAdministrator, _installed: tuple[SavedState, Administrator]
) -> Administrator:
    """Dana, who has just installed the app for Hollis & Grant."""
    dana = person(DANA)
    if is_copied(app):
        saved, before = _installed
        saved.go_on(app)
        dana.has_cookies_of(before)
    else:
        dana.installs(HOLLIS)
    return dana
