"""A grant in custody, with the handles that a test needs."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import update

from embedded_app.clock import Clock
from embedded_app.crypto import EnvironmentKeys, Vault
from embedded_app.ids import CompanyId
from embedded_app.installations import Custody, Grant, GrantService, Refresher, Revocation, Revocations
from embedded_app.principals import Principal
from embedded_app.procore import TokenSet
from embedded_app.storage import (
    Company,
    CompanyState,
    company_scope,
    database_now,
    db,
    find_wrapped_key,
    new_id,
)
from tests.factories.settings import config
from tests.fakes.token_host import TokenHost

ONE, TWO = CompanyId(1), CompanyId(2**62)
EXPIRED = timedelta(seconds=6000)
AHEAD = timedelta(seconds=5000)
"""Past 80 % of 5400 s, and still live."""


class Keeper:
    """A grant in custody, and one process' view of it."""

    def __init__(self, app: Flask, host: TokenHost, clock: Clock) -> None:
        self.app = app
        self.host = host
        self.vault = Vault(EnvironmentKeys(config().master_keys), find_wrapped_key, clock)
        self.custody = Custody(app, self.vault)
        self.clock = clock
        self.refresher = self.another_process()
        self.revoked: list[str] = []
        self.revocations = Revocations(self.vault, lambda token: self.revoked.append(token.reveal()), clock)
        self.grants = GrantService(self.vault, self.custody, self.refresher, clock)
        self.grant_id = UUID(int=0)
        self.principal_id = UUID(int=0)

    def another_process(self) -> Refresher:
        """The same grant without this process' memory."""
        return Refresher(self.custody, self.host.refresh, self.host.obtain, self.clock)

    def add_company(self, company_id: CompanyId) -> UUID:
        """A company with a principal; the principal's id."""
        with self.app.app_context(), company_scope(company_id):
            now = database_now()
            company = Company(
                id=company_id,
                name=f"Company {company_id}",
                state=CompanyState.CONNECTED,
                state_since=now,
                consent_version="1",
                consent_by="A",
                consent_at=now,
            )
            company.wrapped_key = self.vault.new_company_key(company_id)
            db.session.add(company)
            db.session.flush()
            principal = Principal(id=new_id(), user_id=7, name="Dana", login="dana", signed_in_at=now)
            principal_id = principal.id
            db.session.add(principal)
            db.session.commit()
            return principal_id

    def add_principal(self, name: str, user_id: int) -> UUID:
        with self.app.app_context(), company_scope(ONE):
            principal = Principal(
                id=new_id(), user_id=user_id, name=name, login=name.lower(), signed_in_at=database_now()
            )
            principal_id = principal.id
            db.session.add(principal)
            db.session.commit()
            return principal_id

    def store(self, tokens: TokenSet, company_id: CompanyId = ONE, principal_id: UUID | None = None) -> UUID:
        """Store a pair as a sign-in does; the grant's id."""
        principal_id = principal_id or self.principal_id
        with self.app.app_context(), company_scope(company_id):
            self.grants.store(principal_id, tokens)
            db.session.commit()
            return self.grants.for_principal(company_id, principal_id).id

    def sign_in_again(self, tokens: TokenSet) -> None:
        self.store(tokens)

    def leave_aside(self, tokens: TokenSet) -> None:
        """A refresh has brought these, and the database did not take them."""
        held = self.custody.look(ONE, self.grant_id)
        key = self.custody.announce(ONE, self.grant_id, held)
        assert key is not None
        self.custody.keep_aside(ONE, self.grant_id, held, tokens, key)

    def set(self, **values: object) -> None:
        with self.app.app_context(), company_scope(ONE):
            db.session.execute(update(Grant).where(Grant.id == self.grant_id).values(**values))
            db.session.commit()

    def row(self) -> Grant:
        with self.app.app_context(), company_scope(ONE):
            grant = db.session.get_one(Grant, self.grant_id)
            db.session.expunge(grant)
            return grant

    def let_time_pass(self) -> None:
        """Leases and pauses are over."""
        row = self.row()
        if row.lease_until is not None:
            self.set(lease_until=row.lease_until - timedelta(hours=1))
        if row.retry_at is not None:
            self.set(retry_at=row.retry_at - timedelta(hours=1))

    def let_access_tokens_run_out(self) -> None:
        """Those of pairs that were overtaken."""
        with self.app.app_context(), company_scope(ONE):
            db.session.execute(update(Revocation).values(next_at=Revocation.created_at))
            db.session.commit()

    def token(self, refresher: Refresher | None = None) -> str:
        return (refresher or self.refresher).access_token(ONE, self.grant_id).reveal()
