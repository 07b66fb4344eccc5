"""One simulator process for all of these tests, back at its seed for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.simulator_process import SimulatorProcess


@pytest.fixture(scope="session")
def _running() -> Iterator[SimulatorProcess]:
    with SimulatorProcess() as process:
        yield process


@pytest.fixture
def simulator(_running: SimulatorProcess) -> SimulatorProcess:
    _running.reset()
    return _running
