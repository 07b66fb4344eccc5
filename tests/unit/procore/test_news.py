"""Two processes and the board between them; `clock` is everybody's."""

from __future__ import annotations

import pytest

from embedded_app.ids import CompanyId, ProjectId
from embedded_app.procore.reading.cache import Cache, Held
from embedded_app.procore.reading.changes import Change, ReadKey
from embedded_app.procore.reading.news import News
from tests.fakes.fake_clock import FakeClock
from tests.fakes.shared_store import SharedStore

_ONE = CompanyId(562949953443325)
_RFIS = ReadKey("dana", _ONE, "/rest/v1.0/projects/7/rfis", ProjectId(7), frozenset({"RFIs"}))
_ELSEWHERE = ReadKey("dana", CompanyId(2), "/rest/v1.0/projects/7/rfis", ProjectId(7), frozenset({"RFIs"}))


class Process:
    """A process as the others see it: what it holds and what it has heard."""

    def __init__(self, clock: FakeClock, store: SharedStore) -> None:
        self.clock = clock
        self.cache = Cache(clock)
        self.news = News(self.cache, clock, store)
        self.news.look()

    def hold(self, *keys: ReadKey) -> None:
        """Have read these just now."""
        for key in keys:
            held = Held("value", self.clock.now(), self.clock.monotonic(), self.clock.monotonic())
            self.cache.keep(key, held, self.cache.generation(key))

    def holds(self, key: ReadKey) -> bool:
        """What a read would find, having looked."""
        self.news.look()
        return self.cache.find(key) is not None

    def watches(self, key: ReadKey) -> bool:
        self.news.look()
        held = self.cache.find(key)
        return held is not None and self.news.is_watched(key, held.since)


@pytest.fixture
def store(clock: FakeClock) -> SharedStore:
    return SharedStore(clock)


@pytest.fixture
def one(clock: FakeClock, store: SharedStore) -> Process:
    return Process(clock, store)


@pytest.fixture
def other(clock: FakeClock, store: SharedStore) -> Process:
    return Process(clock, store)


def test_what_one_process_learns_the_other_knows_a_second_later(
    clock: FakeClock, one: Process, other: Process
) -> None:
    for process in (one, other):
        process.hold(_RFIS, _ELSEWHERE)
    one.news.tell(Change(_ONE))
    assert (one.holds(_RFIS), one.holds(_ELSEWHERE)) == (False, True)
    assert other.holds(_RFIS)  # it looked just now
    clock.advance(1)
    assert (other.holds(_RFIS), other.holds(_ELSEWHERE)) == (False, True)


def test_news_is_heard_once(clock: FakeClock, one: Process, other: Process) -> None:
    one.news.tell(Change(_ONE))
    for process in (one, other):
        clock.advance(1)
        process.news.look()
        process.hold(_RFIS)
        clock.advance(1)
        assert process.holds(_RFIS)


def test_the_store_is_read_once_a_second_and_not_written_for_a_look(
    clock: FakeClock, store: SharedStore, one: Process
) -> None:
    before = store.asked
    for _ in range(100):
        one.news.look()
    assert store.asked == before
    clock.advance(1)
    one.news.look()
    one.news.look()
    assert (store.asked, store.value) == (before + 1, "")


def test_two_who_tell_at_the_same_time_are_both_heard(
    clock: FakeClock, store: SharedStore, one: Process, other: Process
) -> None:
    third = Process(clock, store)
    third.hold(_RFIS, _ELSEWHERE)
    store.interfere = lambda: other.news.tell(Change(CompanyId(2)))
    one.news.tell(Change(_ONE))
    clock.advance(1)
    assert (third.holds(_RFIS), third.holds(_ELSEWHERE)) == (False, False)


def test_whoever_was_away_for_more_news_than_are_kept_forgets_everything(
    clock: FakeClock, one: Process, other: Process
) -> None:
    other.hold(_RFIS)
    for number in range(300):
        one.news.tell(Change(CompanyId(1000 + number)))
    clock.advance(1)
    assert not other.holds(_RFIS)


def test_the_same_news_again_takes_no_room(clock: FakeClock, one: Process, other: Process) -> None:
    other.hold(_RFIS)
    for _ in range(300):
        one.news.tell(Change(CompanyId(3)))
    clock.advance(1)
    assert other.holds(_RFIS)


@pytest.mark.parametrize("left", ["", "{}", "not JSON", '{"changes": 5}'])
def test_when_the_board_was_lost_everything_is_old(
    clock: FakeClock, store: SharedStore, one: Process, other: Process, left: str
) -> None:
    one.news.tell(Change(CompanyId(3)))
    clock.advance(1)
    other.news.look()
    other.hold(_RFIS)
    store.value = left
    clock.advance(1)
    assert not other.holds(_RFIS)
    other.hold(_RFIS)
    clock.advance(1)
    assert other.holds(_RFIS)
    store.value = left
    one.news.tell(Change(CompanyId(3)))  # begun again by another process
    clock.advance(1)
    other.news.look()
    one.news.tell(Change(_ONE))
    clock.advance(1)
    assert not other.holds(_RFIS)


def test_while_the_store_is_away_a_change_counts_here_and_is_told_later(
    clock: FakeClock, store: SharedStore, one: Process, other: Process, caplog: pytest.LogCaptureFixture
) -> None:
    for process in (one, other):
        process.hold(_RFIS)
    store.is_down = True
    one.news.tell(Change(_ONE))
    assert not one.holds(_RFIS)
    store.is_down = False
    clock.advance(5)
    one.news.look()
    clock.advance(1)
    assert not other.holds(_RFIS)
    assert [record.message for record in caplog.records] == ["no news"]


def test_a_store_that_is_away_is_asked_every_five_seconds(
    clock: FakeClock, store: SharedStore, one: Process
) -> None:
    store.is_down = True
    clock.advance(1)
    before = store.asked
    for _ in range(10):
        one.news.look()
        one.news.tell(Change(_ONE))
    assert store.asked == before + 1
    clock.advance(4.5)
    one.news.look()
    assert store.asked == before + 1
    clock.advance(0.5)
    one.news.look()
    assert store.asked == before + 2


def test_every_process_knows_what_is_watched(clock: FakeClock, one: Process, other: Process) -> None:
    one.news.watch(_ONE, frozenset({"RFIs"}), 60)
    clock.advance(1)
    other.news.look()
    other.hold(_RFIS, _ELSEWHERE)
    assert (other.watches(_RFIS), other.watches(_ELSEWHERE)) == (True, False)
    clock.advance(60)
    assert not other.watches(_RFIS)


def test_what_was_read_before_anybody_watched_may_have_changed_unheard(
    clock: FakeClock, one: Process
) -> None:
    one.hold(_RFIS)
    clock.advance(1)
    one.news.watch(_ONE, frozenset({"RFIs"}), 60)
    assert not one.watches(_RFIS)
    one.hold(_RFIS)
    assert one.watches(_RFIS)
    clock.advance(59)
    one.news.watch(_ONE, frozenset({"RFIs"}), 60)  # without a gap
    clock.advance(59)
    assert one.watches(_RFIS)
    clock.advance(1)
    one.news.watch(_ONE, frozenset({"RFIs"}), 60)  # after one
    assert not one.watches(_RFIS)


def test_other_resources_are_watched_from_their_own_beginning(clock: FakeClock, one: Process) -> None:
    one.news.watch(_ONE, frozenset({"Submittals"}), 60)
    one.hold(_RFIS)
    clock.advance(1)
    one.news.watch(_ONE, frozenset({"Submittals", "RFIs"}), 60)
    assert not one.watches(_RFIS)


def test_whoever_hears_nothing_holds_nothing_longer(
    clock: FakeClock, store: SharedStore, one: Process
) -> None:
    one.news.watch(_ONE, frozenset({"RFIs"}), 600)
    one.hold(_RFIS)
    store.is_down = True
    clock.advance(1)
    assert one.watches(_RFIS)  # two seconds of grace
    clock.advance(1)
    assert not one.watches(_RFIS)
    store.is_down = False
    clock.advance(5)
    assert one.watches(_RFIS)
