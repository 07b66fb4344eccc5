"""What tests of the app beside the simulated Procore share. A package with other needs defines its own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from embedded_app.storage._database import POOL
from embedded_app.web import static_files
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


@pytest.fixture(scope="session", autouse=True)
def _made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is the same for every app is not made for each: the published static files, the trusted authorities.

    The latter are none. A test that speaks TLS names its own.
    """
    folder = tmp_path_factory.mktemp("static")
    publish = static_files._publish

    def publish_once(files: Mapping[str, Path], target: Path) -> Path:
        return publish(files, folder / target.name)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(static_files, "_publish", publish_once)
        patch.setenv("SSL_CERT_FILE", os.devnull)
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
    return FakeClock.from_now()
