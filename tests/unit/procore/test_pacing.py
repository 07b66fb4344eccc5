from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from embedded_app.errors import (
    AppNotConnected,
    CompanyPaused,
    Forbidden,
    ProcoreError,
    RateLimited,
    TimedOut,
    Unauthorized,
)
from embedded_app.ids import CompanyId
from embedded_app.procore import Deadline, WireResponse
from embedded_app.procore.pacing.circuits import RUN
from embedded_app.procore.pacing.pacer import Pacer, Turn
from tests.fakes.fake_clock import FakeClock
from tests.fakes.shared_store import SharedStore

_COMPANY = CompanyId(562949953443325)
_TURN = Turn("GET /x", _COMPANY, "dana")


def _answer(
    clock: FakeClock, *, limit: int, remaining: int, resets_in: float, status: int = 200
) -> WireResponse:
    return WireResponse(
        status,
        {
            "X-Rate-Limit-Limit": str(limit),
            "X-Rate-Limit-Remaining": str(remaining),
            "X-Rate-Limit-Reset": str(int(clock.now().timestamp() + resets_in)),
        },
    )


def _go(
    pacer: Pacer,
    clock: FakeClock,
    seconds: float = 20,
    *,
    background: bool = False,
    insists: bool = False,
    patience: float = 20,
) -> None:
    deadline = Deadline(clock.monotonic() + seconds, background, insists, patience)
    pacer.wait_for_room(deadline, _TURN)


def _told(clock: FakeClock, *, limit: int, remaining: int, resets_in: float) -> Pacer:
    """A pacer that has had one answer."""
    pacer = Pacer(clock, jitter=lambda: 0.5)
    _go(pacer, clock)
    pacer.answered(_TURN, _answer(clock, limit=limit, remaining=remaining, resets_in=resets_in))
    return pacer


def test_the_first_request_goes_at_once(clock: FakeClock) -> None:
    _go(Pacer(clock), clock)
    assert clock.slept == []


def test_an_empty_window_is_waited_for(clock: FakeClock) -> None:
    pacer = _told(clock, limit=25, remaining=0, resets_in=8)
    _go(pacer, clock)
    assert clock.slept == [8]


def test_a_wait_beyond_the_deadline_is_refused_with_the_time(clock: FakeClock) -> None:
    pacer = _told(clock, limit=600, remaining=0, resets_in=1800)
    with pytest.raises(RateLimited) as caught:
        _go(pacer, clock)
    assert caught.value.retry_at == clock.now() + timedelta(seconds=1800)
    assert caught.value.route == "GET /x"
    assert clock.slept == []


def test_a_person_waits_no_longer_than_they_have_patience(clock: FakeClock) -> None:
    pacer = _told(clock, limit=25, remaining=0, resets_in=8)
    with pytest.raises(RateLimited) as caught:
        _go(pacer, clock, patience=5)
    assert caught.value.retry_at == clock.now() + timedelta(seconds=8)


def test_a_job_goes_after_the_people_who_wait_in_another_process(clock: FakeClock) -> None:
    store = SharedStore(clock)
    web, worker = Pacer(clock, store), Pacer(clock, store)
    _go(web, clock)
    web.answered(_TURN, _answer(clock, limit=25, remaining=0, resets_in=8))
    order = []

    class Waiting(FakeClock):
        """The person waits; meanwhile the window ends, and a job asks."""

        def sleep(self, seconds: float) -> None:
            clock.advance(seconds)
            with pytest.raises(RateLimited):
                _go(worker, clock, seconds=0.01, background=True)
            order.append("job refused")

    web._clock = Waiting()
    _go(web, clock)
    order.append("person")
    web.answered(_TURN, _answer(clock, limit=25, remaining=24, resets_in=10))
    _go(worker, clock, background=True)
    assert order == ["job refused", "person"]


def test_whoever_waits_for_the_first_answer_goes_when_it_comes(clock: FakeClock) -> None:
    pacer = Pacer(clock)
    _go(pacer, clock)
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(_go, pacer, clock)
        pacer.answered(_TURN, _answer(clock, limit=25, remaining=24, resets_in=10))
        second.result()
    assert clock.slept == []


def test_a_first_request_that_is_not_answered_is_not_said_to_be_a_wish_to_wait(clock: FakeClock) -> None:
    pacer = Pacer(clock)
    _go(pacer, clock)
    with pytest.raises(TimedOut):
        _go(pacer, clock, patience=0.2)
    pacer.abandoned(_TURN)
    _go(pacer, clock)


@pytest.mark.parametrize(
    ("response", "seconds"),
    [
        (WireResponse(429, {"Retry-After": "6"}), 6),
        (WireResponse(429), 10),
        (WireResponse(503, {"Retry-After": "6"}), 6),
        (WireResponse(503, {"Retry-After": "3000"}), 60),
    ],
)
def test_when_procore_asks_to_wait_everybody_waits(
    clock: FakeClock, response: WireResponse, seconds: float
) -> None:
    pacer = Pacer(clock)
    _go(pacer, clock)
    pacer.answered(_TURN, response)
    _go(pacer, clock, seconds=100, patience=100)
    assert clock.slept == [seconds]


def test_a_503_that_names_no_time_holds_nobody(clock: FakeClock) -> None:
    pacer = Pacer(clock)
    _go(pacer, clock)
    pacer.answered(_TURN, WireResponse(503))
    _go(pacer, clock)
    assert clock.slept == []


def test_a_request_without_an_answer_stays_counted(clock: FakeClock) -> None:
    pacer = _told(clock, limit=25, remaining=1, resets_in=8)
    _go(pacer, clock)
    pacer.abandoned(_TURN)
    _go(pacer, clock)
    assert clock.slept == [8]


def test_threads_never_take_more_than_there_is(clock: FakeClock) -> None:
    pacer = _told(clock, limit=100, remaining=40, resets_in=9)

    def went() -> bool:
        try:
            _go(pacer, clock, patience=1)
        except RateLimited:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: went(), range(100))) == 40


def _refuse(pacer: Pacer, clock: FakeClock, refusal: ProcoreError, times: int = RUN) -> None:
    for _ in range(times):
        _go(pacer, clock)
        pacer.answered(_TURN, WireResponse(refusal.status_code or 0))
        pacer.refused(_TURN, refusal, clock.monotonic())


def test_a_company_that_refuses_again_and_again_is_paused(clock: FakeClock) -> None:
    pacer = _told(clock, limit=100, remaining=90, resets_in=9)
    _refuse(pacer, clock, Unauthorized("No.", status_code=401))
    with pytest.raises(CompanyPaused) as caught:
        _go(pacer, clock)
    assert caught.value.retry_at == clock.now() + timedelta(seconds=30)
    assert pacer.report().paused == {_COMPANY: caught.value.retry_at}
    clock.advance(30)
    _go(pacer, clock)
    pacer.answered(_TURN, WireResponse(404))
    assert pacer.report().paused == {}
    _go(pacer, clock)


def test_somebody_without_the_rights_pauses_nobody(clock: FakeClock) -> None:
    pacer = _told(clock, limit=100, remaining=90, resets_in=9)
    _refuse(pacer, clock, Unauthorized("No.", status_code=401), RUN - 1)
    _refuse(pacer, clock, Forbidden("No.", status_code=403), RUN * 2)
    assert pacer.report().paused == {}
    _refuse(pacer, clock, Unauthorized("No.", status_code=401), RUN - 1)
    assert pacer.report().paused == {}, "a company that tells people apart answers"


def test_an_uninstalled_company_is_said_to_be_uninstalled_without_asking(clock: FakeClock) -> None:
    pacer = _told(clock, limit=100, remaining=90, resets_in=9)
    asked_at = clock.monotonic()
    _refuse(pacer, clock, AppNotConnected("No.", status_code=403))
    clock.advance(1)
    with pytest.raises(AppNotConnected) as caught:
        _go(pacer, clock)
    assert caught.value.asked_at == asked_at  # an old answer must not end a newer connection
    pacer.close_circuit(_COMPANY)
    _go(pacer, clock)


def test_a_probe_that_has_to_be_sent_again_is_not_held_by_itself(clock: FakeClock) -> None:
    pacer = _told(clock, limit=100, remaining=90, resets_in=9)
    _refuse(pacer, clock, Unauthorized("No.", status_code=401))
    clock.advance(5)
    for status in (401, 500, 408):
        _go(pacer, clock, insists=True)
        pacer.answered(_TURN, WireResponse(status))
    _go(pacer, clock, insists=True)
    pacer.abandoned(_TURN)
    _go(pacer, clock, insists=True)
    assert clock.slept == []


def test_the_report_says_what_is_left(clock: FakeClock) -> None:
    pacer = _told(clock, limit=25, remaining=20, resets_in=8)
    _go(pacer, clock)
    clock.advance(1)
    report = pacer.report()
    assert (report.windows["spike"].limit, report.windows["spike"].remaining) == (25, 19)
    assert report.windows["spike"].resets_in == 7
    assert report.is_shared
    clock.advance(8)
    assert pacer.report().windows["spike"].remaining == 25
