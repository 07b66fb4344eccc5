"""A company's installation: the steps of a sign-in at Procore, connecting, disconnecting, noticing an uninstall.

Who signs in becomes a principal one level above; this package knows no person, only the tokens it keeps for one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.exc import SQLAlchemyError

from embedded_app import audit
from embedded_app.clock import Clock
from embedded_app.crypto import Vault
from embedded_app.errors import (
    CredentialError,
    GrantLost,
    KeysUnreachable,
    NotInstalled,
    PermissionMissing,
    ProcoreError,
    UnknownOption,
)
from embedded_app.ids import CompanyId, ProjectId
from embedded_app.installations.doctor import Diagnosis
from embedded_app.installations.examination import examine
from embedded_app.installations.flows import Flows
from embedded_app.installations.grants import GrantService
from embedded_app.installations.models import FlowKind, LossCause, SignInFlow
from embedded_app.installations.revocations import GivenUp, Revocations, Revoked
from embedded_app.installations.tokens import FreshTokens, SignIn
from embedded_app.procore import Company as ProcoreCompany
from embedded_app.procore import Grant, Procore
from embedded_app.storage import (
    Company,
    CompanyState,
    company_scope,
    current_company_id,
    database_now,
    db,
    give_connection_back,
    system_scope,
)

_log = logging.getLogger(__name__)

_NOT_CONNECTED = "app_not_connected"
"""Why a company is disconnected: Procore said so."""

CONSENT_VERSION = "2026-11-30"
"""Of the text on /install; change it whenever that text changes in meaning."""


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and the cookie it must bring back."""

    flow_id: UUID
    authorize_url: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Connection:
    """What is to be written about a company that connects; all of it asked from Procore beforehand."""

    company_id: CompanyId
    name: str
    web_base_url: str
    consent_version: str
    consent_by: str


@dataclass(frozen=True, slots=True)
class Deleted:
    """What became of a company that was to be deleted.

    Attributes:
        is_deleted: otherwise it is disconnected, and something keeps it from being deleted.
        revoked: what became of its token pairs.
        left: how many of them, or of earlier ones, Procore has yet to end.
        is_refreshing: a refresh under way may still bring a pair.
    """

    is_deleted: bool
    revoked: Revoked
    left: int
    is_refreshing: bool


class InstallationService:
    """The use cases of an installation.

    Attributes:
        flows: sign-ins under way.
        grants: of the company in scope.
        revocations: tokens that Procore has yet to end.
    """

    def __init__(
        self,
        *,
        vault: Vault,
        procore: Procore,
        clock: Clock,
        redirect_uri: str,
        flows: Flows,
        grants: GrantService,
        revocations: Revocations,
        grant_retention: timedelta,
    ) -> None:
        self._vault = vault
        self._procore = procore
        self._clock = clock
        self._redirect_uri = redirect_uri
        self.flows = flows
        self.grants = grants
        self.revocations = revocations
        self._grant_retention = grant_retention

    def begin(
        self,
        kind: FlowKind,
        *,
        cookie: str | None,
        company_claim: CompanyId | None = None,
        challenge: str | None = None,
        next_path: str | None = None,
    ) -> Begun:
        """Begin a sign-in at Procore; for an install, this is the consent. See `Flows.issue`."""
        issued = self.flows.issue(
            kind,
            cookie=cookie,
            company_claim=company_claim,
            challenge=challenge,
            consent_version=CONSENT_VERSION if kind is FlowKind.INSTALL else None,
            next_path=next_path,
        )
        url = self._procore.authorization.authorize_url(self._redirect_uri, issued.state)
        return Begun(issued.flow_id, url, issued.cookie)

    def exchange(self, flow: SignInFlow, code: str) -> SignIn:
        """Who came back with `code`. The tokens are kept with the flow from the moment on that they are here.

        Raises:
            ProcoreError: the code is used, foreign or expired, or Procore cannot be asked.
        """
        flow_id = flow.id
        give_connection_back()  # Procore is asked next
        tokens = self._procore.authorization.exchange(code, self._redirect_uri)
        try:
            self.flows.hold(flow_id, tokens)
        except (SQLAlchemyError, KeysUnreachable):  # they exist in this process alone
            with suppress(ProcoreError):
                self._procore.authorization.revoke(tokens.refresh_token or tokens.access_token)
            raise
        me = self._procore.viewer(FreshTokens(str(flow_id), tokens)).me()
        return SignIn(str(flow_id), tokens, me.id, me.login)

    def list_companies(self, sign_in: Grant) -> tuple[ProcoreCompany, ...]:
        """The person's companies, by name. Asks no company: a call for one counts as using the app there."""
        companies = self._procore.viewer(sign_in).companies()
        return tuple(sorted(companies, key=lambda company: company.name.casefold()))

    def list_connected(self, company_ids: list[CompanyId]) -> set[CompanyId]:
        """Those of `company_ids` that are connected with us."""
        with system_scope("which of a person's companies are connected"):
            found = db.session.scalars(
                select(Company.id).where(Company.id.in_(company_ids), Company.state == CompanyState.CONNECTED)
            ).all()
        return {CompanyId(company_id) for company_id in found}

    def get_state(self) -> CompanyState | None:
        """Where the company in scope stands; `None` when it never connected."""
        state = db.session.scalar(select(Company.state).where(Company.id == current_company_id()))
        return None if state is None else CompanyState(state)

    def require_connected(self) -> None:
        """Raise `NotInstalled` unless the company in scope is connected."""
        if self.get_state() is not CompanyState.CONNECTED:
            raise NotInstalled("This company is not connected. A company administrator can connect it.")

    def check_connection(
        self, sign_in: SignIn, company_id: CompanyId, consent_version: str
    ) -> tuple[Connection, str | None]:
        """Ask Procore all that connecting the chosen company needs; also the person's name there.

        Raises:
            UnknownOption: the company is not in the person's list.
            PermissionMissing: the person does not administer it.
            AppNotConnected: the app is not installed there in Procore.
            NotInstalled: the operator has suspended the company.
        """
        chosen = next((c for c in self.list_companies(sign_in) if c.id == company_id), None)
        if chosen is None:
            raise UnknownOption("This company is not in your list. Choose one of the companies shown.")
        with company_scope(company_id):
            if self.get_state() is CompanyState.SUSPENDED:
                raise NotInstalled("This company is suspended here. Write to support.")
            give_connection_back()  # Procore is asked next
        self._procore.resume(company_id)
        company = self._procore.company(company_id, sign_in)
        if not company.permissions(refresh=True).is_company_admin():
            raise PermissionMissing("You are not an administrator of this company in Procore.")
        me = company.me(refresh=True)
        connection = Connection(
            company_id, chosen.name, company.web_base_url(), consent_version, me.name or me.login
        )
        return connection, me.name

    def connect(self, connection: Connection) -> None:
        """Write the company as connected, in the open transaction of its scope.

        The first time and every other time are one path, and the last consent counts. A company whose key was
        destroyed gets a new one; what was sealed under the old one stays unreadable, so its grants are lost.
        """
        now = database_now()
        company = db.session.scalars(
            select(Company).where(Company.id == connection.company_id).with_for_update()
        ).one_or_none()
        if company is None:
            company = Company(id=connection.company_id, audit_sequence=0, audit_head="")
            db.session.add(company)
        company.name = connection.name
        company.web_base_url = connection.web_base_url
        company.state, company.state_reason, company.state_since = CompanyState.CONNECTED, None, now
        company.consent_version = connection.consent_version
        company.consent_by, company.consent_at = connection.consent_by, now
        if company.wrapped_key is None:
            company.wrapped_key = self._vault.new_company_key(connection.company_id)
            db.session.flush()
            self.grants.lose_unreadable()
        db.session.flush()

    def disconnect(self, actor: audit.Actor) -> Revoked:
        """End the connection of the company in scope because a person asked for it.

        Everybody's tokens are wiped here first and then revoked at Procore; what Procore has yet to confirm is
        tried again by `sweep`.
        """
        company_id = current_company_id()
        given_up = self.grants.give_up_all(LossCause.DISCONNECTED)
        self._disconnect(actor)
        self._procore.invalidate(company_id=company_id)
        return self.revocations.end(given_up)

    def delete(self, company_id: CompanyId, actor: audit.Actor, *, wait_for_procore: bool = True) -> Deleted:
        """Delete the company and all that is its own.

        As long as Procore has yet to end a token, or a refresh under way may bring one, the company is only
        disconnected, since nobody could end it afterwards; unless Procore is not waited for. With its row goes its
        key, so that what a backup holds cannot be opened.

        Raises:
            UnknownOption: there is no such company.
        """
        with company_scope(company_id):
            if self.get_state() is None:
                raise UnknownOption("This company is not here.")
            self.grants.take_all_from_aside()
            given_up = self.grants.give_up_all(LossCause.DISCONNECTED)
            self._disconnect(actor)
            self._procore.invalidate(company_id=company_id)
            revoked = self.revocations.end(given_up, seconds=float("inf"))
            # Also what was given up before, and what a refresh has brought since.
            self.revocations.attempt()
            left = self.revocations.count()
            is_refreshing = self.grants.has_refresh_under_way()
            if wait_for_procore and (left or is_refreshing):
                db.session.commit()
                return Deleted(is_deleted=False, revoked=revoked, left=left, is_refreshing=is_refreshing)
            db.session.execute(delete(Company).where(Company.id == company_id))
            db.session.commit()
        _log.warning("company deleted", extra={"company_id": company_id, "tokens_left": left})
        return Deleted(is_deleted=True, revoked=revoked, left=left, is_refreshing=is_refreshing)

    def sign_out_everywhere(self, principal_id: UUID, actor: audit.Actor, person: audit.Actor) -> Revoked:
        """Give up the grant of the principal, who is `person`, because `actor` asked; returns as `disconnect`."""
        given_up = self.grants.give_up(principal_id)
        if given_up.grants:  # somebody else may have asked a moment ago
            audit.record("grant.revoked", actor=actor, person=person, detail={"reason": "signed_out"})
        db.session.commit()
        return self.revocations.end(given_up)

    def sweep(self) -> None:
        """End at Procore what is due, of every company and of sign-ins that nobody finished.

        Companies that are disconnected by now give up their grants first: an uninstall is noticed in the middle
        of a person's request, which does not wait for that.
        """
        for company_id in self.grants.list_disconnected_companies():
            with company_scope(company_id), self._going_on("grants not given up"):
                self._give_up_disconnected(company_id)
        self.revocations.sweep()
        for flow_id in self.flows.list_due():
            self.end_sign_in(flow_id)

    def _give_up_disconnected(self, company_id: CompanyId) -> None:
        # A write at once and no row read before it: connecting at the same moment comes before it or after it.
        row = db.session.execute(
            update(Company)
            .where(Company.id == company_id, Company.state == CompanyState.DISCONNECTED)
            .values(state=CompanyState.DISCONNECTED)
            .returning(Company.state_reason)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        if row is None:
            db.session.rollback()
            return
        cause = LossCause.UNINSTALLED if row.state_reason == _NOT_CONNECTED else LossCause.DISCONNECTED
        given_up = self.grants.give_up_all(cause)
        self._note_given_up(given_up, cause)
        db.session.commit()

    def end_sign_in(self, flow_id: UUID) -> None:
        """End at Procore the tokens of a sign-in that gave no session, if it has any and they are due.

        What Procore does not confirm is tried again by `sweep`.
        """
        token = self.flows.claim(flow_id)
        if token is None:
            return
        try:
            self._procore.authorization.revoke(token)
        except ProcoreError as error:
            _log.warning("token not revoked yet", extra={"code": error.code})
        else:
            self.flows.forget(flow_id)

    def revoke_dormant(self, unused_for: timedelta | None = None) -> tuple[int, Revoked]:
        """Give up the persons' grants that nobody used for so long, in every company.

        Returns how many grants there were, and what became of their pairs. `None` is the configured period.
        """
        unused_for = unused_for or self._grant_retention
        grants, revoked = 0, Revoked()
        for company_id in self.grants.list_companies_with_dormant(unused_for):
            with company_scope(company_id), self._going_on("dormant grants not given up"):
                given_up = self.grants.give_up_dormant(unused_for)
                self._note_given_up(given_up, LossCause.DORMANT)
                db.session.commit()
                grants += given_up.grants
                revoked += self.revocations.end(given_up, seconds=float("inf"))
        if grants:
            _log.info("dormant grants given up", extra={"count": grants})
        return grants, revoked

    def _note_given_up(self, given_up: GivenUp, cause: LossCause) -> None:
        if given_up.grants:
            audit.record(
                "grant.revoked",
                actor=audit.SYSTEM,
                detail={"reason": str(cause), "count": str(given_up.grants)},
            )

    @contextmanager
    def _going_on(self, message: str) -> Iterator[None]:
        """What keys keep from one company does not keep the others from their turn."""
        try:
            yield
        except CredentialError:
            db.session.rollback()
            _log.exception(message, extra={"company_id": current_company_id()})

    def obtain_service_account(self, company_id: CompanyId) -> bool:
        """Get the grant of the service account, where the app version carries one; whether there is one now.

        One pair of credentials serves all companies, so Procore is asked whether this company takes the token
        (platform reference, section 2.4). That nobody can be asked is no failure: the grant of who
        connected serves until the company connects again.
        """
        try:
            tokens = self._procore.authorization.client_credentials()
            self._procore.company(company_id, FreshTokens("service", tokens)).me(refresh=True)
        except (ProcoreError, GrantLost) as error:
            _log.info("no service account", extra={"company_id": company_id, "code": error.code})
            return False
        with company_scope(company_id):
            self.grants.store(None, tokens)
            db.session.commit()
        return True

    def examine(
        self, company_id: CompanyId, grant: Grant | None = None, project_id: ProjectId | None = None
    ) -> tuple[Diagnosis, ...]:
        """The doctor's word about a company; with the grant of background work when none is given."""
        return examine(
            self._procore, company_id, lambda: grant or self.grants.for_background(company_id), project_id
        )

    def notice_uninstalled(self, company_id: CompanyId, asked_at: float | None) -> None:
        """Procore answered "App is not connected to this company": work for it stops until it connects again.

        The grants are given up by `sweep`. Says it once, however often it is noticed.
        An answer to a call that began before the company connected is about an earlier connection, and changes
        nothing; if the app is gone again, the next call says so. How long ago the call began is measured in this
        process and taken off the database's clock, by which connecting is dated: so machines' clocks may differ.

        Args:
            company_id: whom the answer was about.
            asked_at: when the call began, as `AppNotConnected` tells; `None` is taken for now.
        """
        age = timedelta(seconds=0 if asked_at is None else self._clock.monotonic() - asked_at)
        with company_scope(company_id):
            began = database_now() - age
            # A write at once and no row read before it: connecting at the same moment comes before it or after it.
            marked = db.session.execute(
                update(Company)
                .where(
                    Company.id == company_id,
                    Company.state == CompanyState.CONNECTED,
                    Company.state_since <= began,
                )
                .values(state=CompanyState.DISCONNECTED)
                .execution_options(synchronize_session=False)
            )
            if cast("CursorResult[Any]", marked).rowcount == 1:
                self._mark_disconnected(_NOT_CONNECTED, audit.SYSTEM)
            else:
                db.session.rollback()
        self._procore.invalidate(company_id=company_id)

    def _disconnect(self, actor: audit.Actor) -> None:
        """Mark the company in scope because `actor` asked for it, unless it is disconnected already."""
        # A write at once and no row read before it: of two who ask at the same moment, one is recorded.
        marked = db.session.execute(
            update(Company)
            .where(Company.id == current_company_id(), Company.state != CompanyState.DISCONNECTED)
            .values(state=CompanyState.DISCONNECTED)
            .execution_options(synchronize_session=False)
        )
        if cast("CursorResult[Any]", marked).rowcount == 1:
            self._mark_disconnected("asked", actor)
        else:
            db.session.commit()

    def _mark_disconnected(self, reason: str, actor: audit.Actor) -> None:
        company = db.session.get_one(Company, current_company_id())
        company.state, company.state_reason = CompanyState.DISCONNECTED, reason
        company.state_since = database_now()
        db.session.flush()
        audit.record(
            "installation.disconnected", actor=actor, subject=company.name, detail={"reason": reason}
        )
        db.session.commit()
