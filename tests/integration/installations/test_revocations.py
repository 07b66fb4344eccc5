"""Grants that are given up are ended at Procore, however long that takes."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from embedded_app.errors import ConnectFailed, GrantLost
from embedded_app.installations import LossCause, Revocation, Revocations
from embedded_app.keys import KeyService
from embedded_app.secret import Secret
from embedded_app.storage import Company, company_scope, db
from tests.fakes.fake_clock import FakeClock
from tests.fakes.token_host import token_set
from tests.integration.installations.keeper import AHEAD, EXPIRED, ONE, TWO, Keeper


class Unreachable:
    """Procore does not answer the first `times` revocations."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.asked: list[str] = []

    def __call__(self, token: Secret) -> None:
        self.asked.append(token.reveal())
        if len(self.asked) <= self.times:
            raise ConnectFailed("No connection.")


def waiting(keeper: Keeper) -> int:
    with keeper.app.app_context(), company_scope(ONE):
        return db.session.scalar(select(func.count()).select_from(Revocation)) or 0


def give_up(keeper: Keeper) -> None:
    with keeper.app.app_context(), company_scope(ONE):
        keeper.grants.give_up(keeper.principal_id)
        db.session.commit()


def let_time_pass(keeper: Keeper) -> None:
    with keeper.app.app_context(), company_scope(ONE):
        moment = db.session.scalars(select(Revocation.next_at)).one()
        db.session.execute(update(Revocation).values(next_at=moment - timedelta(hours=7)))
        db.session.commit()


def test_it_is_tried_again_until_procore_confirms(keeper: Keeper) -> None:
    unreachable = Unreachable(times=2)
    revocations = Revocations(keeper.vault, unreachable, keeper.clock)
    give_up(keeper)
    for left in (1, 1, 0):
        with keeper.app.app_context():
            revocations.sweep()
        assert waiting(keeper) == left
        if left:
            with keeper.app.app_context():
                revocations.sweep()  # too early: nobody is asked
            let_time_pass(keeper)
    assert unreachable.asked == ["refresh-1"] * 3


def test_the_pauses_grow(keeper: Keeper) -> None:
    revocations = Revocations(keeper.vault, Unreachable(times=99), keeper.clock)
    give_up(keeper)
    pauses = []
    for _ in range(12):
        with keeper.app.app_context(), company_scope(ONE):
            db.session.execute(update(Revocation).values(next_at=Revocation.created_at))
            db.session.commit()
            began = db.session.scalars(select(func.max(Revocation.created_at))).one()
            revocations.attempt()
            pauses.append(db.session.scalars(select(Revocation.next_at)).one() - began)
    assert pauses == sorted(pauses)
    assert timedelta(minutes=1) <= pauses[0] < timedelta(minutes=2)
    assert timedelta(hours=6) <= pauses[-1] < timedelta(hours=7)


def test_it_is_written_with_the_end_of_the_grant_or_not_at_all(keeper: Keeper) -> None:
    with keeper.app.app_context(), company_scope(ONE):
        keeper.grants.give_up(keeper.principal_id)
        db.session.rollback()
    assert waiting(keeper) == 0
    give_up(keeper)
    assert waiting(keeper) == 1
    with pytest.raises(GrantLost) as lost:
        keeper.token()
    assert lost.value.cause == LossCause.SIGNED_OUT


def test_the_kept_token_is_sealed(keeper: Keeper) -> None:
    give_up(keeper)
    with keeper.app.app_context(), company_scope(ONE):
        row = db.session.scalars(select(Revocation)).one()
        assert b"refresh-1" not in row.sealed_token.to_bytes()
        assert keeper.vault.open_secret(row.seal_context(), row.sealed_token) == Secret("refresh-1")


def test_a_persons_end_leaves_the_others(keeper: Keeper) -> None:
    other = keeper.add_company(TWO)
    kept = keeper.store(token_set(5), TWO, other)
    give_up(keeper)
    assert keeper.refresher.access_token(TWO, kept).reveal() == "access-5"


def test_only_grants_that_nobody_used_are_dormant(keeper: Keeper) -> None:
    """Nobody refreshes a grant but who uses it."""
    keeper.store(token_set(1, age=EXPIRED + timedelta(days=89)))
    with keeper.app.app_context(), company_scope(ONE):
        assert keeper.grants.give_up_dormant(timedelta(days=90)).grants == 0
        db.session.commit()
    keeper.store(token_set(1, age=EXPIRED + timedelta(days=90)))
    with keeper.app.app_context(), company_scope(ONE):
        given_up = keeper.grants.give_up_dormant(timedelta(days=90))
        db.session.commit()
        assert given_up.grants == 1
        keeper.revocations.attempt()
    assert keeper.revoked == ["refresh-1"]
    assert keeper.row().lost_cause == LossCause.DORMANT


def test_a_sign_in_clears_the_end(keeper: Keeper) -> None:
    give_up(keeper)
    keeper.sign_in_again(token_set(3))
    assert keeper.token() == "access-3"


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("is_asked", [False, True], ids=["before Procore was asked", "after it answered"])
def test_a_kill_on_the_way_leaves_it_to_the_next_attempt(keeper: Keeper, is_asked: bool) -> None:  # noqa: FBT001
    asked: list[str] = []

    def kill(token: Secret) -> None:
        if is_asked:
            asked.append(token.reveal())
        raise Killed

    give_up(keeper)
    with keeper.app.app_context(), pytest.raises(Killed):
        Revocations(keeper.vault, kill, keeper.clock).sweep()
    assert waiting(keeper) == 1
    let_time_pass(keeper)
    with keeper.app.app_context():
        keeper.revocations.sweep()
    assert (waiting(keeper), keeper.revoked) == (0, ["refresh-1"])


def test_of_many_processes_one_asks(keeper: Keeper) -> None:
    keeper.store(token_set(1))
    keeper.sign_in_again(token_set(2))
    keeper.sign_in_again(token_set(3))
    give_up(keeper)
    everybody = threading.Barrier(4)

    def sweep() -> None:
        with keeper.app.app_context():
            everybody.wait()
            keeper.revocations.sweep()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(sweep) for _ in range(4)]:
            done.result()
    assert sorted(keeper.revoked) == ["refresh-1", "refresh-2", "refresh-3"]
    assert waiting(keeper) == 0


def test_a_refresh_leaves_the_old_access_token_until_it_has_run_out(keeper: Keeper) -> None:
    """Ahead of its end a pair is refreshed: its refresh token is spent, its access token is not."""
    keeper.store(token_set(1, age=AHEAD))
    assert keeper.token() == "access-2"
    assert waiting(keeper) == 1
    with keeper.app.app_context(), company_scope(ONE):
        row = db.session.scalars(select(Revocation)).one()
        assert keeper.vault.open_secret(row.seal_context(), row.sealed_token) == Secret("access-1")
        assert row.next_at == row.ends_at
        db.session.execute(
            update(Revocation).values(next_at=Revocation.created_at, ends_at=Revocation.created_at)
        )
        db.session.commit()
    sweep_once_more(keeper)
    assert (waiting(keeper), keeper.revoked) == (0, []), "nobody is asked to end what has ended"


def test_with_the_grant_the_old_access_token_ends(keeper: Keeper) -> None:
    keeper.store(token_set(1, age=AHEAD))
    keeper.token()
    give_up(keeper)
    sweep_once_more(keeper)
    assert sorted(keeper.revoked) == ["access-1", "refresh-2"]


def test_a_pair_that_is_stored_twice_is_not_its_own_successor(keeper: Keeper) -> None:
    """A login host may give the service account the same token again while it lives."""
    keeper.sign_in_again(token_set(7))
    keeper.sign_in_again(token_set(7))
    keeper.let_access_tokens_run_out()
    sweep_once_more(keeper)
    assert keeper.revoked == ["refresh-1"]


def test_the_queue_is_sealed_anew_with_the_company(keeper: Keeper) -> None:
    keeper.sign_in_again(token_set(7))
    with keeper.app.app_context():
        list(KeyService(keeper.vault, FakeClock()).re_encrypt(ONE, wait=timedelta()))
    give_up(keeper)
    sweep_once_more(keeper)
    assert sorted(keeper.revoked) == ["refresh-1", "refresh-7"]


def test_while_the_master_key_is_missing_it_waits(keeper: Keeper) -> None:
    give_up(keeper)
    with keeper.app.app_context(), company_scope(ONE):
        company = db.session.get_one(Company, ONE)
        key_id, company.master_key_id = company.master_key_id, "gone"
        db.session.commit()
    sweep_once_more(keeper)
    assert (waiting(keeper), keeper.revoked) == (1, [])
    with keeper.app.app_context(), company_scope(ONE):
        db.session.get_one(Company, ONE).master_key_id = key_id
        db.session.commit()
    sweep_once_more(keeper)
    assert (waiting(keeper), keeper.revoked) == (0, ["refresh-1"])


def test_what_was_destroyed_with_its_key_is_said_and_not_counted_as_ended(keeper: Keeper) -> None:
    keeper.sign_in_again(token_set(7))
    with keeper.app.app_context(), company_scope(ONE):
        db.session.get_one(Company, ONE).wrapped_key = None
        db.session.commit()
        given_up = keeper.grants.give_up(keeper.principal_id)
        db.session.commit()
        revoked = keeper.revocations.end(given_up)
    assert (revoked.ended, revoked.waiting, revoked.unreadable) == (0, 0, 2)
    assert (waiting(keeper), keeper.revoked) == (0, [])


def test_giving_up_a_company_leaves_the_queue_of_the_others(keeper: Keeper) -> None:
    other = keeper.add_company(TWO)
    keeper.store(token_set(5), TWO, other)
    keeper.store(token_set(6), TWO, other)
    with keeper.app.app_context(), company_scope(ONE):
        keeper.grants.give_up_all(LossCause.DISCONNECTED)
        db.session.commit()
    sweep_once_more(keeper)
    assert keeper.revoked == ["refresh-1"]
    with keeper.app.app_context(), company_scope(TWO):
        assert keeper.revocations.count() == 1


def test_it_is_never_forgotten(keeper: Keeper) -> None:
    """A refresh token has no scheduled end (platform reference, section 2.2)."""
    revocations = Revocations(keeper.vault, Unreachable(times=1), keeper.clock)
    give_up(keeper)
    with keeper.app.app_context(), company_scope(ONE):
        created_at = db.session.scalars(select(Revocation.created_at)).one()
        db.session.execute(update(Revocation).values(created_at=created_at - timedelta(days=400)))
        db.session.commit()
    for left in (1, 0):
        with keeper.app.app_context():
            revocations.sweep()
        assert waiting(keeper) == left
        if left:
            let_time_pass(keeper)


def test_a_person_waits_a_few_seconds_and_the_job_does_the_rest(keeper: Keeper) -> None:
    clock = FakeClock()

    def slowly(token: Secret) -> None:
        clock.advance(6)
        keeper.revoked.append(token.reveal())

    for number in range(2, 5):
        keeper.sign_in_again(token_set(number))
    with keeper.app.app_context(), company_scope(ONE):
        given_up = keeper.grants.give_up(keeper.principal_id)
        db.session.commit()
        revoked = Revocations(keeper.vault, slowly, clock).end(given_up)
    assert (revoked.ended, revoked.waiting) == (2, 2)
    sweep_once_more(keeper)
    assert len(keeper.revoked) == len(set(keeper.revoked)) == 4


def sweep_once_more(keeper: Keeper) -> None:
    with keeper.app.app_context():
        keeper.revocations.sweep()
