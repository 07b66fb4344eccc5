"""One company for all cases; each case publishes its panel anew."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded_app.app import create_app
from tests.factories.settings import config_beside
from tests.fakes.fake_clock import FakeClock
from tests.fakes.saved_state import close
from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.permissions.company import Company


@pytest.fixture(scope="module")
def company(
    running_simulator: SimulatorProcess, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Company]:
    running_simulator.reset()
    folder = tmp_path_factory.mktemp("company")
    database = folder / "test.sqlite3"
    shutil.copyfile(migrated_sqlite, database)
    environment = config_beside(
        running_simulator, DATABASE_URL=f"sqlite:///{database}", SOURCE_FILES=str(folder / "sources")
    )
    app = create_app(environment, clock=FakeClock.from_now(), instance_path=folder)
    yield Company(app, running_simulator, folder)
    close(app)
