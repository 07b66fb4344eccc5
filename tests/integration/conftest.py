"""What tests of the app beside the simulated Procore share. A package with other needs defines its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.fake_clock import FakeClock
from tests.fakes.simulator_process import SimulatorProcess


@pytest.fixture(scope="session")
def running_simulator() -> Iterator[SimulatorProcess]:
    """One process for the whole session; tests take `simulator`."""
    with SimulatorProcess() as process:
        yield process


@pytest.fixture
def simulator(running_simulator: SimulatorProcess) -> SimulatorProcess:
    """The simulated Procore, back at its seed."""
    running_simulator.reset()
    return running_simulator


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
