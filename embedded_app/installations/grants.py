"""The grants of the company in scope: find one, store one, give all of them back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, select, true, update

from embedded_app.clock import Clock
from embedded_app.crypto import SealContext, Sealed, Vault
from embedded_app.errors import GrantLost, KeyDestroyed, TokenRefused, UnknownKey, Unsealable
from embedded_app.ids import CompanyId
from embedded_app.installations.custody import Custody, forget_pair_key, good_marks
from embedded_app.installations.models import Grant, GrantState, LossCause, token_context
from embedded_app.installations.refresh import Refresher
from embedded_app.installations.revocations import GivenUp, make_due, note_given_up, note_overtaken
from embedded_app.installations.tokens import pack_tokens, unpack_tokens
from embedded_app.procore import TokenSet
from embedded_app.secret import Secret
from embedded_app.storage import (
    Company,
    CompanyState,
    company_scope,
    current_company_id,
    database_now,
    db,
    new_id,
    system_scope,
)

_log = logging.getLogger(__name__)

_CAN_WAIT = frozenset({LossCause.DORMANT, LossCause.UNINSTALLED})
"""What a job gives up, and no person."""


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
class BackgroundGrant:
    """The first of these grants that still gives tokens, tried anew with each call.

    A refusal by the API is no reason to take the next: whom the service account may read is the company's choice.
    """

    _candidates: tuple[PrincipalGrant, ...]

    @property
    def company_id(self) -> CompanyId:
        return self._candidates[0].company_id

    @property
    def grant_id(self) -> str:
        return self._candidates[0].grant_id

    def access_token(self) -> Secret:
        return self._first(PrincipalGrant.access_token)

    def renew(self, rejected: Secret) -> Secret:
        return self._first(lambda grant: grant.renew(rejected))

    def _first(self, ask: Callable[[PrincipalGrant], Secret]) -> Secret:
        *others, last = self._candidates
        for grant in others:
            try:
                return ask(grant)
            except (GrantLost, TokenRefused) as refusal:
                _log.warning(
                    "another grant is used", extra={"grant_id": grant.grant_id, "code": refusal.code}
                )
        return ask(last)


@dataclass(frozen=True, slots=True)
class GrantCondition:
    """How a grant does, for people. `cause` and `since` are of its loss; `None` while it is good."""

    is_good: bool
    cause: LossCause | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Loss:
    """How many grants of a company were lost for one cause, and when the latest was."""

    cause: LossCause
    count: int
    latest: datetime


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

    def condition(self, principal_id: UUID | None) -> GrantCondition:
        """How the principal's grant does; the service account's for `None`."""
        row = db.session.execute(
            select(Grant.state, Grant.lost_cause, Grant.lost_at).where(Grant.principal_id == principal_id)
        ).one_or_none()
        if row is None:
            return GrantCondition(is_good=False, cause=LossCause.ABSENT, since=None)
        if row.state != GrantState.LOST:
            return GrantCondition(is_good=True, cause=None, since=None)
        return GrantCondition(is_good=False, cause=LossCause(row.lost_cause), since=row.lost_at)

    def list_losses(self) -> tuple[Loss, ...]:
        """Grants that died without anybody asking for it, by cause."""
        asked_for = (
            LossCause.DISCONNECTED,
            LossCause.UNINSTALLED,
            LossCause.SIGNED_OUT,
            LossCause.DORMANT,
        )
        rows = db.session.execute(
            select(Grant.lost_cause, func.count(), func.max(Grant.lost_at))
            .where(Grant.state == GrantState.LOST, Grant.lost_cause.not_in(asked_for))
            .group_by(Grant.lost_cause)
            .order_by(Grant.lost_cause)
        )
        return tuple(
            Loss(LossCause(cause), count, latest) for cause, count, latest in rows if cause and latest
        )

    def store(self, principal_id: UUID | None, tokens: TokenSet) -> None:
        """Put `tokens` of a new authorization in place of whatever the principal had, in the open transaction.

        `None` stands for the company's service account. What the principal had is noted, to be ended at Procore.

        Raising the version makes it win over a refresh that is under way. The key of a pair that was kept aside
        stays, so that the pair can be opened and ended at Procore.
        """
        company_id = current_company_id()
        row = db.session.execute(
            update(Grant)
            .where(Grant.principal_id == principal_id)
            .values(version=Grant.version + 1)
            .returning(Grant.id, Grant.version, Grant.sealed_tokens)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        marks = good_marks(tokens, self._custody.refresh_time(tokens))
        grant_id, version = (new_id(), 1) if row is None else (row.id, row.version)
        context = token_context(company_id, grant_id, version, principal_id)
        sealed = self._vault.seal(context, pack_tokens(tokens))
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
        self._note_overtaken(replace(context, version=version - 1), row.sealed_tokens, tokens)
        db.session.execute(
            update(Grant)
            .where(Grant.id == grant_id)
            .values(sealed_tokens=sealed, **marks)
            .execution_options(synchronize_session=False)
        )

    def _note_overtaken(self, context: SealContext, old: Sealed | None, tokens: TokenSet) -> None:
        """The pair that `tokens` take the place of is to be ended in its time."""
        if old is None:
            return
        try:
            pair = unpack_tokens(self._vault.open(context, old))
        except (KeyDestroyed, Unsealable):  # the new authorization repairs it all the same
            _log.exception("an overtaken pair could not be opened", extra={"grant_id": context.row_id})
            return
        if (
            pair.access_token != tokens.access_token
        ):  # a login host may give the service account one token twice
            note_overtaken(self._vault, UUID(context.row_id), pair, is_spent=False)

    def mark_installer(self, principal_id: UUID) -> None:
        """The company was connected by this principal, in the open transaction."""
        db.session.execute(
            update(Grant)
            .values(is_installer=func.coalesce(Grant.principal_id == principal_id, false()))
            .execution_options(synchronize_session=False)
        )

    def for_background(self, company_id: CompanyId) -> BackgroundGrant:
        """What work uses that nobody waits for: the service account's grant, else that of who connected last.

        In this order, because the reference has companies and projects chosen with a person's token and background
        work done with the service account's (section 2.4). Never for a person's view: what it reads is shown to a
        person only after that person's own check (section 6).

        Raises:
            GrantLost: neither can be used; with the cause of the first.
        """
        with company_scope(company_id):
            found = db.session.execute(
                select(Grant.id, Grant.state, Grant.lost_cause)
                .where(Grant.principal_id.is_(None) | Grant.is_installer)
                .order_by(Grant.principal_id.is_not(None))
            ).all()
        usable = tuple(
            PrincipalGrant(self._refresher, company_id, row.id)
            for row in found
            if row.state != GrantState.LOST
        )
        if not usable:
            raise GrantLost(found[0].lost_cause if found else LossCause.ABSENT)
        return BackgroundGrant(usable)

    def take_all_from_aside(self) -> None:
        """Store the token pairs that the database did not take, of every company."""
        stored = self._custody.take_all_from_aside()
        if stored:
            _log.warning("token pairs stored that were kept aside", extra={"count": stored})

    def give_up_all(self, cause: LossCause) -> GivenUp:
        """Wipe every token set of the company, and note that it is to be revoked, in the open transaction.

        With each grant all of its pairs are due that others overtook.
        """
        return self._give_up(None, cause)

    def give_up(self, principal_id: UUID) -> GivenUp:
        """The same for one principal, because the person asked for it."""
        return self._give_up(Grant.principal_id == principal_id, LossCause.SIGNED_OUT)

    def give_up_dormant(self, unused_for: timedelta) -> GivenUp:
        """The same for persons' grants that nobody used for so long.

        Only use refreshes a grant, so the end of its access token tells when it was used last.
        """
        return self._give_up(_is_dormant(unused_for) & Grant.sealed_tokens.is_not(None), LossCause.DORMANT)

    def has_refresh_under_way(self) -> bool:
        """Whether a refresh in the company may still bring a pair, also to a grant that was given up."""
        under_way = select(Grant.id).where(Grant.lease_until > database_now()).limit(1)
        return db.session.scalar(under_way) is not None

    def list_disconnected_companies(self) -> list[CompanyId]:
        """Which companies are disconnected and have grants all the same: `give_up_all` ends them."""
        with system_scope("grants of companies that are disconnected"):
            found = db.session.scalars(
                select(Company.id).where(
                    Company.state == CompanyState.DISCONNECTED,
                    Company.id.in_(select(Grant.company_id).where(Grant.sealed_tokens.is_not(None))),
                )
            ).all()
            db.session.commit()
        return [CompanyId(company_id) for company_id in found]

    def list_companies_with_dormant(self, unused_for: timedelta) -> list[CompanyId]:
        """Whose grants `give_up_dormant` would give up."""
        with system_scope("dormant grants"):
            found = db.session.scalars(
                select(Grant.company_id)
                .where(_is_dormant(unused_for), Grant.sealed_tokens.is_not(None))
                .distinct()
            ).all()
            db.session.commit()
        return [CompanyId(company_id) for company_id in found]

    def _give_up(self, which: ColumnElement[bool] | None, cause: LossCause) -> GivenUp:
        """`None` stands for all of the company, with what is left of grants that it does not have any more."""
        query = select(Grant) if which is None else select(Grant).where(which)
        found = db.session.scalars(query.with_for_update()).all()
        chosen = [grant for grant in found if grant.sealed_tokens is not None]
        unreadable = 0
        for grant in chosen:
            assert grant.sealed_tokens is not None
            try:
                pair = unpack_tokens(self._vault.open(grant.seal_context(), grant.sealed_tokens))
            except (KeyDestroyed, Unsealable, UnknownKey) as error:  # wiped all the same
                if cause in _CAN_WAIT and isinstance(error, UnknownKey):
                    raise  # nobody waits for it, and with the key again it can be revoked
                _log.exception("a grant could not be opened to be revoked", extra={"grant_id": str(grant.id)})
                unreadable += 1
            else:
                note_given_up(self._vault, grant.id, pair, cause)
        db.session.flush()
        pairs = make_due(None if which is None else [grant.id for grant in found], cause)
        self._wipe(Grant.id.in_([grant.id for grant in chosen]), cause)
        return GivenUp(len(chosen), pairs, unreadable)

    def lose_unreadable(self) -> None:
        """The company's key was destroyed, and with it every token set that it has, in the open transaction."""
        self._wipe(Grant.sealed_tokens.is_not(None), LossCause.KEY_DESTROYED)
        forget_pair_key(true())

    def _wipe(self, which: ColumnElement[bool], cause: LossCause) -> None:
        """The lease stays: a refresh under way brings a pair that is to be revoked as well."""
        db.session.execute(
            update(Grant)
            .where(which)
            .values(
                sealed_tokens=None,
                version=Grant.version + 1,
                state=GrantState.LOST,
                retry_at=None,
                lost_cause=str(cause),
                lost_at=database_now(),
            )
            .execution_options(synchronize_session=False)
        )


def _is_dormant(unused_for: timedelta) -> ColumnElement[bool]:
    return (Grant.expires_at < database_now() - unused_for) & Grant.principal_id.is_not(None)
