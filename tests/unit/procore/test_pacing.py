from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from embedded_app.errors import RateLimited
from embedded_app.procore import Deadline, RateNotice, RateWindows, WireResponse
from embedded_app.procore.pacing import Pacer
from tests.fakes.fake_clock import FakeClock


def _answer(clock: FakeClock, *, limit: int, remaining: int, resets_in: float) -> WireResponse:
    return WireResponse(
        200,
        {
            "X-Rate-Limit-Limit": str(limit),
            "X-Rate-Limit-Remaining": str(remaining),
            "X-Rate-Limit-Reset": str(int(clock.now().timestamp() + resets_in)),
        },
    )


def _go(pacer: Pacer, clock: FakeClock, seconds: float = 20, *, background: bool = False) -> None:
    pacer.wait_for_room(Deadline(clock.monotonic() + seconds, background), "GET /x")


def test_the_first_request_goes_at_once(clock: FakeClock) -> None:
    _go(Pacer(clock), clock)
    assert clock.slept == []


def test_an_empty_window_is_waited_for(clock: FakeClock) -> None:
    pacer = Pacer(clock)
    _go(pacer, clock)
    pacer.answered(_answer(clock, limit=25, remaining=0, resets_in=8))
    _go(pacer, clock)
    assert clock.slept == [8]


def test_requests_are_counted_between_answers(clock: FakeClock) -> None:
    pacer = Pacer(clock)
    _go(pacer, clock)
    pacer.answered(_answer(clock, limit=25, remaining=2, resets_in=8))
    _go(pacer, clock)
    _go(pacer, clock)
    assert clock.slept == []
    _go(pacer, clock)
    assert clock.slept == [8]


def test_an_older_count_does_not_give_back_what_is_under_way(clock: FakeClock) -> None:
    pacer = Pacer(clock)
    _go(pacer, clock)
    pacer.answered(_answer(clock, limit=25, remaining=3, resets_in=8))
    _go(pacer, clock)
    _go(pacer, clock)
    _go(pacer, clock)
    pacer.answered(_answer(clock, limit=25, remaining=2, resets_in=8))
    _go(pacer, clock)
    assert clock.slept == [8]


def test_others_using_the_same_limit_are_seen(clock: FakeClock) -> None:
    pacer = Pacer(clock)
    _go(pacer, clock)
    pacer.answered(_answer(clock, limit=25, remaining=20, resets_in=8))
    _go(pacer, clock)
    pacer.answered(_answer(clock, limit=25, remaining=0, resets_in=8))
    _go(pacer, clock)
    assert clock.slept == [8]


def test_a_wait_beyond_the_deadline_is_refused_with_the_time(clock: FakeClock) -> None:
    pacer = Pacer(clock)
    _go(pacer, clock)
    pacer.answered(_answer(clock, limit=600, remaining=0, resets_in=1800))
    with pytest.raises(RateLimited) as caught:
        _go(pacer, clock)
    assert caught.value.retry_at == clock.now() + timedelta(seconds=1800)
    assert caught.value.route == "GET /x"
    assert clock.slept == []


def test_both_windows_are_kept_apart(clock: FakeClock) -> None:
    pacer = Pacer(clock)
    _go(pacer, clock)
    pacer.answered(_answer(clock, limit=25, remaining=0, resets_in=8))
    _go(pacer, clock)
    pacer.answered(_answer(clock, limit=600, remaining=0, resets_in=1800))
    with pytest.raises(RateLimited):
        _go(pacer, clock)


def test_the_end_of_the_hour_is_not_mistaken_for_the_short_window() -> None:
    windows = RateWindows()
    windows.settle(0, RateNotice(limit=600, remaining=500, resets_in=30))
    windows.settle(25, RateNotice(limit=600, remaining=0, resets_in=5))
    assert windows.take(25, background=False) == 5
    # The hour begins again with all its requests, not with those of ten seconds.
    assert [windows.take(30, background=False) for _ in range(600)] == [0] * 600
    assert windows.take(30, background=False) == 3600


def test_a_window_begins_again_after_its_end() -> None:
    windows = RateWindows()
    windows.settle(0, RateNotice(limit=2, remaining=0, resets_in=4))
    assert windows.take(4, background=False) == 0
    assert windows.take(4, background=False) == 0
    assert windows.take(5, background=False) == 9


def test_a_raised_limit_replaces_the_old_one() -> None:
    windows = RateWindows()
    windows.settle(0, RateNotice(limit=2, remaining=0, resets_in=4))
    windows.settle(1, RateNotice(limit=50, remaining=40, resets_in=4))
    assert windows.take(1, background=False) == 0


def test_jobs_leave_a_quarter_to_people(clock: FakeClock) -> None:
    pacer = Pacer(clock)
    _go(pacer, clock)
    pacer.answered(_answer(clock, limit=24, remaining=7, resets_in=8))
    _go(pacer, clock, background=True)
    with pytest.raises(RateLimited):
        _go(pacer, clock, seconds=5, background=True)
    for _ in range(6):
        _go(pacer, clock, seconds=5)
    assert clock.slept == []


def test_a_429_holds_everybody(clock: FakeClock) -> None:
    pacer = Pacer(clock)
    _go(pacer, clock)
    pacer.answered(WireResponse(429, {"Retry-After": "6"}))
    _go(pacer, clock)
    assert clock.slept == [6]


def test_a_429_without_headers_holds_for_the_shorter_window(clock: FakeClock) -> None:
    pacer = Pacer(clock)
    _go(pacer, clock)
    pacer.answered(WireResponse(429))
    _go(pacer, clock)
    assert clock.slept == [10]


def test_answers_without_headers_hold_nobody(clock: FakeClock) -> None:
    pacer = Pacer(clock)
    for _ in range(1000):
        _go(pacer, clock)
        pacer.answered(WireResponse(200))
    assert clock.slept == []


def test_a_request_without_an_answer_stays_counted(clock: FakeClock) -> None:
    pacer = Pacer(clock)
    _go(pacer, clock)
    pacer.answered(_answer(clock, limit=25, remaining=1, resets_in=8))
    _go(pacer, clock)
    pacer.abandoned()
    _go(pacer, clock)
    assert clock.slept == [8]


def test_threads_never_take_more_than_there_is() -> None:
    windows = RateWindows()
    windows.settle(0, RateNotice(limit=100, remaining=40, resets_in=9))
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: windows.take(1, background=False), range(100)))
    assert waits.count(0) == 40
