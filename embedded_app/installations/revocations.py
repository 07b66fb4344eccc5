"""Ends token pairs at Procore, and does not forget one that could not be ended yet.

A revocation is written in the transaction that takes a pair out of its grant. A pair of a grant that was given up
is due at once; a pair that another one overtook is due when its access token has run out, or with the end of its
grant. What is due is tried by a periodic job, with growing pauses, until Procore has confirmed it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, delete, func, select, true, update

from embedded_app.clock import Clock
from embedded_app.crypto import Vault
from embedded_app.errors import KeyDestroyed, KeysUnreachable, ProcoreError, UnknownKey, Unsealable
from embedded_app.ids import CompanyId
from embedded_app.installations.models import OVERTAKEN, LossCause, Revocation
from embedded_app.procore import TokenSet
from embedded_app.secret import Secret
from embedded_app.storage import company_scope, current_company_id, database_now, db, new_id, system_scope

_log = logging.getLogger(__name__)

PAGE_SECONDS = 10.0
"""How long a person waits for Procore to confirm; the job tries what is left then."""

_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)
_LONG = timedelta(days=30)
_CLOCKS_DIFFER = timedelta(minutes=5)
"""After the time at which an access token ends it has surely ended, whichever clock is right."""


_COUNTS = re.compile(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Pairs that are due from now on.

    Attributes:
        grants: how many grants they were taken from.
        pairs: their revocations.
        unreadable: how many more could not be opened, and are deleted here without an end at Procore.
    """

    grants: int
    pairs: frozenset[UUID]
    unreadable: int


@dataclass(frozen=True, slots=True)
class Revoked:
    """What became of pairs that were given up.

    Attributes:
        ended: they are over: Procore confirmed it, or their time was up.
        waiting: Procore has yet to confirm; they stay sealed and are tried again.
        unreadable: they could not be opened, and were deleted here without an end at Procore.
    """

    ended: int = 0
    waiting: int = 0
    unreadable: int = 0

    @property
    def total(self) -> int:
        return self.ended + self.waiting + self.unreadable

    def __add__(self, other: Revoked) -> Revoked:
        return Revoked(
            self.ended + other.ended, self.waiting + other.waiting, self.unreadable + other.unreadable
        )

    def to_text(self) -> str:
        """For a cookie."""
        return f"{self.ended}.{self.waiting}.{self.unreadable}"

    @classmethod
    def from_text(cls, text: str) -> Revoked | None:
        """What `to_text` wrote; `None` when it was written by somebody else."""
        found = _COUNTS.fullmatch(text)
        return None if found is None else cls(*map(int, found.groups()))

    @property
    def sentence(self) -> str:
        """What happened, for people."""
        if not self.total:
            return "There was no connection left to end at Procore."
        if self.ended == self.total:
            return (
                "Procore confirmed the end of the one connection."
                if self.total == 1
                else f"Procore confirmed the end of all {self.total:,} connections."
            )
        parts = [f"{self.ended:,} of {self.total:,} {_connections(self.total)} ended at Procore."]
        if self.waiting:
            is_, it = ("is", "it") if self.waiting == 1 else ("are", "them")
            parts.append(f"{self.waiting:,} {is_} tried again until Procore confirms {it}.")
        if self.unreadable:
            parts.append(
                f"{self.unreadable:,} could not be opened any more, and "
                f"{_was(self.unreadable)} deleted here without an end at Procore."
            )
        return " ".join(parts)


def _connections(count: int) -> str:
    return "connection was" if count == 1 else "connections were"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


class _Attempt(Enum):
    OVER = auto()
    LEFT = auto()
    UNREADABLE = auto()


class Revocations:
    """Pairs on their way out. `revoke` ends one at Procore; unknown tokens are no error there."""

    def __init__(self, vault: Vault, revoke: Callable[[Secret], None], clock: Clock) -> None:
        self._vault = vault
        self._revoke = revoke
        self._clock = clock

    def end(self, given_up: GivenUp, *, seconds: float = PAGE_SECONDS) -> Revoked:
        """Try these of the company in scope, for at most `seconds` and the last call; what became of them.

        The pairs are committed as given up by then.
        """
        unreadable = self._try(given_up.pairs, seconds)
        left = len(given_up.pairs.intersection(db.session.scalars(select(Revocation.id))))
        db.session.commit()
        return Revoked(
            ended=len(given_up.pairs) - left - unreadable,
            waiting=left,
            unreadable=given_up.unreadable + unreadable,
        )

    def attempt(self) -> None:
        """Try all that are due in the company in scope, each in transactions of its own."""
        now = database_now()
        db.session.execute(
            delete(Revocation).where(Revocation.ends_at <= now).execution_options(synchronize_session=False)
        )
        due = db.session.scalars(
            select(Revocation.id).where(Revocation.next_at <= now).order_by(Revocation.next_at)
        ).all()
        db.session.commit()
        self._try(due, float("inf"))

    def count(self) -> int:
        """How many pairs of the company in scope Procore has yet to end, due or not."""
        return db.session.scalar(select(func.count()).select_from(Revocation)) or 0

    def sweep(self) -> None:
        """Try all that are due, in every company."""
        with system_scope("revocations that are due"):
            company_ids = db.session.scalars(
                select(Revocation.company_id).where(Revocation.next_at <= database_now()).distinct()
            ).all()
            db.session.commit()
        for company_id in company_ids:
            with company_scope(CompanyId(company_id)):
                self.attempt()

    def _try(self, revocation_ids: Iterable[UUID], seconds: float) -> int:
        """How many of them could not be opened any more."""
        until = self._clock.monotonic() + seconds
        unreadable = 0
        for revocation_id in revocation_ids:
            if self._clock.monotonic() >= until:
                break
            unreadable += self._attempt(revocation_id) is _Attempt.UNREADABLE
        return unreadable

    def _attempt(self, revocation_id: UUID) -> _Attempt:
        claimed = self._claim(revocation_id)
        if isinstance(claimed, _Attempt):
            return claimed
        try:
            self._revoke(claimed)
        except ProcoreError as error:
            _log.warning("token not revoked yet", extra={"code": error.code})
            return _Attempt.LEFT
        self._remove(revocation_id)
        return _Attempt.OVER

    def _claim(self, revocation_id: UUID) -> Secret | _Attempt:
        """Move the next attempt into the future, so that nobody else tries now."""
        now = database_now()
        row = db.session.get(Revocation, revocation_id, populate_existing=True)
        if row is None or row.next_at > now:
            db.session.commit()
            return _Attempt.LEFT
        if row.ends_at is not None and row.ends_at <= now:
            self._remove(revocation_id)
            return _Attempt.OVER
        try:
            token = self._vault.open_secret(row.seal_context(), row.sealed_token)
        except (KeysUnreachable, UnknownKey) as error:  # with the key again it can be revoked
            db.session.rollback()
            _log.warning("token not revoked yet", extra={"code": error.code})
            return _Attempt.LEFT
        except (KeyDestroyed, Unsealable):
            _log.exception("a token that is to be revoked cannot be opened any more")
            self._remove(revocation_id)
            return _Attempt.UNREADABLE
        if now - row.created_at > _LONG:
            _log.error("a token has not been revoked for long", extra={"reason": row.reason})
        claimed = db.session.execute(
            update(Revocation)
            .where(Revocation.id == revocation_id, Revocation.next_at == row.next_at)
            .values(attempts=Revocation.attempts + 1, next_at=_next_time(now, row.attempts))
            .execution_options(synchronize_session=False)
        )
        db.session.commit()
        return token if cast("CursorResult[Any]", claimed).rowcount == 1 else _Attempt.LEFT

    def _remove(self, revocation_id: UUID) -> None:
        db.session.execute(
            delete(Revocation)
            .where(Revocation.id == revocation_id)
            .execution_options(synchronize_session=False)
        )
        db.session.commit()


def note_given_up(vault: Vault, grant_id: UUID, pair: TokenSet, reason: LossCause) -> None:
    """Note that `pair` of a grant that was given up is to be ended now, in the open transaction of the company."""
    now = database_now()
    _note(vault, grant_id, pair, str(reason), next_at=now, ends_at=_end_of(pair), now=now)


def note_overtaken(vault: Vault, grant_id: UUID, pair: TokenSet, *, is_spent: bool) -> None:
    """Note that another pair took the place of `pair`, in the open transaction of the company.

    `is_spent`: its refresh token was used for the other one, so that it ends with its access token. To end it
    before could end the other one as well, since they come from one authorization (RFC 7009, section 2.1).
    """
    now = database_now()
    if is_spent:
        pair = replace(pair, refresh_token=None)
    ends_at = _end_of(pair)
    if ends_at is None or ends_at > now:
        due_at = pair.expires_at + _CLOCKS_DIFFER
        _note(vault, grant_id, pair, OVERTAKEN, next_at=due_at, ends_at=ends_at, now=now)


def is_noted(vault: Vault, grant_id: UUID, pair: TokenSet) -> bool:
    """Whether `pair` is on its way out already."""
    tokens = (pair.access_token, pair.refresh_token)
    rows = db.session.scalars(select(Revocation).where(Revocation.grant_id == grant_id)).all()
    return any(vault.open_secret(row.seal_context(), row.sealed_token) in tokens for row in rows)


def make_due(grant_ids: Iterable[UUID] | None, reason: LossCause) -> frozenset[UUID]:
    """All pairs of these grants are to be ended now, in the open transaction of the company; which they are.

    `None` stands for all of the company.
    """
    which = true() if grant_ids is None else Revocation.grant_id.in_(list(grant_ids))
    due = (
        update(Revocation)
        .where(which)
        .values(next_at=database_now(), reason=str(reason))
        .returning(Revocation.id)
        .execution_options(synchronize_session=False)
    )
    return frozenset(db.session.scalars(due))


def is_due() -> ColumnElement[bool]:
    """Whether a revocation waits for Procore, and not for its access token to run out."""
    return (Revocation.next_at <= database_now()) | (Revocation.attempts > 0)


def _note(
    vault: Vault,
    grant_id: UUID,
    pair: TokenSet,
    reason: str,
    *,
    next_at: datetime,
    ends_at: datetime | None,
    now: datetime,
) -> None:
    row = Revocation(
        id=new_id(),
        company_id=current_company_id(),
        grant_id=grant_id,
        reason=reason,
        next_at=next_at,
        ends_at=ends_at,
        created_at=now,
    )
    row.sealed_token = vault.seal(row.seal_context(), _token_of(pair))
    db.session.add(row)


def _token_of(pair: TokenSet) -> Secret:
    return pair.refresh_token or pair.access_token


def _end_of(pair: TokenSet) -> datetime | None:
    return None if pair.refresh_token is not None else pair.expires_at + _CLOCKS_DIFFER


def _next_time(now: datetime, attempts: int) -> datetime:
    doubled: int = 2 ** min(attempts, 16)
    return now + min(_FIRST_PAUSE * doubled, _LONGEST_PAUSE)
