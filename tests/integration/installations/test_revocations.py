"""Grants that are given up are ended at Procore, however long that takes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from embedded_app.errors import ConnectFailed, GrantLost
from embedded_app.installations import LossCause, Revocation, Revocations
from embedded_app.secret import Secret
from embedded_app.storage import company_scope, db
from tests.fakes.token_host import token_set
from tests.integration.installations.keeper import EXPIRED, ONE, TWO, Keeper


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
    revocations = Revocations(keeper.vault, unreachable)
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
    revocations = Revocations(keeper.vault, Unreachable(times=99))
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
        assert keeper.grants.give_up_dormant(timedelta(days=90)) == 0
        db.session.commit()
    keeper.store(token_set(1, age=EXPIRED + timedelta(days=90)))
    with keeper.app.app_context(), company_scope(ONE):
        assert keeper.grants.give_up_dormant(timedelta(days=90)) == 1
        db.session.commit()
        assert keeper.revocations.attempt() == 0
    assert keeper.revoked == ["refresh-1"]
    assert keeper.row().lost_cause == LossCause.DORMANT


def test_a_sign_in_clears_the_end(keeper: Keeper) -> None:
    give_up(keeper)
    keeper.sign_in_again(token_set(3))
    assert keeper.token() == "access-3"
