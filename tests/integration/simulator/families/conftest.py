from __future__ import annotations

import pytest

from tests.fakes.simulator_in_process import SimulatorInProcess
from tests.integration.simulator.families.api import Api


@pytest.fixture(scope="session")
def _simulator() -> SimulatorInProcess:
    return SimulatorInProcess()


@pytest.fixture
def api(_simulator: SimulatorInProcess) -> Api:
    _simulator.reset()
    return Api(_simulator)
