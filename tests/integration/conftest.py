"""What tests of the app beside the simulated Procore share. A package with other needs defines its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from embedded_app.storage._database import POOL
from tests.fakes.fake_clock import FakeClock
from tests.fakes.simulator_process import SimulatorProcess


@pytest.fixture(scope="module", autouse=True)
def one_connection() -> Iterator[None]:
    """The whole program works with one database connection.

    So no thread needs two at once, and none keeps one while it waits for another thread that needs one: with many
    at work, both would end in all of them waiting for each other.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(POOL, "pool_size", 1)
        patch.setitem(POOL, "max_overflow", 0)
        yield


@pytest.fixture
def one_connection_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """For apps that are made after this."""
    monkeypatch.setitem(POOL, "max_overflow", 1)


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
