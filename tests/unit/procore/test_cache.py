from __future__ import annotations

from datetime import UTC, datetime

import pytest

from embedded_app.ids import CompanyId
from embedded_app.procore.cache import Cache, Held, ReadKey

_HELD = Held("value", datetime(2026, 11, 20, tzinfo=UTC), 0.0, 0.0)
_ONE = ReadKey("dana", CompanyId(1), "/rest/v1.0/a?project_id=1")
_OTHER_GRANT = ReadKey("priya", CompanyId(1), "/rest/v1.0/a?project_id=1")
_OTHER_COMPANY = ReadKey("dana", CompanyId(2), "/rest/v1.0/a?project_id=1")
_OTHER_PATH = ReadKey("dana", CompanyId(1), "/rest/v1.0/b")
_ALL = (_ONE, _OTHER_GRANT, _OTHER_COMPANY, _OTHER_PATH)


@pytest.fixture
def cache() -> Cache:
    cache = Cache()
    for key in _ALL:
        cache.keep(key, _HELD, cache.generation)
    return cache


@pytest.mark.parametrize(
    ("fits", "left"),
    [
        ({}, set()),
        ({"grant_id": "dana"}, {_OTHER_GRANT}),
        ({"company_id": CompanyId(1)}, {_OTHER_COMPANY}),
        ({"path_prefix": "/rest/v1.0/a"}, {_OTHER_PATH}),
        (
            {"grant_id": "dana", "company_id": CompanyId(1), "path_prefix": "/rest/v1.0/a"},
            {_OTHER_GRANT, _OTHER_COMPANY, _OTHER_PATH},
        ),
    ],
)
def test_what_fits_is_forgotten(cache: Cache, fits: dict[str, object], left: set[ReadKey]) -> None:
    cache.invalidate(**fits)  # type: ignore[arg-type]
    assert {key for key in _ALL if cache.find(key)} == left


def test_what_expires_is_due_and_still_there(cache: Cache) -> None:
    began = cache.generation
    cache.expire(_ONE.grant_id, _ONE.company_id)
    due = {key for key in _ALL if (held := cache.find(key)) and held.is_due}
    assert due == {key for key in _ALL if key not in {_OTHER_GRANT, _OTHER_COMPANY}}
    cache.keep(_ONE, _HELD, began)  # was being read meanwhile
    held = cache.find(_ONE)
    assert held is not None
    assert held.is_due


def test_what_was_read_across_an_invalidation_is_not_kept() -> None:
    cache = Cache()
    began = cache.generation
    cache.invalidate(company_id=CompanyId(1))
    cache.keep(_ONE, _HELD, began)
    assert cache.find(_ONE) is None


def test_the_one_unused_for_longest_makes_room() -> None:
    cache = Cache(most_entries=2)
    cache.keep(_ONE, _HELD, 0)
    cache.keep(_OTHER_PATH, _HELD, 0)
    cache.find(_ONE)
    cache.keep(_OTHER_GRANT, _HELD, 0)
    assert cache.find(_OTHER_PATH) is None
    assert cache.find(_ONE) is not None
