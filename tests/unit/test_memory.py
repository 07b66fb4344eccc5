from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from embedded_app.memory import Memory, SharedMemory, SingleFlight
from tests.fakes.fake_clock import FakeClock


class TooLate(Exception):
    pass


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def memory(clock: FakeClock) -> Memory[str, str]:
    return Memory(clock, seconds=60, limit=10, weigh=len)


def test_a_value_is_kept_for_its_seconds(memory: Memory[str, str], clock: FakeClock) -> None:
    memory.put("key", "value")
    clock.advance(59)
    assert memory.get("key") == "value"
    clock.advance(1)
    assert memory.get("key") is None


def test_the_value_unused_for_longest_makes_room(memory: Memory[str, str]) -> None:
    for key in ("one", "other"):
        memory.put(key, "12345")
    memory.get("one")
    memory.put("third", "1")
    assert [memory.get(key) for key in ("one", "other", "third")] == ["12345", None, "1"]
    assert memory.weight == 6


def test_a_value_in_the_place_of_another_weighs_by_itself(memory: Memory[str, str]) -> None:
    memory.put("other", "1")
    memory.put("key", "123456789")
    memory.put("key", "987654321")
    assert memory.get("other") == "1"
    assert memory.weight == 10


def test_a_value_heavier_than_the_limit_is_not_kept_and_what_it_replaces_is_gone(
    memory: Memory[str, str],
) -> None:
    memory.put("other", "12")
    memory.put("key", "1")
    memory.put("key", "12345678901")
    assert (memory.get("key"), memory.get("other")) == (None, "12")


def test_without_weights_the_limit_is_a_number_of_values(clock: FakeClock) -> None:
    memory: Memory[int, str] = Memory(clock, seconds=60, limit=2)
    for number in range(3):
        memory.put(number, "long enough")
    assert [memory.get(number) is not None for number in range(3)] == [False, True, True]


def test_what_was_read_before_a_drop_is_not_kept_after_it(memory: Memory[str, str]) -> None:
    drops = memory.drops
    memory.drop("key".__eq__)
    memory.put("key", "old", drops=drops)
    assert memory.get("key") is None
    memory.put("key", "new", drops=memory.drops)
    assert memory.get("key") == "new"


@pytest.fixture
def shared(clock: FakeClock) -> SharedMemory[str, str]:
    """Keys begin with the name of their owner, one letter."""
    return SharedMemory(clock, seconds=60, limit=20, share=10, weigh=len, owner=lambda key: key[0])


def test_an_owner_whose_share_is_full_makes_room_with_its_own(shared: SharedMemory[str, str]) -> None:
    shared.put("a1", "1")
    for key in ("b1", "b2", "b3"):
        shared.put(key, "12345")
    assert [shared.get(key) for key in ("a1", "b1", "b2", "b3")] == ["1", None, "12345", "12345"]
    assert (shared.weight("a"), shared.weight("b"), shared.weight("c")) == (1, 10, 0)


def test_when_all_are_too_heavy_the_heaviest_owner_makes_room(shared: SharedMemory[str, str]) -> None:
    for key in ("a1", "b1", "b2", "c1"):
        shared.put(key, "12345")
    shared.put("d1", "1")
    assert [shared.get(key) for key in ("a1", "b1", "b2", "c1", "d1")] == [
        "12345",
        None,
        "12345",
        "12345",
        "1",
    ]


def test_a_value_heavier_than_a_share_is_not_kept(shared: SharedMemory[str, str]) -> None:
    shared.put("a1", "12345678901")
    assert shared.get("a1") is None


def test_an_owner_drops_its_own(shared: SharedMemory[str, str], clock: FakeClock) -> None:
    for key in ("a1", "a2", "b1"):
        shared.put(key, "1")
    shared.drop("a", lambda key: key.endswith("1"))
    shared.drop("c", lambda _key: True)
    assert [shared.get(key) for key in ("a1", "a2", "b1")] == [None, "1", "1"]
    clock.advance(60)
    assert shared.get("a2") is None


def test_only_what_fits_is_dropped_or_changed(memory: Memory[str, str]) -> None:
    for key in ("a1", "a2", "b1"):
        memory.put(key, "x")
    memory.change(lambda key: key.startswith("a"), lambda value: value + "y")
    memory.drop("a2".__eq__)
    assert [memory.get(key) for key in ("a1", "a2", "b1")] == ["xy", None, "x"]


class Race:
    """A leader that is in the middle of its work, and followers of other patience."""

    def __init__(self, flights: SingleFlight, *, leader_seconds: float) -> None:
        self.flights = flights
        self.calls: list[str] = []
        self.go_on = threading.Event()
        self.pool = ThreadPoolExecutor(8)
        started = threading.Event()

        def lead() -> str:
            self.calls.append("leader")
            started.set()
            assert self.go_on.wait(30)
            raise TooLate

        self.leader: Future[str] = self.pool.submit(flights.run, "key", lead, seconds=leader_seconds)
        assert started.wait(30)

    def follows(self, *, seconds: float, work: Callable[[], str] | None = None) -> Future[str]:
        def again() -> str:
            self.calls.append("follower")
            return "value"

        return self.pool.submit(self.flights.run, "key", work or again, seconds=seconds)


def test_who_has_more_time_than_the_one_who_gave_up_does_the_work_again() -> None:
    race = Race(SingleFlight(impatient=(TooLate,)), leader_seconds=1)
    followers = [race.follows(seconds=30) for _ in range(4)]
    race.go_on.set()
    with pytest.raises(TooLate):
        race.leader.result(30)
    assert [follower.result(30) for follower in followers] == ["value"] * 4
    assert race.calls[0] == "leader"
    assert race.calls.count("follower") <= 4


def test_who_has_no_more_time_shares_the_failure() -> None:
    race = Race(SingleFlight(impatient=(TooLate,)), leader_seconds=60)
    follower = race.follows(seconds=30)
    race.go_on.set()
    with pytest.raises(TooLate):
        follower.result(30)
    assert race.calls == ["leader"]


def test_a_failure_that_is_not_for_want_of_time_is_everybodys() -> None:
    race = Race(SingleFlight(), leader_seconds=1)
    follower = race.follows(seconds=30)
    race.go_on.set()
    with pytest.raises(TooLate):
        follower.result(30)
    assert race.calls == ["leader"]


def test_nobody_waits_longer_than_their_time() -> None:
    race = Race(SingleFlight(impatient=(TooLate,)), leader_seconds=60)
    with pytest.raises(TimeoutError):
        race.follows(seconds=0.01).result(30)
    race.go_on.set()


def test_what_has_ended_is_not_joined() -> None:
    flights = SingleFlight()
    assert [
        flights.run("key", lambda: "first", seconds=1),
        flights.run("key", lambda: "second", seconds=1),
    ] == [
        "first",
        "second",
    ]
