"""Readings in memory: shared while fresh, served stale when the source is down, bounded, never mixed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from embedded_app.errors import (
    SourceBusy,
    SourceChangedShape,
    SourceError,
    SourceRefused,
    SourceUnavailable,
    UnknownOption,
)
from embedded_app.ids import CompanyId
from embedded_app.reconciliation import FieldKind, Item
from embedded_app.sources.bounds import Allowance, Bounds
from embedded_app.sources.kept import ReadingKey, Readings, weight_of
from embedded_app.sources.rows import Column, RowSet, SourceRead, Where
from embedded_app.tabular.table import Reject
from tests.fakes.fake_clock import FakeClock

HOUR = 3600.0


def key(company: int = 1, source: int = 1, version: int = 1, where: Where | None = None) -> ReadingKey:
    return ReadingKey(CompanyId(company), UUID(int=source), version, where, b"mark")


def rows(*ids: str) -> RowSet:
    items = tuple(Item(row_id, {}) for row_id in ids)
    return RowSet(items, (), (), datetime(2026, 11, 20, tzinfo=UTC), len(items))


def ids(reading: SourceRead) -> list[str]:
    return [row.id for row in reading.rows]


class Script:
    """Answers one reading after the other, and counts them."""

    def __init__(self, *answers: RowSet | Exception) -> None:
        self.answers = list(answers)
        self.count = 0

    def __call__(self, allowance: Allowance) -> RowSet:
        allowance.seconds()
        self.count += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_one_reading_serves_until_it_is_no_longer_fresh() -> None:
    clock, script = FakeClock(), Script(rows("a"), rows("b"))
    readings = Readings(clock, Bounds())
    assert ids(readings.get(key(), 60, script)) == ["a"]
    clock.advance(59.9)
    assert ids(readings.get(key(), 60, script)) == ["a"]
    clock.advance(0.1)
    reading = readings.get(key(), 60, script)
    assert (ids(reading), reading.stale, reading.failure, script.count) == (["b"], False, None, 2)


@pytest.mark.parametrize("other", [key(company=2), key(source=2), key(version=2), key(where=("job", ("1",)))])
def test_nothing_is_shared_between_companies_sources_versions_and_filters(other: ReadingKey) -> None:
    readings, script = Readings(FakeClock(), Bounds()), Script(rows("a"), rows("b"))
    assert ids(readings.get(key(), 60, script)) == ["a"]
    assert ids(readings.get(other, 60, script)) == ["b"]


def test_a_refresh_reads_again_but_no_source_is_hammered() -> None:
    clock, script = FakeClock(), Script(rows("a"), rows("b"), rows("c"))
    readings = Readings(clock, Bounds())
    assert ids(readings.get(key(), 60, script)) == ["a"]
    clock.advance(4.9)
    assert ids(readings.get(key(), 60, script, refresh=True)) == ["a"]
    clock.advance(0.1)
    for _ in range(10):
        assert ids(readings.get(key(), 60, script, refresh=True)) == ["b"]
    assert ids(readings.get(key(), 60, script)) == ["b"]  # everybody sees what was refreshed
    clock.advance(5)
    assert ids(readings.get(key(), 24 * HOUR, script, refresh=True)) == ["c"]  # also of an uploaded file


def test_a_refresh_of_a_source_that_fails_keeps_the_old_rows_with_their_age() -> None:
    clock, down = FakeClock(), SourceUnavailable("down")
    readings, script = Readings(clock, Bounds()), Script(rows("a"), down, down, rows("b"))
    first = readings.get(key(), 60, script)
    clock.advance(30)
    stale = readings.get(key(), 60, script, refresh=True)
    assert (ids(stale), stale.stale, stale.failure, stale.read_at) == (["a"], True, down, first.read_at)
    clock.advance(4.9)
    assert readings.get(key(), 60, script, refresh=True).stale
    assert script.count == 2
    clock.advance(0.1)
    assert readings.get(key(), 60, script, refresh=True).stale
    clock.advance(5)
    assert ids(readings.get(key(), 60, script, refresh=True)) == ["b"]


def test_a_refresh_does_not_take_a_reading_that_began_long_before_it() -> None:
    """A slow reading may have passed the row that was corrected since."""
    clock = FakeClock()
    readings = Readings(clock, Bounds())
    results: list[list[str]] = []

    def slow(_: Allowance) -> RowSet:
        waiting.start()
        clock.advance(6)
        refreshing.start()
        return rows("old")

    waiting = threading.Thread(target=lambda: results.append(ids(readings.get(key(), 60, Script()))))
    refreshing = threading.Thread(
        target=lambda: results.append(ids(readings.get(key(), 60, Script(rows("new")), refresh=True)))
    )
    assert ids(readings.get(key(), 60, slow)) == ["old"]
    waiting.join(30)
    refreshing.join(30)
    assert sorted(results) == [["new"], ["old"]] or results == [["new"], ["new"]]
    assert ids(readings.get(key(), 60, Script())) == ["new"]


def test_two_tabs_that_refresh_at_once_share_one_reading() -> None:
    readings, script = Readings(FakeClock(), Bounds()), Script(rows("a"))
    results: list[list[str]] = []
    other = threading.Thread(
        target=lambda: results.append(ids(readings.get(key(), 60, script, refresh=True)))
    )

    def read(allowance: Allowance) -> RowSet:
        other.start()
        return script(allowance)

    assert ids(readings.get(key(), 60, read, refresh=True)) == ["a"]
    other.join(30)
    assert (results, script.count) == ([["a"]], 1)


def test_the_last_good_reading_is_served_while_the_source_is_down() -> None:
    clock, down = FakeClock(), SourceUnavailable("down")
    readings, script = Readings(clock, Bounds()), Script(rows("a"), down, rows("b"))
    readings.get(key(), 60, script)
    clock.advance(61)
    stale = readings.get(key(), 60, script)
    assert (ids(stale), stale.stale, stale.failure) == (["a"], True, down)
    clock.advance(9.9)
    assert readings.get(key(), 60, script).stale
    assert script.count == 2  # a source that is down is left alone for a moment
    clock.advance(0.1)
    assert ids(readings.get(key(), 60, script)) == ["b"]


def test_a_failure_is_remembered_for_a_moment_also_without_a_good_reading() -> None:
    clock, script = FakeClock(), Script(SourceUnavailable("down"), rows("a"))
    readings = Readings(clock, Bounds())
    for _ in range(3):
        with pytest.raises(SourceUnavailable):
            readings.get(key(), 60, script)
    assert script.count == 1
    clock.advance(10)
    assert ids(readings.get(key(), 60, script)) == ["a"]


def test_nothing_older_than_a_day_is_served() -> None:
    clock = FakeClock()
    readings, script = (
        Readings(clock, Bounds()),
        Script(rows("a"), SourceUnavailable("down"), SourceUnavailable("down")),
    )
    readings.get(key(), 60, script)
    clock.advance(24 * HOUR - 1)
    assert readings.get(key(), 60, script).stale
    clock.advance(10)
    with pytest.raises(SourceUnavailable):
        readings.get(key(), 60, script)


@pytest.mark.parametrize("error", [SourceChangedShape("x"), SourceRefused("x")])
def test_what_a_person_must_correct_is_not_hidden_by_old_rows(error: SourceError) -> None:
    clock, script = FakeClock(), Script(rows("a"), error)
    readings = Readings(clock, Bounds())
    readings.get(key(), 60, script)
    clock.advance(61)
    for _ in range(2):
        with pytest.raises(type(error)):
            readings.get(key(), 60, script)


def test_other_errors_are_not_remembered() -> None:
    readings, script = Readings(FakeClock(), Bounds()), Script(UnknownOption("x"), rows("a"))
    with pytest.raises(UnknownOption):
        readings.get(key(), 60, script)
    assert ids(readings.get(key(), 60, script)) == ["a"]


def test_a_forgotten_source_is_read_anew_and_others_are_not() -> None:
    readings, script = Readings(FakeClock(), Bounds()), Script(*(rows(x) for x in "abcd"))
    for one in (key(), key(where=("job", ("1",))), key(company=2)):
        readings.get(one, 60, script)
    readings.forget(CompanyId(1), UUID(int=1))
    assert ids(readings.get(key(), 60, script)) == ["d"]
    assert ids(readings.get(key(company=2), 60, script)) == ["c"]


def wide(*texts: str) -> RowSet:
    columns = (Column("text", FieldKind.TEXT),)
    items = tuple(Item(str(number), {"text": text}) for number, text in enumerate(texts))
    return RowSet(items, columns, (), datetime(2026, 11, 20, tzinfo=UTC), len(items))


def test_a_reading_weighs_what_its_cells_and_rejects_hold() -> None:
    least = weight_of(wide())
    assert weight_of(wide("x" * 1_000)) - weight_of(wide("")) == 1_000
    assert weight_of(wide("", "")) - weight_of(wide("")) > 100
    assert weight_of(replace(wide(), rejects=(Reject(1, "y" * 500),))) - least > 500


def test_a_company_whose_share_is_full_loses_its_own_readings_and_others_none() -> None:
    readings = Readings(FakeClock(), Bounds())
    readings.get(key(company=2), 60, Script(rows("theirs")))
    large = wide("x" * 60_000_000)
    for source in range(5):
        readings.get(key(source=source), 60, Script(large))
        readings.get(key(source=0), 60, Script(rows("again")))
    assert 200_000_000 < readings._kept.weight(CompanyId(1)) < 256_000_000
    assert ids(readings.get(key(company=2), 60, Script())) == ["theirs"]
    assert ids(readings.get(key(source=0), 60, Script())) == ["0"]
    assert ids(readings.get(key(source=1), 60, Script(rows("again")))) == ["again"]


def test_many_readings_are_kept_and_their_number_has_an_end() -> None:
    readings = Readings(FakeClock(), Bounds())
    for source in range(5_000):
        readings.get(key(source=source), 60, Script(rows()))
    assert ids(readings.get(key(source=0), 60, Script())) == []
    assert readings._kept.weight(CompanyId(1)) >= 5_000 * 4_000


# Places


def hold_all(bounds: Bounds, company: int, stack: ExitStack) -> None:
    with suppress(SourceBusy):
        while True:
            stack.enter_context(bounds.enter(CompanyId(company)))


def test_without_a_place_the_last_good_rows_are_shown_and_the_source_is_not_asked() -> None:
    clock, bounds = FakeClock(), Bounds()
    readings, script = Readings(clock, bounds), Script(rows("a"), rows("b"))
    readings.get(key(), 60, script)
    clock.advance(61)
    with ExitStack() as stack:
        hold_all(bounds, 1, stack)
        reading = readings.get(key(), 60, script)
        assert (ids(reading), reading.stale, script.count) == (["a"], True, 1)
        assert isinstance(reading.failure, SourceBusy)
        with pytest.raises(SourceBusy, match="Try again"):
            readings.get(key(source=2), 60, script)
        assert ids(readings.get(key(company=2), 60, Script(rows("other")))) == ["other"]
    assert ids(readings.get(key(), 60, script)) == ["b"], "busy is not remembered"


def test_what_is_fresh_needs_no_place() -> None:
    bounds = Bounds()
    readings = Readings(FakeClock(), bounds)
    readings.get(key(), 60, Script(rows("a")))
    with ExitStack() as stack:
        hold_all(bounds, 1, stack)
        assert not readings.get(key(), 60, Script()).stale


def test_waiting_for_the_reading_of_another_thread_has_a_limit_of_ones_own() -> None:
    clock = FakeClock()
    patient, hasty = Bounds(), Bounds(seconds=0.05)
    readings = Readings(clock, patient)
    readings.get(key(), 60, Script(rows("old")))
    clock.advance(61)
    started, go_on = threading.Event(), threading.Event()

    def slow(_: Allowance) -> RowSet:
        started.set()
        assert go_on.wait(30)
        return rows("new")

    other = threading.Thread(target=lambda: readings.get(key(), 60, slow))
    other.start()
    assert started.wait(30)
    readings._bounds = hasty
    reading = readings.get(key(), 60, Script())
    assert (ids(reading), reading.stale) == (["old"], True)
    assert "still being read" in str(reading.failure)
    go_on.set()
    other.join(30)
    assert ids(readings.get(key(), 60, Script())) == ["new"]


@pytest.mark.parametrize("outcome", [rows("a"), SourceUnavailable("down"), RuntimeError("bug")])
def test_threads_that_want_the_same_wait_for_one_reading(outcome: RowSet | Exception) -> None:
    readings = Readings(FakeClock(), Bounds(share=8))
    started, go_on = threading.Event(), threading.Event()
    calls: list[None] = []
    results: list[object] = []

    def read(_: Allowance) -> RowSet:
        calls.append(None)
        started.set()
        assert go_on.wait(30)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def ask(get: Callable[[], SourceRead]) -> None:
        try:
            results.append(ids(get()))
        except Exception as error:  # noqa: BLE001 # what each thread got is the result
            results.append(error)

    threads = [threading.Thread(target=ask, args=(lambda: readings.get(key(), 60, read),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert started.wait(30)
    go_on.set()
    for thread in threads:
        thread.join(30)
    expected = ["a"] if isinstance(outcome, RowSet) else outcome
    assert results == [expected] * 8
    if not isinstance(outcome, RuntimeError):
        assert len(calls) == 1
