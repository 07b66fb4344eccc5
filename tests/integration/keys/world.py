"""An app with companies whose values are sealed, for tests and for the processes that tests start."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from flask import Flask
from sqlalchemy import select, update

from embedded_app import audit, services, storage
from embedded_app.clock import Clock
from embedded_app.crypto import KeyProvider, Sealed, Vault, WrappedKey
from embedded_app.ids import CompanyId
from embedded_app.installations.models import FlowKind, SignInFlow
from embedded_app.keys import KeyService
from embedded_app.sources.models import Source, SourceFile
from embedded_app.storage import Company, CompanyState, company_scope, db, new_id, system_scope
from tests.factories.settings import config

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def key(key_id: str, seed: int | None = None) -> str:
    """A master key for the environment, always the same for one id unless `seed` says otherwise."""
    byte = sum(key_id.encode()) % 251 if seed is None else seed
    return f"{key_id}:{base64.b64encode(bytes([byte] * 32)).decode()}"


class World:
    """One process' view of the database."""

    def __init__(self, database_url: str, provider: KeyProvider, clock: Clock) -> None:
        self.app = Flask("embedded_app")
        storage.init_app(self.app, config(DATABASE_URL=database_url), provider)
        self.vault = Vault(provider, storage.find_wrapped_key, clock)
        self.keys = KeyService(self.vault, clock)
        made: Any = SimpleNamespace(keys=self.keys)  # all that the commands about keys ask for
        services.init_app(self.app, made)

    def close(self) -> None:
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def add_company(self, number: int) -> CompanyId:
        """A company with a source whose password is "0" and a file."""
        company_id = CompanyId(number)
        with self.app.app_context(), company_scope(company_id):
            company = Company(
                id=company_id, name=f"Company {number}", state=CompanyState.CONNECTED, state_since=NOW,
                consent_version="1", consent_by="Dana", consent_at=NOW,
            )  # fmt: skip
            company.wrapped_key = self.vault.new_company_key(company_id)
            db.session.add(company)
            db.session.flush()
            source = Source(
                id=new_id(), company_id=company_id, name="ERP", kind="sql", settings={}, version=1,
                keep_seconds=60, columns=[], created_at=NOW, updated_at=NOW,
            )  # fmt: skip
            source.credentials = self.vault.seal(source.seal_context(), b"0")
            file = SourceFile(
                id=new_id(), company_id=company_id, file_name="a.csv", sha256="", size=4, uploaded_at=NOW,
                uploaded_by="Dana",
            )  # fmt: skip
            file.content = self.vault.seal(file.seal_context(), b"rows")
            db.session.add_all([source, file])
            db.session.commit()
        return company_id

    def add_sign_in(self) -> None:
        with self.app.app_context():
            flow = SignInFlow(
                id=new_id(), kind=FlowKind.INSTALL, state_hash=new_id().hex, cookie_hash="", created_at=NOW
            )
            wrapped, flow.sealed_sign_in = self.vault.seal_apart(flow.seal_context(), b"person")
            flow.master_key_id, flow.wrapped_key = wrapped.master_key_id, wrapped.wrapped
            db.session.add(flow)
            db.session.commit()

    def open_sign_ins(self) -> list[bytes]:
        with self.app.app_context():
            return [
                self.vault.open_apart(flow.seal_context(), flow.own_key, flow.sealed_sign_in)
                for flow in db.session.scalars(select(SignInFlow))
                if flow.own_key is not None and flow.sealed_sign_in is not None
            ]

    def password(self, company_id: CompanyId) -> bytes:
        with self.app.app_context(), company_scope(company_id):
            source = db.session.scalars(select(Source)).one()
            assert source.credentials is not None
            return self.vault.open(source.seal_context(), source.credentials)

    def content(self, company_id: CompanyId) -> bytes:
        with self.app.app_context(), company_scope(company_id):
            file = db.session.scalars(select(SourceFile)).one()
            return self.vault.open(file.seal_context(), file.content)

    def set_password(self, company_id: CompanyId, password: bytes) -> None:
        """Store it under the next version, as saving a source does."""
        with self.app.app_context(), company_scope(company_id):
            source = db.session.scalars(select(Source).with_for_update()).one()
            source.version += 1
            source.credentials = self.vault.seal(source.seal_context(), password)
            db.session.commit()

    def take_source(self, company_id: CompanyId) -> tuple[Sealed | None, int, WrappedKey | None]:
        """What somebody who can read the database copies: the sealed password, its version, the wrapped key."""
        with self.app.app_context(), company_scope(company_id):
            source = db.session.scalars(select(Source)).one()
            return source.credentials, source.version, db.session.get_one(Company, company_id).wrapped_key

    def put_back(
        self,
        company_id: CompanyId,
        row: tuple[Sealed | None, int, WrappedKey | None],
        *,
        with_key: bool = False,
    ) -> None:
        with self.app.app_context(), company_scope(company_id):
            db.session.execute(update(Source).values(credentials=row[0], version=row[1]))
            if with_key:
                db.session.get_one(Company, company_id).wrapped_key = row[2]
            db.session.commit()

    def seal_late(self, company_id: CompanyId) -> tuple[Sealed, int]:
        """Seal a password for the next version, and do not store it yet."""
        with self.app.app_context(), company_scope(company_id):
            source = db.session.scalars(select(Source)).one()
            context = replace(source.seal_context(), version=source.version + 1)
            return self.vault.seal(context, b"late"), context.version

    def store_late(self, company_id: CompanyId, late: tuple[Sealed, int]) -> None:
        with self.app.app_context(), company_scope(company_id):
            db.session.execute(update(Source).values(credentials=late[0], version=late[1]))
            db.session.commit()

    def generations(self, company_id: CompanyId) -> set[int]:
        """Of everything that is sealed for the company."""
        with self.app.app_context(), company_scope(company_id):
            source = db.session.scalars(select(Source)).one()
            file = db.session.scalars(select(SourceFile)).one()
            assert source.credentials is not None
            return {source.credentials.generation, file.content.generation}

    def uses(self) -> dict[str, tuple[str, dict[str, int]]]:
        with self.app.app_context():
            return {use.master_key_id: (str(use.standing), dict(use.rows)) for use in self.keys.list_uses()}

    def audited(self, company_id: CompanyId) -> list[str]:
        with self.app.app_context(), company_scope(company_id):
            assert audit.verify() is None
            return [event.event for event in reversed(audit.list_events())]

    def destroy_key(self, company_id: CompanyId) -> None:
        """With its row goes a deleted company's key; here the rest stays, to be looked at."""
        with self.app.app_context(), company_scope(company_id):
            db.session.get_one(Company, company_id).wrapped_key = None
            db.session.commit()

    def damage(self, company_id: CompanyId) -> None:
        """Move the company's wrapped key of another company to it."""
        with self.app.app_context(), system_scope("test"):
            other = db.session.scalars(select(Company).where(Company.id != company_id)).first()
            assert other is not None
            wrapped = other.wrapped_data_key
            db.session.execute(
                update(Company).where(Company.id == company_id).values(wrapped_data_key=wrapped)
            )
            db.session.commit()
