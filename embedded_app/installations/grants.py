"""The grants of the company in scope: find one, store one, give all of them back."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from embedded_app.clock import Clock
from embedded_app.crypto import Vault
from embedded_app.errors import CredentialError, GrantLost
from embedded_app.ids import CompanyId
from embedded_app.installations.custody import Custody, LossCause, good_marks
from embedded_app.installations.models import Grant, GrantState, token_context
from embedded_app.installations.refresh import Refresher
from embedded_app.installations.tokens import pack_tokens, unpack_tokens
from embedded_app.procore import TokenSet
from embedded_app.secret import Secret
from embedded_app.storage import current_company_id, database_now, db, new_id

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PrincipalGrant:
    """A grant as the Procore client takes it. Holds no token: each call looks again."""

    _refresher: Refresher
    company_id: CompanyId
    id: UUID

    @property
    def grant_id(self) -> str:
        return str(self.id)

    def access_token(self) -> Secret:
        return self._refresher.access_token(self.company_id, self.id)

    def renew(self, rejected: Secret) -> Secret:
        return self._refresher.renew(self.company_id, self.id, rejected)


@dataclass(frozen=True, slots=True)
class GrantCondition:
    """How a grant does, for people. `cause` and `since` are of its loss; `None` while it is good."""

    is_good: bool
    cause: LossCause | None
    since: datetime | None


class GrantService:
    """Grants; within the company scope that is open, where no company is named."""

    def __init__(self, vault: Vault, custody: Custody, refresher: Refresher, clock: Clock) -> None:
        self._vault = vault
        self._custody = custody
        self._refresher = refresher
        self._clock = clock

    def for_principal(self, company_id: CompanyId, principal_id: UUID) -> PrincipalGrant:
        """The principal's grant; whether it can still be used, shows when it is.

        Looked up apart, so that no transaction of the caller is open over the calls that follow.

        Raises:
            GrantLost: `absent`, when the principal has none.
        """
        grant_id = self._custody.find(company_id, principal_id)
        if grant_id is None:
            raise GrantLost(LossCause.ABSENT)
        return PrincipalGrant(self._refresher, company_id, grant_id)

    def condition(self, principal_id: UUID) -> GrantCondition:
        """How the principal's grant does."""
        row = db.session.execute(
            select(Grant.state, Grant.lost_cause, Grant.lost_at).where(Grant.principal_id == principal_id)
        ).one_or_none()
        if row is None:
            return GrantCondition(is_good=False, cause=LossCause.ABSENT, since=None)
        if row.state != GrantState.LOST:
            return GrantCondition(is_good=True, cause=None, since=None)
        return GrantCondition(is_good=False, cause=LossCause(row.lost_cause), since=row.lost_at)

    def store(self, principal_id: UUID, tokens: TokenSet) -> None:
        """Put `tokens` of a new authorization in place of whatever the principal had, in the open transaction.

        Raising the version makes it win over a refresh that is under way.
        """
        company_id = current_company_id()
        row = db.session.execute(
            update(Grant)
            .where(Grant.principal_id == principal_id)
            .values(version=Grant.version + 1)
            .returning(Grant.id, Grant.version)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        marks = good_marks(tokens, self._custody.refresh_time(tokens))
        grant_id, version = (new_id(), 1) if row is None else (row.id, row.version)
        sealed = self._vault.seal(token_context(company_id, grant_id, version), pack_tokens(tokens))
        if row is None:
            grant = Grant(
                id=grant_id,
                principal_id=principal_id,
                sealed_tokens=sealed,
                version=version,
                created_at=self._clock.now(),
                **marks,
            )
            db.session.add(grant)
            db.session.flush()
            return
        db.session.execute(
            update(Grant)
            .where(Grant.id == grant_id)
            .values(sealed_tokens=sealed, **marks)
            .execution_options(synchronize_session=False)
        )

    def give_up_all(self) -> tuple[Secret, ...]:
        """Wipe every token set of the company, in the open transaction.

        Returns the tokens, to be revoked after the commit; what can no longer be opened is wiped all the same.
        """
        company_id, now = current_company_id(), database_now()
        tokens = []
        for grant in db.session.scalars(select(Grant).where(Grant.sealed_tokens.is_not(None))):
            assert grant.sealed_tokens is not None
            context = token_context(company_id, grant.id, grant.version)
            try:
                pair = unpack_tokens(self._vault.open(context, grant.sealed_tokens))
            except CredentialError:
                _log.exception("a grant could not be opened to be revoked", extra={"grant_id": str(grant.id)})
                continue
            tokens.append(pair.refresh_token or pair.access_token)
        db.session.execute(
            update(Grant)
            .values(
                sealed_tokens=None,
                version=Grant.version + 1,
                state=GrantState.LOST,
                lease_until=None,
                retry_at=None,
                lost_cause=str(LossCause.DISCONNECTED),
                lost_at=now,
            )
            .execution_options(synchronize_session=False)
        )
        return tuple(tokens)
