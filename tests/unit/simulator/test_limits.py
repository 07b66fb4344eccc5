from __future__ import annotations

import pytest

from embedded_app.simulator.clock import SimulatedClock
from embedded_app.simulator.network.limits import RateLimits


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(factor=0)


@pytest.fixture
def limits(clock: SimulatedClock) -> RateLimits:
    limits = RateLimits(clock)
    limits.hour.limit, limits.spike.limit = 40, 25
    return limits


def remaining(limits: RateLimits) -> tuple[str, str]:
    headers = limits.headers()
    return headers["X-Rate-Limit-Limit"], headers["X-Rate-Limit-Remaining"]


def test_both_windows_count_every_call(limits: RateLimits, clock: SimulatedClock) -> None:
    assert [limits.take() for _ in range(26)] == [True] * 25 + [False]
    assert remaining(limits) == ("25", "0")
    clock.advance(11)
    assert remaining(limits) == ("40", "15")
    assert [limits.take() for _ in range(16)] == [True] * 15 + [False]
    assert remaining(limits) == ("40", "0")
    clock.advance(11)
    assert not limits.take()
    clock.advance(3600)
    assert limits.take()


def test_the_reset_is_when_calls_are_accepted_again(limits: RateLimits, clock: SimulatedClock) -> None:
    while limits.take():
        pass
    wait = int(limits.headers()["X-Rate-Limit-Reset"]) - clock.time()
    assert 10 <= wait <= 11
    assert limits.retry_after() == pytest.approx(wait, abs=1)
    clock.advance(wait)
    assert limits.take()


def test_of_two_spent_windows_the_later_reset_is_told(limits: RateLimits, clock: SimulatedClock) -> None:
    limits.take()
    limits.hour.used, limits.spike.used = 40, 25
    assert int(limits.headers()["X-Rate-Limit-Reset"]) - clock.time() >= 3600


def test_the_clock_runs_at_its_factor_and_jumps() -> None:
    clock = SimulatedClock(factor=0)
    before = clock.time()
    clock.advance(90)
    assert clock.time() == before + 90
    clock.factor = 1000
    clock.factor = 0
    after = clock.time()
    assert after >= before + 90
    assert clock.time() == after
    assert clock.now().timestamp() == pytest.approx(after, abs=0.001)
