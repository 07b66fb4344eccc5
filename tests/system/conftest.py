"""One simulator for the folder, and one walk for each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import SECOND_IN_DEPTH
from tests.fakes.postgresql import new_database
from tests.fakes.simulator_process import SimulatorProcess
from tests.system.the_walk import Walked, walk
from tests.system.world import CLIENT_SECRET


@pytest.fixture(scope="session")
def simulator() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(client_secret=CLIENT_SECRET) as process:
        yield process


@pytest.fixture(scope="session", params=SECOND_IN_DEPTH)
def walked(
    request: pytest.FixtureRequest, simulator: SimulatorProcess, tmp_path_factory: pytest.TempPathFactory
) -> Walked:
    """What the walk left behind. Tests only read it."""
    folder = tmp_path_factory.mktemp("walk")
    if request.param == "sqlite":
        return walk(simulator, folder)
    with new_database(request.getfixturevalue("postgresql_server")) as url:
        return walk(simulator, folder, url)
