from __future__ import annotations

import pytest

from embedded_app.procore import Environment, Procore
from embedded_app.procore.calls.caller import CallRecord
from embedded_app.secret import Secret
from tests.fakes.fake_clock import FakeClock
from tests.fakes.fake_grant import FakeGrant
from tests.fakes.scripted_transport import ScriptedTransport


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def transport() -> ScriptedTransport:
    return ScriptedTransport()


@pytest.fixture
def grant() -> FakeGrant:
    return FakeGrant()


@pytest.fixture
def environment() -> Environment:
    return Environment(
        "custom",
        "https://login.procore.example",
        "https://api.procore.example",
        ("https://*.procore.example",),
    )


@pytest.fixture
def calls() -> list[CallRecord]:
    return []


@pytest.fixture
def procore(
    environment: Environment, transport: ScriptedTransport, clock: FakeClock, calls: list[CallRecord]
) -> Procore:
    return Procore(
        environment,
        "client-1",
        Secret("client-secret"),
        clock=clock,
        transport=transport,
        on_call=calls.append,
        jitter=lambda: 0.5,
    )
