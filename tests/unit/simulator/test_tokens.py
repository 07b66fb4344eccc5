from __future__ import annotations

import pytest

from embedded_app.simulator.clock import SimulatedClock
from embedded_app.simulator.login.tokens import ACCESS_SECONDS, CODE_SECONDS, TokenStore
from embedded_app.simulator.switches import RefreshMode, Switches

APP = "tieback-demo"


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(factor=0)  # stands still until it is moved


@pytest.fixture
def switches() -> Switches:
    return Switches()


@pytest.fixture
def store(clock: SimulatedClock, switches: Switches) -> TokenStore:
    return TokenStore(clock, switches)


@pytest.mark.parametrize(("age", "works"), [(0, True), (CODE_SECONDS, True), (CODE_SECONDS + 1, False)])
def test_a_code_ages(store: TokenStore, clock: SimulatedClock, age: int, *, works: bool) -> None:
    code = store.issue_code(APP, "http://localhost", 7)
    clock.advance(age)
    taken = store.take_code(code)
    assert (taken is not None and taken.user_id == 7) is works
    assert store.take_code(code) is None


def test_an_access_token_ages(store: TokenStore, clock: SimulatedClock) -> None:
    pair = store.issue(APP, 7)
    clock.advance(ACCESS_SECONDS - 1)
    assert store.use(pair.access_token) is pair
    clock.advance(1)
    assert store.use(pair.access_token) is None


def test_tokens_are_unlike_each_other(store: TokenStore) -> None:
    pairs = [store.issue(APP, 7) for _ in range(50)]
    assert len({each.access_token for each in pairs} | {each.refresh_token for each in pairs}) == 100
    assert all(each.access_token.count(".") == 2 for each in pairs)


def test_an_attempt_consumes_at_once(store: TokenStore) -> None:
    refresh_token = store.issue(APP, 7).refresh_token or ""
    assert store.attempt_refresh(refresh_token) is not None
    assert store.attempt_refresh(refresh_token) is None


def test_first_use_consumes_in_the_other_mode(store: TokenStore, switches: Switches) -> None:
    switches.refresh_mode = RefreshMode.ON_FIRST_USE
    old = store.issue(APP, 7)
    new = store.issue(APP, 7, replaces=old)
    assert store.attempt_refresh(old.refresh_token or "") is old
    store.use(new.access_token)
    assert store.attempt_refresh(old.refresh_token or "") is None
    assert store.use(old.access_token) is old


def test_the_service_account_cannot_refresh(store: TokenStore) -> None:
    assert store.issue(APP, None).refresh_token is None


def test_revoking_ends_one_person(store: TokenStore) -> None:
    mine, theirs = store.issue(APP, 7), store.issue(APP, 8)
    assert store.revoke_all(7) == 1
    assert store.use(mine.access_token) is None
    assert store.attempt_refresh(mine.refresh_token or "") is None
    assert store.use(theirs.access_token) is theirs
    assert store.revoke_all() == 2
