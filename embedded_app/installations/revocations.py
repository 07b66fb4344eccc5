"""Ends tokens at Procore, and does not forget one that could not be ended yet.

A revocation is written in the transaction that gives a grant up. It is tried at once, and by a periodic job with
growing pauses until Procore has confirmed it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, select, update

from embedded_app.crypto import Vault
from embedded_app.errors import CredentialError, KeysUnreachable, ProcoreError
from embedded_app.ids import CompanyId
from embedded_app.installations.models import LossCause, Revocation
from embedded_app.secret import Secret
from embedded_app.storage import company_scope, current_company_id, database_now, db, new_id, system_scope

_log = logging.getLogger(__name__)

_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)
_GIVEN_UP_AFTER = timedelta(days=30)


class Revocations:
    """Tokens on their way out. `revoke` ends one at Procore; unknown tokens are no error there."""

    def __init__(self, vault: Vault, revoke: Callable[[Secret], None]) -> None:
        self._vault = vault
        self._revoke = revoke

    def attempt(self) -> int:
        """Try all that are due in the company in scope, each in transactions of its own; how many are left."""
        due = db.session.scalars(select(Revocation.id).where(Revocation.next_at <= database_now())).all()
        db.session.commit()
        for revocation_id in due:
            self._attempt(revocation_id)
        left = db.session.scalar(select(func.count()).select_from(Revocation)) or 0
        db.session.commit()
        return left

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

    def _attempt(self, revocation_id: UUID) -> None:
        token = self._claim(revocation_id)
        if token is None:
            return
        try:
            self._revoke(token)
        except ProcoreError as error:
            _log.warning("token not revoked yet", extra={"code": error.code})
            return
        self._remove(revocation_id)

    def _claim(self, revocation_id: UUID) -> Secret | None:
        """Move the next attempt into the future, so that nobody else tries now; `None` when somebody did."""
        now = database_now()
        row = db.session.get(Revocation, revocation_id)
        if row is None or row.next_at > now:
            db.session.commit()
            return None
        try:
            token = self._vault.open_secret(row.seal_context(), row.sealed_token)
        except KeysUnreachable:
            db.session.rollback()
            return None
        except CredentialError:
            _log.exception("a token that is to be revoked cannot be opened any more")
            self._remove(revocation_id)
            return None
        if now - row.created_at > _GIVEN_UP_AFTER:
            _log.error("a token was never revoked", extra={"reason": row.reason})
            self._remove(revocation_id)
            return None
        claimed = db.session.execute(
            update(Revocation)
            .where(Revocation.id == revocation_id, Revocation.next_at == row.next_at)
            .values(attempts=Revocation.attempts + 1, next_at=_next_time(now, row.attempts))
            .execution_options(synchronize_session=False)
        )
        db.session.commit()
        return token if cast("CursorResult[Any]", claimed).rowcount == 1 else None

    def _remove(self, revocation_id: UUID) -> None:
        db.session.execute(
            delete(Revocation)
            .where(Revocation.id == revocation_id)
            .execution_options(synchronize_session=False)
        )
        db.session.commit()


def note_revocation(vault: Vault, token: Secret, reason: LossCause) -> None:
    """Note that `token` is to be ended, in the open transaction of the company in scope."""
    now = database_now()
    row = Revocation(
        id=new_id(), company_id=current_company_id(), reason=str(reason), next_at=now, created_at=now
    )
    row.sealed_token = vault.seal(row.seal_context(), token)
    db.session.add(row)


def _next_time(now: datetime, attempts: int) -> datetime:
    doubled: int = 2 ** min(attempts, 16)
    return now + min(_FIRST_PAUSE * doubled, _LONGEST_PAUSE)
