from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from embedded_app.errors import (
    AppNotConnected,
    ConnectFailed,
    Forbidden,
    GrantLost,
    NotFound,
    ProcoreError,
    RateLimited,
    ServerFailed,
    TimedOut,
    Unauthorized,
    UnexpectedPayload,
)
from embedded_app.ids import CompanyId
from embedded_app.procore import Read, Silence
from embedded_app.procore.deadline import current_or, within
from embedded_app.procore.reading.cache import Cache
from embedded_app.procore.reading.changes import Change, ReadKey
from embedded_app.procore.reading.news import News
from embedded_app.procore.reading.reader import ACCESS, Reader
from tests.fakes.fake_clock import FakeClock

_KEY = ReadKey("dana", CompanyId(1), "/rest/v1.0/x", resources=frozenset({"RFIs"}))


class _Source:
    """What is read: counts how often it was asked, and fails when told to."""

    def __init__(self) -> None:
        self.asked = 0
        self.failure: Exception | None = None

    def __call__(self) -> int:
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return self.asked


@pytest.fixture
def source() -> _Source:
    return _Source()


@pytest.fixture
def cache(clock: FakeClock) -> Cache:
    return Cache(clock)


@pytest.fixture
def news(cache: Cache, clock: FakeClock) -> News:
    return News(cache, clock)


@pytest.fixture
def behind() -> list[Callable[[], None]]:
    """What was begun behind a page, for the test to run."""
    return []


@pytest.fixture
def reader(cache: Cache, news: News, clock: FakeClock, behind: list[Callable[[], None]]) -> Reader:
    return Reader(cache, news, clock, behind.append)


def test_a_second_look_within_ten_seconds_asks_nobody(
    reader: Reader, source: _Source, clock: FakeClock
) -> None:
    first = reader.read(_KEY, source)
    clock.advance(9.9)
    assert reader.read(_KEY, source) == first == Read(1, clock.now() - timedelta(seconds=9.9))
    assert source.asked == 1
    assert first.age(clock.now()) == timedelta(seconds=9.9)


def test_after_ten_seconds_procore_is_asked_again(reader: Reader, source: _Source, clock: FakeClock) -> None:
    reader.read(_KEY, source)
    clock.advance(10)
    assert reader.read(_KEY, source) == Read(2, clock.now())


def test_a_jump_of_the_wall_clock_makes_nothing_fresh_again(
    reader: Reader, source: _Source, clock: FakeClock
) -> None:
    reader.read(_KEY, source)
    clock.advance(10)
    clock.jump(-3600)
    reader.read(_KEY, source)
    assert source.asked == 2


@pytest.mark.parametrize("failure", [ConnectFailed("x"), TimedOut("x"), ServerFailed("x")])
def test_while_procore_cannot_be_asked_the_last_read_is_shown_as_stale(
    reader: Reader, source: _Source, clock: FakeClock, failure: ProcoreError
) -> None:
    first = reader.read(_KEY, source)
    clock.advance(60)
    source.failure = failure
    assert reader.read(_KEY, source) == Read(1, first.read_at, Silence(failure, clock.now()))


def test_a_failing_procore_is_not_asked_at_every_look(
    reader: Reader, source: _Source, clock: FakeClock
) -> None:
    reader.read(_KEY, source)
    clock.advance(60)
    source.failure = ConnectFailed("x")
    for _ in range(5):
        clock.advance(1)
        assert reader.read(_KEY, source).stale
    assert source.asked == 2
    clock.advance(10)
    source.failure = None
    assert reader.read(_KEY, source) == Read(3, clock.now())


def test_what_is_stale_says_why_and_since_when_until_it_is_read_again(
    reader: Reader, source: _Source, clock: FakeClock
) -> None:
    reader.read(_KEY, source)
    clock.advance(60)
    began, source.failure = clock.now(), TimedOut("x")
    reader.read(_KEY, source)
    clock.advance(60)
    source.failure = RateLimited("x", retry_at=clock.now() + timedelta(minutes=5))
    assert reader.read(_KEY, source).silence == Silence(source.failure, began)
    clock.advance(1)
    assert reader.read(_KEY, source).silence == Silence(source.failure, began)
    source.failure = None
    clock.advance(60)
    assert reader.read(_KEY, source).silence is None
    source.failure = TimedOut("x")
    clock.advance(60)
    assert reader.read(_KEY, source).silence == Silence(source.failure, clock.now())


def test_after_a_quarter_of_an_hour_nothing_old_is_shown(
    reader: Reader, source: _Source, clock: FakeClock
) -> None:
    reader.read(_KEY, source)
    clock.advance(15 * 60 - 1)
    source.failure = ConnectFailed("x")
    assert reader.read(_KEY, source).stale
    clock.advance(1)
    with pytest.raises(ConnectFailed):
        reader.read(_KEY, source)


@pytest.mark.parametrize(
    "failure",
    [Forbidden("x"), NotFound("x"), Unauthorized("x"), UnexpectedPayload("x"), GrantLost("x")],
    ids=lambda failure: type(failure).__name__,
)
def test_when_procore_says_no_nothing_old_is_shown_then_or_later(
    reader: Reader, source: _Source, clock: FakeClock, failure: Exception
) -> None:
    reader.read(_KEY, source)
    clock.advance(60)
    source.failure = failure
    with pytest.raises(type(failure)):
        reader.read(_KEY, source)
    source.failure = ConnectFailed("x")
    with pytest.raises(ConnectFailed):
        reader.read(_KEY, source)


def test_a_disconnected_company_is_forgotten_for_everybody(
    reader: Reader, source: _Source, cache: Cache, clock: FakeClock
) -> None:
    others = ReadKey("priya", CompanyId(1), "/rest/v1.0/y")
    elsewhere = ReadKey("priya", CompanyId(2), "/rest/v1.0/y")
    for key in (_KEY, others, elsewhere):
        reader.read(key, source)
    clock.advance(60)
    source.failure = AppNotConnected("x")
    with pytest.raises(AppNotConnected):
        reader.read(_KEY, source)
    assert cache.find(others) is None
    assert cache.find(elsewhere) is not None


def test_what_decides_about_access_is_never_stale(reader: Reader, source: _Source, clock: FakeClock) -> None:
    reader.read(_KEY, source, ACCESS)
    clock.advance(59)
    assert not reader.read(_KEY, source, ACCESS).stale
    clock.advance(1)
    source.failure = ConnectFailed("x")
    for _ in range(2):
        with pytest.raises(ConnectFailed):
            reader.read(_KEY, source, ACCESS)


def test_anew_asks_in_any_case(reader: Reader, source: _Source) -> None:
    reader.read(_KEY, source)
    assert reader.read(_KEY, source, refresh=True).value == 2
    assert reader.read(_KEY, source).value == 2


def test_nobody_gets_what_another_grant_read(reader: Reader, source: _Source) -> None:
    reader.read(_KEY, source)
    assert reader.read(ReadKey("priya", _KEY.company_id, _KEY.path), source).value == 2


class _Gate:
    """A read that begins, says so, and ends when told to."""

    def __init__(self, result: Callable[[], str] = lambda: "read") -> None:
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.times = 0
        self._result = result

    def __call__(self) -> str:
        self.times += 1
        self.begun.set()
        assert self.go_on.wait(10)
        return self._result()


def _look(reader: Reader, load: Callable[[], str], entered: threading.Semaphore) -> Read[str]:
    entered.release()
    return reader.read(_KEY, load)


def test_many_who_look_at_once_share_one_read(reader: Reader) -> None:
    gate = _Gate()
    entered = threading.Semaphore(0)
    with ThreadPoolExecutor(8) as pool:
        looks = [pool.submit(_look, reader, gate, entered) for _ in range(8)]
        for _ in looks:
            assert entered.acquire(timeout=10)
        gate.go_on.set()
        assert {look.result().value for look in looks} == {"read"}
    assert gate.times == 1


def test_all_of_them_get_the_failure(reader: Reader) -> None:
    def fail() -> str:
        raise NotFound("gone")

    gate = _Gate(fail)
    with ThreadPoolExecutor(2) as pool:
        looks = [pool.submit(reader.read, _KEY, gate) for _ in range(2)]
        assert gate.begun.wait(10)
        gate.go_on.set()
        assert {type(look.exception()) for look in looks} == {NotFound}


def test_a_read_begun_before_an_invalidation_is_not_joined_after_it(reader: Reader, cache: Cache) -> None:
    old = _Gate(lambda: "old")
    with ThreadPoolExecutor(1) as pool:
        look = pool.submit(reader.read, _KEY, old)
        assert old.begun.wait(10)
        cache.apply(Change())
        assert reader.read(_KEY, lambda: "new").value == "new"
        old.go_on.set()
        assert look.result().value == "old"
    assert reader.read(_KEY, lambda: "newest").value == "new"


def test_waiting_for_somebody_elses_read_ends_with_the_deadline(reader: Reader, clock: FakeClock) -> None:
    gate = _Gate()
    with ThreadPoolExecutor(1) as pool:
        look = pool.submit(reader.read, _KEY, gate)
        assert gate.begun.wait(10)
        with within(clock, 0), pytest.raises(TimedOut):
            reader.read(_KEY, gate)
        gate.go_on.set()
        assert look.result().value == "read"


def test_a_page_that_may_lag_shows_at_once_what_is_read_again_behind_it(
    reader: Reader, source: _Source, clock: FakeClock, behind: list[Callable[[], None]]
) -> None:
    first = reader.read(_KEY, source)
    clock.advance(59)
    with within(clock, 20, may_lag=True):
        looks = [reader.read(_KEY, source) for _ in range(3)]
    assert looks == [Read(1, first.read_at, is_lagging=True)] * 3
    (renew,) = behind  # once, however many look
    renew()
    with within(clock, 20, may_lag=True):
        assert reader.read(_KEY, source) == Read(2, clock.now())
    assert (source.asked, len(behind)) == (2, 1)


def test_a_page_that_does_not_say_so_waits(reader: Reader, source: _Source, clock: FakeClock) -> None:
    reader.read(_KEY, source)
    clock.advance(10)
    assert reader.read(_KEY, source) == Read(2, clock.now())


def test_a_job_never_lags(reader: Reader, source: _Source, clock: FakeClock) -> None:
    reader.read(_KEY, source)
    clock.advance(10)
    with within(clock, 20, background=True), within(clock, 20, may_lag=True):
        assert reader.read(_KEY, source).value == 2


def test_after_a_minute_every_page_waits(reader: Reader, source: _Source, clock: FakeClock) -> None:
    reader.read(_KEY, source)
    clock.advance(60)
    with within(clock, 20, may_lag=True):
        assert reader.read(_KEY, source) == Read(2, clock.now())


def test_what_decides_about_access_never_lags(reader: Reader, source: _Source, clock: FakeClock) -> None:
    reader.read(_KEY, source, ACCESS)
    clock.advance(60)
    with within(clock, 20, may_lag=True):
        assert reader.read(_KEY, source, ACCESS).value == 2


def test_what_is_due_does_not_lag(reader: Reader, source: _Source, cache: Cache, clock: FakeClock) -> None:
    reader.read(_KEY, source)
    cache.apply(Change(forgets=False))
    with within(clock, 20, may_lag=True):
        assert reader.read(_KEY, source).value == 2


def test_when_reading_behind_a_page_is_in_vain_the_next_look_says_so(
    reader: Reader, source: _Source, clock: FakeClock, behind: list[Callable[[], None]]
) -> None:
    reader.read(_KEY, source)
    clock.advance(30)
    source.failure = TimedOut("x")
    with within(clock, 20, may_lag=True):
        reader.read(_KEY, source)
        behind.pop()()
        assert reader.read(_KEY, source).silence == Silence(source.failure, clock.now())
        clock.advance(10)  # what is silent is asked for while the page waits, and not behind it
        assert reader.read(_KEY, source).silence == Silence(
            source.failure, clock.now() - timedelta(seconds=10)
        )
    assert (behind, source.asked) == ([], 3)


def test_when_reading_behind_a_page_is_refused_nothing_old_is_shown(
    reader: Reader, source: _Source, clock: FakeClock, behind: list[Callable[[], None]]
) -> None:
    reader.read(_KEY, source)
    clock.advance(30)
    source.failure = Forbidden("x")
    with within(clock, 20, may_lag=True):
        reader.read(_KEY, source)
        behind.pop()()
        with pytest.raises(Forbidden):
            reader.read(_KEY, source)


def test_reading_behind_a_page_has_time_of_its_own(
    reader: Reader, clock: FakeClock, behind: list[Callable[[], None]]
) -> None:
    left: list[tuple[float, float]] = []

    def load() -> int:
        with current_or(clock) as deadline:
            left.append((deadline.remaining(clock), deadline.patience))
        return 1

    reader.read(_KEY, load)
    clock.advance(30)
    with within(clock, 0.5, may_lag=True):
        reader.read(_KEY, load)
        behind.pop()()
    assert left[1] == (20, 1)


def test_what_a_hook_watches_is_held_for_five_minutes(
    reader: Reader, source: _Source, news: News, clock: FakeClock
) -> None:
    news.watch(CompanyId(1), frozenset({"RFIs", "Submittals"}), 600)
    reader.read(_KEY, source)
    clock.advance(299)
    assert reader.read(_KEY, source).value == 1
    clock.advance(1)
    assert reader.read(_KEY, source).value == 2


@pytest.mark.parametrize("resources", [frozenset[str](), frozenset({"Submittals"})])
def test_what_no_hook_watches_is_held_for_seconds(
    reader: Reader, source: _Source, news: News, clock: FakeClock, resources: frozenset[str]
) -> None:
    news.watch(CompanyId(1), resources, 600)
    news.watch(CompanyId(2), frozenset({"RFIs"}), 600)
    reader.read(_KEY, source)
    clock.advance(10)
    assert reader.read(_KEY, source).value == 2


def test_what_decides_about_access_is_held_no_longer_for_a_hook(
    reader: Reader, source: _Source, news: News, clock: FakeClock
) -> None:
    news.watch(CompanyId(1), frozenset({"RFIs"}), 600)
    reader.read(_KEY, source, ACCESS)
    clock.advance(60)
    assert reader.read(_KEY, source, ACCESS).value == 2


def test_what_a_hook_told_of_is_read_again_and_shown_while_procore_is_silent(
    reader: Reader, source: _Source, news: News, clock: FakeClock
) -> None:
    news.watch(CompanyId(1), frozenset({"RFIs"}), 600)
    reader.read(_KEY, source)
    clock.advance(100)
    news.tell(Change(CompanyId(1), resource="RFIs", forgets=False))
    source.failure = TimedOut("x")
    assert reader.read(_KEY, source).stale
    source.failure = None
    clock.advance(10)
    assert reader.read(_KEY, source) == Read(3, clock.now())


def test_several_lists_are_as_old_as_the_oldest(clock: FakeClock) -> None:
    earlier = clock.now() - timedelta(seconds=5)
    silence = Silence(TimedOut("x"), clock.now())
    reads: list[Read[tuple[int, ...]]] = [Read((1, 2), clock.now()), Read((3,), earlier, silence)]
    assert Read.joined(reads) == Read((1, 2, 3), earlier, silence)
    lagging: Read[tuple[int, ...]] = Read((4,), clock.now(), is_lagging=True)
    assert Read.joined([reads[0], lagging]) == Read((1, 2, 4), clock.now(), is_lagging=True)
