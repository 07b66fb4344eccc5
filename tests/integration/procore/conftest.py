"""The client over the network, in front of one simulator process that is back at its seed for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from embedded_app.procore import Environment, PooledTransport, Procore
from embedded_app.secret import Secret
from tests.fakes.fake_clock import FakeClock
from tests.fakes.simulator_process import CLIENT_ID, CLIENT_SECRET, SimulatorProcess


@pytest.fixture
def procore(simulator: SimulatorProcess, clock: FakeClock) -> Iterator[Procore]:
    environment = Environment(
        "custom",
        f"http://login.procore.localhost:{simulator.port}",
        f"http://api.procore.localhost:{simulator.port}",
        tuple(f"http://{name}.procore.localhost:{simulator.port}" for name in ("app", "us02")),
    )
    transport = PooledTransport()
    yield Procore(environment, CLIENT_ID, Secret(CLIENT_SECRET), clock=clock, transport=transport)
    transport.close()
