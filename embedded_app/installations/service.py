"""A company's installation: the steps of a sign-in at Procore, connecting, disconnecting, noticing an uninstall.

Who signs in becomes a principal one level above; this package knows no person, only the tokens it keeps for one.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, select, update

from embedded_app import audit
from embedded_app.clock import Clock
from embedded_app.crypto import Vault
from embedded_app.errors import (
    CredentialError,
    GrantLost,
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
from embedded_app.installations.models import FlowKind, SignInFlow
from embedded_app.installations.revocations import Revocations
from embedded_app.installations.tokens import FreshTokens, SignIn
from embedded_app.procore import Company as ProcoreCompany
from embedded_app.procore import Grant, Procore
from embedded_app.secret import Secret
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

CONSENT_VERSION = "2026-11-20"
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
        """Who came back with `code`.

        Raises:
            ProcoreError: the code is used, foreign or expired, or Procore cannot be asked.
        """
        flow_id = str(flow.id)
        tokens = self._procore.authorization.exchange(code, self._redirect_uri)
        try:
            me = self._procore.viewer(FreshTokens(flow_id, tokens)).me()
        except ProcoreError:
            self.revoke(tokens.access_token)  # nobody will use them
            raise
        return SignIn(flow_id, tokens, me.id, me.login)

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
        if not company.permissions(anew=True).is_company_admin():
            raise PermissionMissing("You are not an administrator of this company in Procore.")
        me = company.me(anew=True)
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

    def disconnect(self, actor: audit.Actor) -> int:
        """End the connection of the company in scope because a person asked for it.

        Everybody's tokens are wiped here first and then revoked at Procore; how many Procore has yet to confirm
        is returned. Those are tried again by `sweep`.
        """
        company_id = current_company_id()
        self.grants.give_up_all()
        self._mark_disconnected("asked", actor)
        self._procore.invalidate(company_id=company_id)
        return self.revocations.attempt()

    def delete(self, company_id: CompanyId, actor: audit.Actor, *, wait_for_procore: bool = True) -> int:
        """Delete the company and all that is its own; how many tokens Procore has yet to end.

        As long as there are any the company is only disconnected, since nobody could end them afterwards; unless
        Procore is not waited for. With its row goes its key, so that what a backup holds cannot be opened.

        Raises:
            UnknownOption: there is no such company.
        """
        with company_scope(company_id):
            if self.get_state() is None:
                raise UnknownOption("This company is not here.")
            left = self.disconnect(actor)
            if left and wait_for_procore:
                return left
            db.session.execute(delete(Company).where(Company.id == company_id))
            db.session.commit()
        _log.warning("company deleted", extra={"company_id": company_id, "tokens_left": left})
        return left

    def sign_out_everywhere(self, principal_id: UUID, actor: audit.Actor, login: str) -> int:
        """Give up the principal's grant because `actor` asked for it; returns as `disconnect` does."""
        self.grants.give_up(principal_id)
        audit.record("grant.revoked", actor=actor, subject=login, detail={"reason": "signed_out"})
        db.session.commit()
        return self.revocations.attempt()

    def revoke_dormant(self, unused_for: timedelta | None = None) -> int:
        """Give up the persons' grants that nobody used for so long, in every company; how many there were.

        `None` stands for the configured period.
        """
        unused_for = unused_for or self._grant_retention
        total = 0
        for company_id in self.grants.list_companies_with_dormant(unused_for):
            with company_scope(company_id):
                try:
                    total += self._revoke_dormant(unused_for)
                except CredentialError:  # the others' turn comes all the same
                    db.session.rollback()
                    _log.exception("dormant grants not given up", extra={"company_id": company_id})
        if total:
            _log.info("dormant grants given up", extra={"count": total})
        return total

    def _revoke_dormant(self, unused_for: timedelta) -> int:
        count = self.grants.give_up_dormant(unused_for)
        if count:
            audit.record(
                "grant.revoked", actor=audit.SYSTEM, detail={"reason": "dormant", "count": str(count)}
            )
        db.session.commit()
        self.revocations.attempt()
        return count

    def obtain_service_account(self, company_id: CompanyId) -> bool:
        """Get the grant of the service account, where the app version carries one; whether there is one now.

        One pair of credentials serves all companies, so Procore is asked whether this company takes the token
        (platform reference, section 2.4). That nobody can be asked is no failure: the grant of who
        connected serves until the company connects again.
        """
        try:
            tokens = self._procore.authorization.client_credentials()
            self._procore.company(company_id, FreshTokens("service", tokens)).me(anew=True)
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

        The tokens stay, sealed, until the retention period ends. Says it once, however often it is noticed.
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
                self._mark_disconnected("app_not_connected", audit.SYSTEM)
            else:
                db.session.rollback()
        self._procore.invalidate(company_id=company_id)

    def revoke(self, token: Secret) -> bool:
        """End a token at Procore; whether Procore confirmed it. Never raises for Procore's sake."""
        try:
            self._procore.authorization.revoke(token)
        except ProcoreError as error:
            _log.warning("token not revoked", extra={"code": error.code})
            return False
        return True

    def _mark_disconnected(self, reason: str, actor: audit.Actor) -> None:
        company = db.session.get_one(Company, current_company_id())
        company.state, company.state_reason = CompanyState.DISCONNECTED, reason
        company.state_since = database_now()
        db.session.flush()
        audit.record(
            "installation.disconnected", actor=actor, subject=company.name, detail={"reason": reason}
        )
        db.session.commit()
