from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest

from embedded_app.errors import (
    AppNotConnected,
    Forbidden,
    NotFound,
    PermissionMissing,
    RateLimited,
    ServerFailed,
    TimedOut,
    Unauthorized,
)
from embedded_app.principals.verdicts import _WAIT_SECONDS, Verdicts
from embedded_app.procore import Read, Silence
from embedded_app.procore.deadline import DEFAULT_SECONDS
from tests.fakes.fake_clock import FakeClock

NOW = datetime(2026, 11, 20, tzinfo=UTC)
DANA, MARCUS = UUID(int=1), UUID(int=2)
AWAY = [TimedOut("x"), ServerFailed("x"), RateLimited("x", retry_at=NOW)]


class Procore:
    """Answers as told, and counts."""

    def __init__(self) -> None:
        self.answer: Read[str] | Exception = Read("Riverside", NOW)
        self.asked = 0

    def __call__(self) -> Read[str]:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def procore() -> Procore:
    return Procore()


@pytest.fixture
def verdicts(clock: FakeClock) -> Verdicts[str]:
    return Verdicts(clock)


@pytest.fixture
def check(verdicts: Verdicts[str], procore: Procore) -> Callable[[], str]:
    return lambda: verdicts.check(DANA, "riverside", procore)


def test_an_allow_lasts_five_minutes(check: Callable[[], str], clock: FakeClock, procore: Procore) -> None:
    check()
    clock.advance(299)
    assert check() == "Riverside"
    assert procore.asked == 1
    clock.advance(1)
    check()
    assert procore.asked == 2


@pytest.mark.parametrize("error", [Forbidden("x"), NotFound("x")])
def test_a_deny_lasts_thirty_seconds(
    check: Callable[[], str], clock: FakeClock, procore: Procore, error: Exception
) -> None:
    procore.answer = error
    with pytest.raises(PermissionMissing):
        check()
    procore.answer = Read("Riverside", NOW)
    clock.advance(29)
    with pytest.raises(PermissionMissing):
        check()
    assert procore.asked == 1
    clock.advance(1)
    assert check() == "Riverside"


@pytest.mark.parametrize("error", AWAY, ids=lambda error: error.code)
def test_while_procore_is_away_an_allow_of_15_minutes_serves(
    check: Callable[[], str], clock: FakeClock, procore: Procore, error: Exception
) -> None:
    check()
    procore.answer = error
    clock.advance(899)
    assert check() == "Riverside"
    clock.advance(1)
    with pytest.raises(type(error)):
        check()


@pytest.mark.parametrize("error", AWAY, ids=lambda error: error.code)
def test_while_procore_is_away_nobody_else_is_let_in(
    check: Callable[[], str], procore: Procore, error: Exception
) -> None:
    procore.answer = error
    with pytest.raises(type(error)):
        check()
    assert procore.asked == 1


def test_a_no_replaces_an_allow(check: Callable[[], str], clock: FakeClock, procore: Procore) -> None:
    check()
    clock.advance(300)
    procore.answer = Forbidden("x")
    with pytest.raises(PermissionMissing):
        check()
    procore.answer = TimedOut("x")
    clock.advance(30)
    with pytest.raises(TimedOut):
        check()


def test_of_more_than_ten_thousand_the_oldest_is_asked_again(
    verdicts: Verdicts[str], procore: Procore
) -> None:
    for place in range(10_001):
        verdicts.check(DANA, place, procore)
    verdicts.check(DANA, 1, procore)
    assert procore.asked == 10_001
    verdicts.check(DANA, 0, procore)
    assert procore.asked == 10_002


def test_who_waits_for_the_same_question_waits_longer_than_it_may_take() -> None:
    assert _WAIT_SECONDS > DEFAULT_SECONDS


def test_a_stale_read_does_not_prolong_an_allow(check: Callable[[], str], procore: Procore) -> None:
    procore.answer = Read("Riverside", NOW, Silence(TimedOut("x"), NOW))
    check()
    check()
    assert procore.asked == 2


@pytest.mark.parametrize("error", [AppNotConnected("x"), Unauthorized("x")])
def test_what_says_nothing_about_the_place_is_passed_on(
    check: Callable[[], str], procore: Procore, error: Exception
) -> None:
    procore.answer = error
    for _ in range(2):
        with pytest.raises(type(error)):
            check()
    assert procore.asked == 2


@pytest.mark.parametrize("error", AWAY, ids=lambda error: error.code)
def test_while_procore_is_away_nothing_is_written(
    verdicts: Verdicts[str], clock: FakeClock, procore: Procore, error: Exception
) -> None:
    def write() -> str:
        return verdicts.check(DANA, "riverside", procore, for_write=True)

    assert write() == "Riverside"
    procore.answer = error
    clock.advance(299)
    assert write() == "Riverside"  # an allow of the last five minutes is one
    clock.advance(1)
    with pytest.raises(type(error)):
        write()
    procore.answer = Read("Riverside", NOW, Silence(TimedOut("x"), NOW))
    with pytest.raises(TimedOut):
        write()


def test_what_is_forgotten_of_one_person_is_asked_again(verdicts: Verdicts[str], procore: Procore) -> None:
    for person in (DANA, MARCUS, DANA, MARCUS):
        verdicts.check(person, "riverside", procore)
    assert procore.asked == 2
    verdicts.forget(DANA)
    for person in (DANA, MARCUS):
        verdicts.check(person, "riverside", procore)
    assert procore.asked == 3


def test_what_was_asked_before_it_was_to_be_forgotten_is_not_kept(
    verdicts: Verdicts[str], procore: Procore
) -> None:
    def ask() -> Read[str]:
        verdicts.forget(DANA)
        return procore()

    assert verdicts.check(DANA, "riverside", ask) == "Riverside"
    verdicts.check(DANA, "riverside", procore)
    assert procore.asked == 2
