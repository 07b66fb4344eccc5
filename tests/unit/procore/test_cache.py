from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from embedded_app.ids import CompanyId, ProjectId
from embedded_app.procore.reading.cache import Cache, Held
from embedded_app.procore.reading.changes import Change, ReadKey
from tests.fakes.fake_clock import FakeClock

_HELD = Held("value", datetime(2026, 11, 20, tzinfo=UTC), 0.0, 0.0)
_RFIS = frozenset({"RFIs"})
_ONE = ReadKey("dana", CompanyId(1), "/rest/v1.0/a", ProjectId(7), _RFIS)
_OTHER_GRANT = ReadKey("priya", CompanyId(1), "/rest/v1.0/a", ProjectId(7), _RFIS)
_OTHER_COMPANY = ReadKey("dana", CompanyId(2), "/rest/v1.0/a", ProjectId(7), _RFIS)
_OTHER_PROJECT = ReadKey("dana", CompanyId(1), "/rest/v1.0/b", ProjectId(8), _RFIS)
_NO_PROJECT = ReadKey("dana", CompanyId(1), "/rest/v1.0/c", None, _RFIS)
_OTHER_RESOURCE = ReadKey("dana", CompanyId(1), "/rest/v1.0/d", ProjectId(7), frozenset({"Submittals"}))
_ALL = {_ONE, _OTHER_GRANT, _OTHER_COMPANY, _OTHER_PROJECT, _NO_PROJECT, _OTHER_RESOURCE}


def _keep(cache: Cache, key: ReadKey, held: Held = _HELD) -> None:
    cache.keep(key, held, cache.generation(key))


@pytest.fixture
def cache() -> Cache:
    cache = Cache(FakeClock())
    for key in _ALL:
        _keep(cache, key)
    return cache


_CHANGES = [
    (Change(), set()),
    (Change(grant_id="dana"), {_OTHER_GRANT}),
    (Change(CompanyId(1)), {_OTHER_COMPANY}),
    (Change(CompanyId(1), project_id=ProjectId(7)), {_OTHER_COMPANY, _OTHER_PROJECT}),
    (
        Change(CompanyId(1), project_id=ProjectId(7), resource="RFIs"),
        {_OTHER_COMPANY, _OTHER_PROJECT, _OTHER_RESOURCE},
    ),
    (Change(CompanyId(1), resource="RFIs"), {_OTHER_COMPANY, _OTHER_RESOURCE}),
]


@pytest.mark.parametrize(("change", "left"), _CHANGES)
def test_what_a_change_makes_old_is_forgotten(cache: Cache, change: Change, left: set[ReadKey]) -> None:
    cache.apply(change)
    assert {key for key in _ALL if cache.find(key)} == left


def test_what_is_due_is_still_there(cache: Cache) -> None:
    began = cache.generation(_ONE)
    cache.apply(Change(CompanyId(1), "dana", forgets=False))
    due = {key for key in _ALL if (held := cache.find(key)) and held.is_due}
    assert due == _ALL - {_OTHER_GRANT, _OTHER_COMPANY}
    cache.keep(_ONE, _HELD, began)  # was being read meanwhile
    held = cache.find(_ONE)
    assert held is not None
    assert held.is_due


def test_what_was_read_across_a_change_of_its_own_is_not_kept() -> None:
    cache = Cache(FakeClock())
    began, elsewhere = cache.generation(_ONE), cache.generation(_OTHER_COMPANY)
    cache.apply(Change(CompanyId(1)))
    cache.keep(_ONE, _HELD, began)
    assert cache.find(_ONE) is None
    cache.keep(_OTHER_COMPANY, _HELD, elsewhere)
    assert cache.find(_OTHER_COMPANY) is _HELD


def test_what_was_read_across_more_changes_than_are_remembered_is_not_kept() -> None:
    cache = Cache(FakeClock())
    began = cache.generation(_ONE)
    for number in range(256):
        cache.apply(Change(CompanyId(1000 + number)))
    cache.keep(_ONE, _HELD, began)
    assert cache.find(_ONE) is _HELD
    cache.drop(_ONE)
    cache.apply(Change(CompanyId(2000)))
    cache.keep(_ONE, _HELD, began)
    assert cache.find(_ONE) is None
    _keep(cache, _ONE)
    assert cache.find(_ONE) is _HELD


def test_the_one_unused_for_longest_makes_room() -> None:
    cache = Cache(FakeClock(), most_entries=2)
    _keep(cache, _ONE)
    _keep(cache, _OTHER_PROJECT)
    cache.find(_ONE)
    _keep(cache, _OTHER_GRANT)
    assert cache.find(_OTHER_PROJECT) is None
    assert cache.find(_ONE) is not None


def test_512_reads_are_held() -> None:
    cache = Cache(FakeClock())
    keys = [replace(_ONE, company_id=CompanyId(number)) for number in range(1, 514)]
    for key in keys:
        _keep(cache, key)
    assert cache.find(keys[0]) is None
    assert cache.find(keys[1]) is not None


def test_200_000_records_are_held() -> None:
    cache, half = Cache(FakeClock()), Held((None,) * 100_000, _HELD.read_at, 0.0, 0.0)
    _keep(cache, _ONE, half)
    _keep(cache, _OTHER_GRANT, half)
    assert cache.find(_ONE) is not None
    _keep(cache, _OTHER_PROJECT)
    assert cache.find(_OTHER_GRANT) is None


def test_long_lists_make_room_as_long_as_they_are() -> None:
    cache = Cache(FakeClock(), most_records=100)
    forty = Held(tuple(range(40)), _HELD.read_at, 0.0, 0.0)
    for key in (_ONE, _OTHER_GRANT, _OTHER_PROJECT):
        _keep(cache, key, forty)
    assert [cache.find(key) is not None for key in (_ONE, _OTHER_GRANT, _OTHER_PROJECT)] == [
        False,
        True,
        True,
    ]
    _keep(cache, _OTHER_GRANT)  # a shorter one in its place leaves room for another
    _keep(cache, _ONE, forty)
    assert cache.find(_OTHER_PROJECT) is not None
    _keep(cache, _NO_PROJECT, Held(tuple(range(101)), _HELD.read_at, 0.0, 0.0))
    assert {key for key in _ALL if cache.find(key)} == {_OTHER_GRANT, _ONE, _OTHER_PROJECT}


def test_a_read_is_held_for_a_day() -> None:
    clock = FakeClock()
    cache = Cache(clock)
    _keep(cache, _ONE)
    clock.advance(24 * 3600 - 1)
    assert cache.find(_ONE) is not None
    clock.advance(1)
    assert cache.find(_ONE) is None
