"""The clock of the product is that of the machine."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from embedded_app.clock import SystemClock


def test_it_tells_the_machines_time() -> None:
    clock = SystemClock()
    before, began = datetime.now(UTC), time.monotonic()
    assert before <= clock.now() <= datetime.now(UTC)
    assert began <= clock.monotonic() <= time.monotonic()


def test_it_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    SystemClock().sleep(1.5)
    assert slept == [1.5]
