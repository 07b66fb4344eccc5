"""The row of a grant as custody sees it, and every change it may undergo. Each function here is one transaction.

The steps between them are in `refresh`. No function makes a call; every decision about time is made by the
database's clock, because the processes' clocks may differ.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from flask import Flask
from sqlalchemy import ColumnElement, CursorResult, delete, select, update
from sqlalchemy.exc import SQLAlchemyError

from embedded_app.crypto import SealContext, Sealed, SealingKey, Vault
from embedded_app.errors import CredentialError, GrantLost, KeyDestroyed, Unsealable
from embedded_app.ids import CompanyId
from embedded_app.installations.aside import Aside, Place
from embedded_app.installations.models import (
    Grant,
    GrantState,
    LossCause,
    PairKey,
    pair_key_context,
    token_context,
)
from embedded_app.installations.revocations import is_noted, note_given_up, note_overtaken
from embedded_app.installations.tokens import pack_tokens, unpack_tokens
from embedded_app.procore import TokenSet
from embedded_app.storage import company_scope, database_now, db, give_connection_back

_log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
"""Longer than the client's own time limits for one token request together."""
_REFRESH_AT = 0.78
_REFRESH_JITTER = 0.04  # so that grants of one hour do not all come at one moment


@dataclass(frozen=True, slots=True)
class Held:
    """What the row said at `now`, by the database's clock."""

    version: int
    state: GrantState
    attempt: int
    principal_id: UUID | None
    tokens: TokenSet
    expires_at: datetime
    refresh_at: datetime
    lease_until: datetime | None
    retry_at: datetime | None
    now: datetime

    @property
    def is_service_account(self) -> bool:
        return self.principal_id is None

    @property
    def wants_refresh(self) -> bool:
        return self.now >= self.refresh_at

    @property
    def is_live(self) -> bool:
        """Whether the access token has not ended by its own time; Procore may think otherwise."""
        return self.now < self.expires_at

    @property
    def must_wait(self) -> bool:
        """Whether somebody is at it right now, or the last attempt is too recent."""
        return any(until is not None and self.now < until for until in (self.lease_until, self.retry_at))


class Custody:
    """Reads and changes grants, in database sessions of its own, apart from what the caller has open.

    Args:
        app: for the database sessions; calls to Procore come from threads that have none.
        vault: opens and seals.
        jitter: a random number from 0 to 1.
    """

    def __init__(self, app: Flask, vault: Vault, *, jitter: Callable[[], float] = random.random) -> None:
        self._app = app
        self._vault = vault
        self._jitter = jitter
        self._aside = Aside(Path(app.instance_path) / "pairs")

    def find(self, company_id: CompanyId, principal_id: UUID | None) -> UUID | None:
        """The id of the principal's grant, of the service account's for `None`; `None` when there is none."""
        with self._apart(company_id):
            return db.session.scalar(select(Grant.id).where(Grant.principal_id == principal_id))

    def look(self, company_id: CompanyId, grant_id: UUID) -> Held:
        """The grant as it stands.

        Raises:
            GrantLost: with the stored cause.
        """
        with self._apart(company_id):
            grant = db.session.get(Grant, grant_id)
            if grant is None:
                raise GrantLost(LossCause.ABSENT)
            if grant.state == GrantState.LOST or grant.sealed_tokens is None:
                lost = GrantLost(grant.lost_cause or LossCause.ABSENT)
                if self.take_from_aside(company_id, grant_id, grant.version):
                    return self.look(company_id, grant_id)
                raise lost
            return Held(
                version=grant.version,
                state=GrantState(grant.state),
                attempt=grant.attempt,
                principal_id=grant.principal_id,
                tokens=unpack_tokens(self._vault.open(grant.seal_context(), grant.sealed_tokens)),
                expires_at=grant.expires_at,
                refresh_at=grant.refresh_at,
                lease_until=grant.lease_until,
                retry_at=grant.retry_at,
                now=database_now(),
            )

    def announce(self, company_id: CompanyId, grant_id: UUID, held: Held) -> SealingKey | None:
        """Say that the refresh token of `held` is about to be used; `None` when this caller may not.

        A good grant gets its first attempt; one whose lease ran out gets its probe. Of all processes that try,
        one succeeds, and gets the key for a pair that has to be kept aside.
        """
        with self._apart(company_id):
            key, new = self._find_pair_key(company_id, grant_id), None
            if key is None:
                key = SealingKey.create()
                new = self._vault.seal(pair_key_context(company_id, grant_id), key.to_bytes())
            db.session.rollback()  # what follows is a write at once, with no read before it
            is_announced = _swap(
                grant_id,
                (Grant.version == held.version)
                & (Grant.state == held.state)
                & (Grant.attempt == held.attempt)
                & (Grant.lease_until.is_(None) | (Grant.lease_until <= held.now))
                & (Grant.retry_at.is_(None) | (Grant.retry_at <= held.now)),
                state=GrantState.REFRESHING,
                attempt=held.attempt + 1,
                lease_until=held.now + LEASE,
            )
            if is_announced and new is not None:
                db.session.add(PairKey(grant_id=grant_id, sealed_key=new))
            db.session.commit()
            return key if is_announced else None

    def keep(
        self,
        company_id: CompanyId,
        grant_id: UUID,
        version: int,
        tokens: TokenSet,
        *,
        principal_id: UUID | None,
    ) -> bool:
        """Store the new pair in place of the one at `version`, whatever the state.

        `principal_id` is whose it is by what was opened, not by what the row says now.

        `False` when another pair was stored meanwhile; that one wins. The pair that loses is noted, so that it is
        ended at Procore in its time: this one when it comes too late, else the one that it takes the place of.
        """
        with self._apart(company_id):
            context = token_context(company_id, grant_id, version + 1, principal_id)
            sealed = self._vault.seal(context, pack_tokens(tokens))
            db.session.rollback()
            old = db.session.execute(
                update(Grant)
                .where(Grant.id == grant_id, Grant.version == version)
                .values(version=version + 1)
                .returning(Grant.sealed_tokens)
                .execution_options(synchronize_session=False)
            ).one_or_none()
            if old is None:
                self._note_latecomer(grant_id, tokens)
            else:
                self._note_spent(replace(context, version=version), old.sealed_tokens)
                _swap(
                    grant_id,
                    Grant.version == version + 1,
                    sealed_tokens=sealed,
                    **good_marks(tokens, self.refresh_time(tokens)),
                )
                forget_pair_key(Grant.id == grant_id)
            db.session.commit()
            return old is not None

    def _note_spent(self, context: SealContext, old: Sealed | None) -> None:
        """Its refresh token is used up; its access token may live on for minutes."""
        if old is None:
            return
        try:
            note_overtaken(
                self._vault,
                UUID(context.row_id),
                unpack_tokens(self._vault.open(context, old)),
                is_spent=True,
            )
        except (KeyDestroyed, Unsealable):  # nobody can use it either
            _log.exception("an overtaken pair could not be opened", extra={"grant_id": context.row_id})

    def _note_latecomer(self, grant_id: UUID, tokens: TokenSet) -> None:
        """A pair for which there is no place any more. Of a grant that was given up, it is the one that lives."""
        grant = db.session.get(Grant, grant_id, with_for_update=True)
        if grant is None:
            return
        if grant.sealed_tokens is None:
            cause = LossCause(grant.lost_cause or LossCause.DISCONNECTED)
            if not is_noted(self._vault, grant_id, tokens):
                note_given_up(self._vault, grant_id, tokens, cause)
            grant.lease_until = None
            return
        held = unpack_tokens(self._vault.open(grant.seal_context(), grant.sealed_tokens))
        # A commit may have come through although the connection broke: then this pair has its place.
        if held.access_token != tokens.access_token and not is_noted(self._vault, grant_id, tokens):
            note_overtaken(self._vault, grant_id, tokens, is_spent=False)

    def keep_aside(
        self, company_id: CompanyId, grant_id: UUID, held: Held, tokens: TokenSet, key: SealingKey
    ) -> None:
        """Keep the new pair beside the database, which did not take it. Never raises: it is the last resort."""
        try:
            self._aside.keep(Place(company_id, grant_id, held.version), held.principal_id, tokens, key)
        except OSError:
            _log.exception("new token pair could not be kept aside", extra={"grant_id": str(grant_id)})

    def forget_aside(self, company_id: CompanyId, grant_id: UUID, version: int) -> None:
        """What was kept aside for `version` is not needed any more."""
        self._aside.remove(Place(company_id, grant_id, version))

    def take_from_aside(self, company_id: CompanyId, grant_id: UUID, version: int) -> bool:
        """Store the pair that was kept aside for `version`, if there is one; whether it was stored.

        The file goes when its pair is stored, when another one was stored meanwhile, and when the company's key
        is destroyed.
        """
        place = Place(company_id, grant_id, version)
        if not self._aside.has(place):
            return False
        try:
            with self._apart(company_id):
                key = self._find_pair_key(company_id, grant_id)
                principal_id = db.session.scalar(select(Grant.principal_id).where(Grant.id == grant_id))
            tokens = None if key is None else self._aside.open(place, principal_id, key)
        except (KeyDestroyed, Unsealable):
            _log.exception("a pair that was kept aside is of no use", extra={"grant_id": str(grant_id)})
            tokens, principal_id = None, None
        is_stored = tokens is not None and self.keep(
            company_id, grant_id, version, tokens, principal_id=principal_id
        )
        self._aside.remove(place)
        return is_stored

    def _find_pair_key(self, company_id: CompanyId, grant_id: UUID) -> SealingKey | None:
        """`None` while no refresh has begun since the last pair was stored."""
        sealed = db.session.scalar(select(PairKey.sealed_key).where(PairKey.grant_id == grant_id))
        if sealed is None:
            return None
        return SealingKey.from_bytes(self._vault.open(pair_key_context(company_id, grant_id), sealed))

    def take_all_from_aside(self) -> int:
        """Store every pair that was kept aside on this machine; how many were. What cannot be now, stays."""
        stored = 0
        for place in list(self._aside.places()):
            try:
                stored += self.take_from_aside(place.company_id, place.grant_id, place.version)
            except (SQLAlchemyError, CredentialError):
                _log.exception("a pair stays aside", extra={"grant_id": str(place.grant_id)})
        return stored

    def postpone(
        self,
        company_id: CompanyId,
        grant_id: UUID,
        held: Held,
        *,
        failure: str,
        seconds: float,
        was_sent: bool,
    ) -> None:
        """Note a failure that has not decided anything, and let nobody try again for `seconds`.

        If nothing was sent, the attempt did not happen. If it was, the grant stays in doubt until the probe.
        """
        with self._apart(company_id):
            now = database_now()
        attempt = held.attempt + 1 if was_sent else held.attempt
        is_in_doubt = attempt > 0
        self._change(
            company_id,
            grant_id,
            (Grant.version == held.version)
            & (Grant.state == GrantState.REFRESHING)
            & (Grant.attempt == held.attempt + 1),
            state=GrantState.REFRESHING if is_in_doubt else GrantState.GOOD,
            attempt=attempt,
            lease_until=None,
            retry_at=now + timedelta(seconds=seconds),
            last_failure=failure,
            last_failure_at=now,
        )

    def lose(self, company_id: CompanyId, grant_id: UUID, version: int, cause: LossCause) -> bool:
        """Give the grant up, unless another pair was stored meanwhile."""
        with self._apart(company_id):
            now = database_now()
        return self._change(
            company_id,
            grant_id,
            (Grant.version == version) & (Grant.state != GrantState.LOST),
            state=GrantState.LOST,
            lease_until=None,
            retry_at=None,
            last_failure=str(cause),
            last_failure_at=now,
            lost_cause=str(cause),
            lost_at=now,
        )

    def refresh_time(self, tokens: TokenSet) -> datetime:
        """About 80 % of the access token's life."""
        share = _REFRESH_AT + _REFRESH_JITTER * self._jitter()
        return tokens.created_at + (tokens.expires_at - tokens.created_at) * share

    def _change(
        self, company_id: CompanyId, grant_id: UUID, condition: ColumnElement[bool], **values: Any
    ) -> bool:
        """Compare and swap; whether `condition` still held."""
        with self._apart(company_id):
            changed = _swap(grant_id, condition, **values)
            db.session.commit()
            return changed

    @contextmanager
    def _apart(self, company_id: CompanyId) -> Iterator[None]:
        """A database session of our own: what the caller has not committed is not committed by us."""
        give_connection_back()
        with self._app.app_context(), company_scope(company_id):
            yield


def forget_pair_key(which: ColumnElement[bool]) -> None:
    """Another pair was stored in the grants that meet `which`, in the open transaction."""
    db.session.execute(
        delete(PairKey)
        .where(PairKey.grant_id.in_(select(Grant.id).where(which)))
        .execution_options(synchronize_session=False)
    )


def _swap(grant_id: UUID, condition: ColumnElement[bool], **values: Any) -> bool:
    """Change the row if `condition` holds, in the open transaction; whether it did."""
    result = db.session.execute(
        update(Grant)
        .where(Grant.id == grant_id, condition)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", result).rowcount == 1


def good_marks(tokens: TokenSet, refresh_at: datetime) -> dict[str, Any]:
    """What a row with a fresh pair says: every mark of an earlier failure is gone."""
    return {
        "state": GrantState.GOOD,
        "expires_at": tokens.expires_at,
        "refresh_at": refresh_at,
        "attempt": 0,
        "lease_until": None,
        "retry_at": None,
        "last_failure": None,
        "last_failure_at": None,
        "lost_cause": None,
        "lost_at": None,
    }
