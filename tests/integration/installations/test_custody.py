"""Custody of a grant: one refresh for many, every outcome told apart, every interruption survived."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from embedded_app.clock import SystemClock
from embedded_app.errors import (
    ConnectFailed,
    GrantLost,
    ProcoreError,
    ServerFailed,
    TimedOut,
    TokenRefused,
    UnexpectedPayload,
)
from embedded_app.installations import Grant, GrantState, LossCause, Refresher
from embedded_app.installations.custody import LEASE, Custody
from embedded_app.installations.refresh import _COMMIT_PAUSES_SECONDS
from embedded_app.outbound.wire import CONNECT_SECONDS, READ_SECONDS
from embedded_app.procore import TokenSet
from embedded_app.secret import Secret
from embedded_app.storage import (
    Company,
    company_scope,
    db,
)
from tests.fakes.fake_clock import FakeClock
from tests.fakes.token_host import TokenHost, token_set
from tests.integration.installations.keeper import AHEAD, EXPIRED, ONE, TWO, Keeper

NO_ANSWER = TimedOut("No answer.")


def pause(row: Grant) -> timedelta:
    assert row.retry_at is not None
    assert row.last_failure_at is not None
    return row.retry_at - row.last_failure_at


def test_a_fresh_token_is_used_as_it_is(keeper: Keeper, host: TokenHost) -> None:
    keeper.store(token_set(1))
    assert keeper.token() == "access-1"
    assert host.calls == []


def test_it_is_refreshed_ahead_of_its_end(keeper: Keeper, host: TokenHost) -> None:
    keeper.store(token_set(1, age=timedelta(seconds=4000)))
    assert keeper.token() == "access-1"
    keeper.store(token_set(1, age=AHEAD))
    assert keeper.token() == "access-2"
    assert host.calls == ["refresh-1"]


@pytest.mark.parametrize(("jitter", "seconds"), [(0.0, 780), (1.0, 820)])
def test_when_it_is_refreshed_is_drawn(app: Flask, keeper: Keeper, jitter: float, seconds: int) -> None:
    custody = Custody(app, keeper.vault, jitter=lambda: jitter)
    now = keeper.clock.now()
    tokens = TokenSet(Secret("a"), Secret("r"), now, now + timedelta(seconds=1000))
    assert custody.refresh_time(tokens) == now + timedelta(seconds=seconds)


def test_a_lease_outlives_the_call_and_every_attempt_to_commit() -> None:
    assert LEASE.total_seconds() > CONNECT_SECONDS + READ_SECONDS + sum(_COMMIT_PAUSES_SECONDS)


def test_32_threads_cause_one_refresh(keeper: Keeper, host: TokenHost) -> None:
    everybody = threading.Barrier(32)

    def ask() -> str:
        everybody.wait()
        return keeper.token()

    with ThreadPoolExecutor(32) as pool:
        answers = [each.result() for each in [pool.submit(ask) for _ in range(32)]]
    assert set(answers) == {"access-2"}
    assert host.calls == ["refresh-1"]


def test_several_processes_cause_one_refresh(app: Flask, host: TokenHost) -> None:
    """Each process has a memory of its own; what they share is the row."""
    keeper = Keeper(app, host, SystemClock())
    keeper.principal_id = keeper.add_company(ONE)
    keeper.grant_id = keeper.store(token_set(1, age=EXPIRED))
    everybody = threading.Barrier(16)

    def ask(refresher: Refresher) -> str:
        everybody.wait()
        return keeper.token(refresher)

    processes = [keeper.another_process() for _ in range(4)]
    with ThreadPoolExecutor(16) as pool:
        futures = [pool.submit(ask, process) for process in processes for _ in range(4)]
        assert {each.result() for each in futures} == {"access-2"}
    assert host.calls == ["refresh-1"]


def test_whoever_waits_uses_the_live_token_meanwhile(keeper: Keeper, host: TokenHost) -> None:
    keeper.store(token_set(1, age=AHEAD))
    other = keeper.another_process()
    seen: list[str] = []
    host.before_answer = lambda: seen.append(keeper.token(other))
    assert keeper.token() == "access-2"
    assert seen == ["access-1"]


def test_the_new_pair_is_stored_before_anybody_gets_it(keeper: Keeper) -> None:
    keeper.token()
    row = keeper.row()
    assert (row.version, row.state, row.attempt, row.lease_until) == (2, GrantState.GOOD, 0, None)
    assert keeper.token(keeper.another_process()) == "access-2"


def test_the_intent_is_stored_before_anything_is_sent(keeper: Keeper, host: TokenHost) -> None:
    seen: list[Grant] = []
    host.before_answer = lambda: seen.append(keeper.row())
    keeper.token()
    assert [(row.state, row.attempt) for row in seen] == [(GrantState.REFRESHING, 1)]
    assert seen[0].lease_until is not None


def test_no_transaction_is_open_over_the_call(keeper: Keeper, host: TokenHost) -> None:
    """An unrelated write goes through while the login host takes its time."""
    host.before_answer = lambda: keeper.set(last_failure="written meanwhile")
    assert keeper.token() == "access-2"


def test_not_sent_leaves_the_grant_good(keeper: Keeper, host: TokenHost) -> None:
    host.faults = [(ConnectFailed("No connection."), False)]
    with pytest.raises(ConnectFailed):
        keeper.token()
    row = keeper.row()
    assert (row.state, row.attempt, row.last_failure) == (GrantState.GOOD, 0, "not_sent")
    assert pause(row) == timedelta(seconds=5)
    with pytest.raises(ConnectFailed):
        keeper.token()
    assert len(host.calls) == 1, "nobody hammers"
    keeper.let_time_pass()
    assert keeper.token() == "access-2"
    assert keeper.row().last_failure is None, "a later success clears the mark"


def test_a_live_token_serves_while_the_login_host_is_away(keeper: Keeper, host: TokenHost) -> None:
    keeper.store(token_set(1, age=AHEAD))
    host.faults = [(ConnectFailed("No connection."), False)]
    assert keeper.token() == "access-1"
    assert keeper.token() == "access-1"
    assert len(host.calls) == 1


def test_refused_is_lost_with_cause_and_time(keeper: Keeper, host: TokenHost) -> None:
    host.faults = [(TokenRefused("No.", error="invalid_grant"), False)]
    for _ in range(2):
        with pytest.raises(GrantLost) as lost:
            keeper.token()
        assert lost.value.cause == LossCause.REFUSED
    row = keeper.row()
    assert (row.state, row.lost_cause) == (GrantState.LOST, "refused")
    assert row.lost_at is not None
    assert len(host.calls) == 1, "a lost grant is not tried again"


def test_signing_in_again_clears_every_mark(keeper: Keeper, host: TokenHost) -> None:
    host.faults = [(TokenRefused("No.", error="invalid_grant"), False)]
    with pytest.raises(GrantLost):
        keeper.token()
    keeper.store(token_set(1))
    row = keeper.row()
    assert row.state == GrantState.GOOD
    marks = (
        row.lost_cause,
        row.lost_at,
        row.last_failure,
        row.last_failure_at,
        row.retry_at,
        row.lease_until,
    )
    assert set(marks) == {None}
    assert keeper.token() == "access-1"


def test_a_refusal_of_our_own_credentials_does_not_cost_the_grant(keeper: Keeper, host: TokenHost) -> None:
    host.faults = [(TokenRefused("No.", error="invalid_client"), False)]
    with pytest.raises(TokenRefused):
        keeper.token()
    assert (keeper.row().state, keeper.row().last_failure) == (GrantState.GOOD, "invalid_client")
    keeper.let_time_pass()
    assert keeper.token() == "access-2"


UNKNOWN: list[ProcoreError] = [
    NO_ANSWER,
    ServerFailed("500.", status_code=500),
    UnexpectedPayload("HTML."),
]


@pytest.mark.parametrize("doubt", UNKNOWN, ids=lambda doubt: doubt.code)
def test_unknown_is_probed_once_and_found_good(keeper: Keeper, host: TokenHost, doubt: ProcoreError) -> None:
    """The request never arrived, or the host keeps the old token until the new one is used."""
    host.faults = [(doubt, False)]
    with pytest.raises(type(doubt)):
        keeper.token()
    row = keeper.row()
    assert (row.state, row.attempt, row.last_failure) == (GrantState.REFRESHING, 1, doubt.code)
    assert pause(row) == timedelta(seconds=60)
    with pytest.raises(ConnectFailed):
        keeper.token()
    assert len(host.calls) == 1, "the probe waits until an outage should be over"
    keeper.let_time_pass()
    assert keeper.token() == "access-2"


@pytest.mark.parametrize("doubt", UNKNOWN, ids=lambda doubt: doubt.code)
def test_unknown_is_probed_once_and_found_spent(keeper: Keeper, host: TokenHost, doubt: ProcoreError) -> None:
    host.faults = [(doubt, True)]
    with pytest.raises(type(doubt)):
        keeper.token()
    keeper.let_time_pass()
    with pytest.raises(GrantLost) as lost:
        keeper.token()
    assert lost.value.cause == LossCause.ANSWER_LOST
    assert len(host.calls) == 2


def test_unknown_twice_is_lost(keeper: Keeper, host: TokenHost) -> None:
    host.faults = [(NO_ANSWER, False), (NO_ANSWER, False)]
    with pytest.raises(TimedOut):
        keeper.token()
    keeper.let_time_pass()
    with pytest.raises(GrantLost) as lost:
        keeper.token()
    assert lost.value.cause == LossCause.NO_ANSWER


def test_a_probe_that_was_not_sent_did_not_happen(keeper: Keeper, host: TokenHost) -> None:
    host.faults = [(NO_ANSWER, False), (ConnectFailed("No connection."), False)]
    with pytest.raises(TimedOut):
        keeper.token()
    keeper.let_time_pass()
    with pytest.raises(ConnectFailed):
        keeper.token()
    assert (keeper.row().state, keeper.row().attempt) == (GrantState.REFRESHING, 1)
    keeper.let_time_pass()
    assert keeper.token() == "access-2"


@pytest.mark.parametrize(
    ("attempt", "killed", "outcome"),
    [
        (1, "before", "access-2"),
        (1, "after", "answer_lost"),
        (2, "before", "interrupted"),
        (2, "after", "interrupted"),
    ],
)
def test_a_lease_that_ran_out_is_an_unknown_outcome(
    keeper: Keeper, host: TokenHost, attempt: int, killed: str, outcome: str
) -> None:
    """The process that held it was killed before or after it sent."""
    if killed == "after":
        host.refresh(Secret("refresh-1"))
        host.calls.clear()
    keeper.set(
        state=GrantState.REFRESHING, attempt=attempt, lease_until=keeper.row().created_at - timedelta(days=1)
    )
    if outcome == "access-2":
        assert keeper.token() == outcome
    else:
        with pytest.raises(GrantLost) as lost:
            keeper.token()
        assert lost.value.cause == outcome
    assert len(host.calls) == 2 - attempt


def test_whoever_holds_the_lease_is_waited_for(keeper: Keeper, host: TokenHost) -> None:
    """The waiting process looks again and again, and takes what the other one stored."""
    held = keeper.custody.look(ONE, keeper.grant_id)
    assert keeper.custody.announce(ONE, keeper.grant_id, held)
    clock = keeper.clock
    assert isinstance(clock, FakeClock)

    class Impatient(FakeClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if len(self.slept) == 3:
                keeper.custody.keep(
                    ONE, keeper.grant_id, held.version, token_set(9), principal_id=held.principal_id
                )

    refresher = Refresher(keeper.custody, host.refresh, host.obtain, Impatient())
    assert keeper.token(refresher) == "access-9"
    assert host.calls == []


def test_one_announcement_is_granted(keeper: Keeper) -> None:
    held = keeper.custody.look(ONE, keeper.grant_id)
    assert keeper.custody.announce(ONE, keeper.grant_id, held)
    assert not keeper.custody.announce(ONE, keeper.grant_id, held)


def test_signing_in_again_wins_over_a_refresh_under_way(keeper: Keeper, host: TokenHost) -> None:
    host.before_answer = lambda: keeper.sign_in_again(token_set(7))
    assert keeper.token() == "access-7"
    host.before_answer = lambda: None
    assert keeper.token(keeper.another_process()) == "access-7"
    with keeper.app.app_context():
        keeper.revocations.sweep()
    assert keeper.revoked == ["refresh-1"], "its access token had run out; that of the latecomer has not"
    keeper.let_access_tokens_run_out()
    with keeper.app.app_context():
        keeper.revocations.sweep()
    assert keeper.revoked == ["refresh-1", "refresh-2"]


def test_signing_in_again_wins_over_a_refusal_under_way(keeper: Keeper, host: TokenHost) -> None:
    """The old grant ended with the uninstall; its refusal says nothing about the new one."""
    host.faults = [(TokenRefused("No.", error="invalid_grant"), False)]
    host.before_answer = lambda: keeper.sign_in_again(token_set(7))
    assert keeper.token() == "access-7"
    assert (keeper.row().state, keeper.row().lost_cause) == (GrantState.GOOD, None)


def test_a_late_answer_brings_a_lost_grant_back(keeper: Keeper) -> None:
    """Whoever was taken for dead was only slow."""
    held = keeper.custody.look(ONE, keeper.grant_id)
    keeper.custody.announce(ONE, keeper.grant_id, held)
    keeper.custody.lose(ONE, keeper.grant_id, held.version, LossCause.INTERRUPTED)
    assert keeper.custody.keep(
        ONE, keeper.grant_id, held.version, token_set(2), principal_id=held.principal_id
    )
    assert keeper.token() == "access-2"
    assert keeper.row().lost_cause is None


def test_a_late_answer_to_what_was_given_up_is_revoked_as_well(keeper: Keeper) -> None:
    """The token that was wiped was used up by then."""
    held = keeper.custody.look(ONE, keeper.grant_id)
    keeper.custody.announce(ONE, keeper.grant_id, held)
    with keeper.app.app_context(), company_scope(ONE):
        keeper.grants.give_up_all(LossCause.DISCONNECTED)
        db.session.commit()
        keeper.revocations.attempt()
    assert keeper.revoked == ["refresh-1"]
    assert not keeper.custody.keep(
        ONE, keeper.grant_id, held.version, token_set(2), principal_id=held.principal_id
    )
    with pytest.raises(GrantLost) as lost:
        keeper.token()
    assert lost.value.cause == LossCause.DISCONNECTED
    with keeper.app.app_context():
        keeper.revocations.sweep()
    assert keeper.revoked == ["refresh-1", "refresh-2"]


def test_a_rejected_token_is_renewed(keeper: Keeper, host: TokenHost) -> None:
    keeper.store(token_set(1))
    grant = keeper.grants.for_principal(ONE, keeper.principal_id)
    assert grant.access_token() == Secret("access-1")
    assert grant.renew(Secret("access-1")) == Secret("access-2")
    assert host.calls == ["refresh-1"]
    assert grant.renew(Secret("access-1")) == Secret("access-2")
    assert host.calls == ["refresh-1"], "somebody had renewed it already"


def test_a_grant_without_a_refresh_token_ends_with_its_access_token(keeper: Keeper, host: TokenHost) -> None:
    keeper.store(token_set(1, age=EXPIRED, refreshable=False))
    with pytest.raises(GrantLost) as lost:
        keeper.token()
    assert lost.value.cause == LossCause.NO_REFRESH_TOKEN
    assert host.calls == []


def test_a_commit_that_fails_is_tried_again(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    keep = keeper.custody.keep
    failures = 3

    def fail_at_first(*place: Any, **whose: Any) -> bool:
        nonlocal failures
        if failures:
            failures -= 1
            raise OperationalError("UPDATE", {}, Exception("database is locked"))
        return keep(*place, **whose)

    monkeypatch.setattr(keeper.custody, "keep", fail_at_first)
    assert keeper.token() == "access-2"


@pytest.mark.usefixtures("one_connection_more")  # beside that of the caller, who is writing
def test_the_callers_transaction_is_left_alone(keeper: Keeper) -> None:
    with keeper.app.app_context(), company_scope(ONE):
        company = db.session.get_one(Company, ONE)
        company.name = "not committed"
        keeper.store(token_set(1))
        assert keeper.token() == "access-1"
        db.session.rollback()
        assert db.session.get_one(Company, ONE).name == "Company 1"


def test_a_grant_of_another_company_is_not_there(keeper: Keeper) -> None:
    keeper.add_company(TWO)
    with pytest.raises(GrantLost) as lost:
        keeper.refresher.access_token(TWO, keeper.grant_id)
    assert lost.value.cause == LossCause.ABSENT
