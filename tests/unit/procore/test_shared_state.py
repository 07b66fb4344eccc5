from __future__ import annotations

import orjson
import pytest

from embedded_app.procore.pacing.shared_state import MemoryStore, PacingState, SharedState
from embedded_app.procore.pacing.windows import MOMENT, RateNotice
from tests.fakes.fake_clock import FakeClock
from tests.fakes.shared_store import SharedStore


@pytest.fixture
def store(clock: FakeClock) -> SharedStore:
    return SharedStore(clock)


def _take(state: SharedState, process: str = "a") -> float:
    return state.change(lambda each, now: each.windows.take(process, now, background=False))


def _tell(state: SharedState, limit: int, remaining: int, resets_in: float) -> None:
    notice = RateNotice(limit, remaining, round(resets_in), resets_in)
    state.change(lambda each, now: each.windows.settle("a", now, notice, answered=True))


def test_what_one_process_took_the_other_does_not_get(clock: FakeClock, store: SharedStore) -> None:
    one, other = SharedState(clock, store), SharedState(clock, store)
    _take(one)
    _tell(one, 25, 2, 8)
    assert [_take(one), _take(other, "b"), _take(one)] == [0, 0, 8]


def test_whoever_is_overtaken_decides_again_on_what_stands_there_now(
    clock: FakeClock, store: SharedStore
) -> None:
    one, other = SharedState(clock, store), SharedState(clock, store)
    _take(one)
    _tell(one, 25, 1, 8)
    store.interfere = lambda: _take(other, "b")
    assert _take(one) == 8


def test_while_the_store_is_away_everybody_goes_on_with_what_they_knew(
    clock: FakeClock, store: SharedStore, caplog: pytest.LogCaptureFixture
) -> None:
    state = SharedState(clock, store)
    _take(state)
    _tell(state, 25, 2, 8)
    store.is_down = True
    clock.advance(1)
    assert [_take(state), _take(state)] == [0, MOMENT]  # one at a time: what others take is not seen
    _tell(state, 25, 1, 7)
    assert [_take(state), _take(state)] == [0, 7]
    assert [record.message for record in caplog.records] == ["pacing alone"]


def test_a_store_that_is_away_is_not_asked_at_every_call(clock: FakeClock, store: SharedStore) -> None:
    state = SharedState(clock, store)
    store.is_down = True
    for _ in range(10):
        _take(state)
    assert store.asked == 1
    store.is_down = False
    clock.advance(4.5)
    _take(state)
    assert store.asked == 1
    clock.advance(0.5)
    _take(state)
    assert store.asked > 1


def test_a_report_is_as_new_as_what_stands_there(clock: FakeClock, store: SharedStore) -> None:
    one, other = SharedState(clock, store), SharedState(clock, store)
    one.change(lambda each, _now: each.windows.people_waiting)
    other.change(lambda each, now: each.windows.join("b", now))
    assert one.change(lambda each, _now: each.windows.people_waiting) == 1


def test_from_the_beginning_without_a_store_nothing_is_unbounded(
    clock: FakeClock, store: SharedStore
) -> None:
    store.is_down = True
    state = SharedState(clock, store)
    assert [_take(state) == 0 for _ in range(5)] == [True, False, False, False, False]


def test_a_store_that_always_changes_is_given_up_on(clock: FakeClock) -> None:
    class Restless(SharedStore):
        def replace(self, seen: str, value: str) -> bool:
            del seen, value
            return False

    state = SharedState(clock, Restless(clock))
    assert _take(state) == 0
    assert not state.change(lambda each, _now: each.is_shared)


@pytest.mark.parametrize(
    "value", ["no json", "[]", "{}", '{"windows": {}}', '{"windows": 3, "circuits": {}}']
)
def test_what_another_version_wrote_is_a_beginning(clock: FakeClock, store: SharedStore, value: str) -> None:
    store.value = value
    state = SharedState(clock, store)
    assert _take(state) == 0
    assert orjson.loads(store.value)["windows"]["shares"]["a"]["under_way"] == 1


def test_the_whole_state_survives_being_written_down(clock: FakeClock) -> None:
    state = SharedState(clock, MemoryStore(clock))
    _take(state)
    _tell(state, 25, 2, 8)
    state.change(
        lambda each, now: each.circuits.refuse(1, "g", now, is_uninstalled=True, asked_at=now, jitter=0.5)
    )
    whole = state.change(lambda each, _now: each)
    assert PacingState.load(whole.dump()) == whole
