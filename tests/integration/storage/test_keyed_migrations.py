"""What was stored before it stood under a key is carried over by the upgrade, and by nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Connection, select, text

from embedded_app import audit, storage
from embedded_app.app import create_app
from embedded_app.crypto import EnvironmentKeys, SealContext, Vault, WrappedKey
from embedded_app.ids import CompanyId
from embedded_app.installations import FlowOutcome, Grant, SignInFlow
from embedded_app.installations.models import token_context
from embedded_app.principals.models import Proof, Session
from embedded_app.services import services
from embedded_app.sources.models import Source
from embedded_app.storage import company_scope, db, find_wrapped_key, system_scope
from tests.factories.settings import config
from tests.fakes.fake_clock import FakeClock

ONE = CompanyId(1)
SOURCE, OPEN_SOURCE, GRANT, PRINCIPAL = (UUID(int=number) for number in (1, 2, 3, 4))
EVENTS = (
    ("principal.signed_in", str(PRINCIPAL), "Zoë", "dana"),
    ("source.created", str(PRINCIPAL), "Dana", "Söhne"),
    ("session.ended", "gone", "Marcus", "dana"),
    ("source.failed", "system", "Tieback", "ERP"),
    ("session.ended", "gone", "Marcus", "nobody@example.com"),
)
NOW = "2026-11-20 13:00:00+00:00"
_COMPANY = """
INSERT INTO companies (id, name, state, state_since, consent_version, consent_by, consent_at, audit_sequence,
 audit_head, master_key_id, wrapped_data_key)
VALUES (1, 'One', 'connected', :now, '1', 'Dana', :now, 0, '', :key_id, :wrapped)"""
_PRINCIPAL = """
INSERT INTO principals (id, company_id, user_id, name, login, signed_in_at)
VALUES (:id, 1, 7, 'Dana', 'dana', :now)"""
_SESSION = """
INSERT INTO sessions (id, company_id, principal_id, kind, created_at, expires_at)
VALUES (:id, 1, :principal, 'tab', :now, :now)"""
_PROOF = """
INSERT INTO session_proofs (id, company_id, session_id, kind, hash, expires_at, replaced)
VALUES (:id, 1, :session, 'tab', :hash, :now, false)"""
_FLOW = """
INSERT INTO sign_in_flows (id, kind, state_hash, cookie_hash, created_at, wrong_tries, sealed_sign_in)
VALUES (:id, 'tab', :hash, '', :now, 0, :sealed)"""
_EVENT = """
INSERT INTO audit_events (id, company_id, sequence, at, event, actor_id, actor_name, subject, detail,
 previous_hash, hash)
VALUES (:id, 1, :sequence, :at, :event, :actor, :name, :subject, '{"where": "tab"}', :previous, :hash)"""
_SOURCE = """
INSERT INTO sources (id, company_id, name, kind, settings, credentials, version, keep_seconds, columns, created_at,
 updated_at)
VALUES (:id, 1, :name, 'sql', :settings, :sealed, 3, 60, '[]', :now, :now)"""
_GRANT = """
INSERT INTO grants (id, company_id, principal_id, sealed_tokens, version, expires_at, refresh_at, state, attempt,
 is_installer, created_at)
VALUES (:id, 1, :principal, :sealed, 5, :now, :now, 'good', 0, false, :now)"""


@pytest.fixture
def app(empty_database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An app whose database is as revision 0011 left it, with values under seals that name no destination."""
    app = create_app(config(DATABASE_URL=empty_database_url), instance_path=tmp_path)
    with app.app_context():
        storage.upgrade("0011")

        wrapped = vault_of(None).new_company_key(ONE)
        vault = vault_of(wrapped)
        password = vault.seal(SealContext("sources.credentials", ONE, str(SOURCE), 3), b'{"password":"p"}')
        tokens = vault.seal(SealContext("grants.sealed_tokens", ONE, str(GRANT), 5), b"tokens")
        with db.engine.begin() as connection:
            run(connection, _COMPANY, key_id=wrapped.master_key_id, wrapped=wrapped.wrapped)
            run(connection, _PRINCIPAL, id=as_stored(PRINCIPAL))
            run(connection, _SESSION, id=as_stored(UUID(int=5)), principal=as_stored(PRINCIPAL))
            run(connection, _PROOF, id=as_stored(UUID(int=6)), session=as_stored(UUID(int=5)), hash="0" * 64)
            for number, sealed in ((7, None), (8, tokens.to_bytes())):
                run(connection, _FLOW, id=as_stored(UUID(int=number)), hash=str(number), sealed=sealed)
            add_events(connection)
            said = '{"host": "erp.example.com", "port": ""}'
            run(
                connection,
                _SOURCE,
                id=as_stored(SOURCE),
                name="ERP",
                settings=said,
                sealed=password.to_bytes(),
            )
            run(connection, _SOURCE, id=as_stored(OPEN_SOURCE), name="File", settings=said, sealed=None)
            run(
                connection,
                _GRANT,
                id=as_stored(GRANT),
                principal=as_stored(PRINCIPAL),
                sealed=tokens.to_bytes(),
            )
        yield app
        db.session.remove()
        db.engine.dispose()


def run(connection: Connection, statement: str, **values: object) -> None:
    connection.execute(text(statement), {"now": NOW} | values)


def add_events(connection: Connection) -> None:
    """A chain as it was made without a key."""
    previous = ""
    for sequence, (event, actor, name, subject) in enumerate(EVENTS, start=1):
        at = datetime(2026, 11, 20, 13, sequence, tzinfo=UTC)
        fields = [1, sequence, at.isoformat(), event, actor, name, subject, {"where": "tab"}, previous]
        text_ = json.dumps(fields, ensure_ascii=False)
        hash_ = hashlib.sha256(text_.encode()).hexdigest()
        run(
            connection,
            _EVENT,
            id=as_stored(UUID(int=100 + sequence)),
            sequence=sequence,
            at=at.strftime("%Y-%m-%d %H:%M:%S.%f") if db.engine.dialect.name == "sqlite" else at,
            event=event,
            actor=actor,
            name=name,
            subject=subject,
            previous=previous,
            hash=hash_,
        )
        previous = hash_
    connection.execute(
        text("UPDATE companies SET audit_sequence = :count, audit_head = :head"),
        {"count": len(EVENTS), "head": previous},
    )


def as_stored(value: UUID) -> object:
    return value.hex if db.engine.dialect.name == "sqlite" else value


def vault_of(wrapped: WrappedKey | None) -> Vault:
    """For values under this key, or under the one that the database holds."""
    provider = EnvironmentKeys(config().master_keys)
    return Vault(provider, (lambda _: wrapped) if wrapped else find_wrapped_key, FakeClock())


@pytest.mark.usefixtures("app")
def test_what_was_sealed_is_carried_over_and_bound() -> None:
    storage.upgrade()
    vault = vault_of(None)
    with company_scope(ONE):
        assert services().sources.secret_names(SOURCE) == {"password"}
        assert services().sources.find_refusal(OPEN_SOURCE) is None
        grant = db.session.get_one(Grant, GRANT)
        assert grant.sealed_tokens is not None
        assert vault.open(token_context(ONE, GRANT, 5, PRINCIPAL), grant.sealed_tokens) == b"tokens"
        source = db.session.get_one(Source, SOURCE)
        source.settings = source.settings | {"host": "evil.example.com"}
        db.session.commit()
        assert services().sources.find_refusal(SOURCE)


@pytest.mark.usefixtures("app")
def test_a_seal_from_before_opens_nowhere_afterwards() -> None:
    """Also when somebody puts it back with the settings that it was made for."""
    with db.engine.begin() as connection:
        old = connection.execute(text("SELECT credentials FROM sources WHERE name = 'ERP'")).scalar_one()
    storage.upgrade()
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE sources SET credentials = :old WHERE name = 'ERP'"), {"old": old})
    storage.upgrade()
    with company_scope(ONE):
        assert services().sources.find_refusal(SOURCE)


@pytest.mark.usefixtures("app")
def test_sessions_end_and_sign_ins_under_way_with_them() -> None:
    """Tokens that a sign-in holds stay, to be ended at Procore."""
    storage.upgrade()
    with system_scope("test"):
        assert db.session.scalars(select(Session)).all() == []
        assert db.session.scalars(select(Proof)).all() == []
        [flow] = db.session.scalars(select(SignInFlow)).all()
        assert (flow.id, flow.outcome) == (UUID(int=8), FlowOutcome.FAILED)
        assert flow.revoke_at is not None


@pytest.mark.usefixtures("app")
def test_the_audit_chain_is_carried_over_under_the_key() -> None:
    storage.upgrade()
    with company_scope(ONE):
        assert audit.verify() is None
        assert [(e.event, e.actor_name, e.subject_text) for e in reversed(audit.list_events())] == [
            ("principal.signed_in", "Dana", "dana"),
            ("source.created", "Dana", "Söhne"),
            ("session.ended", "Marcus", "dana"),
            ("source.failed", "Tieback", "ERP"),
            ("session.ended", "Marcus", "nobody@example.com"),
        ]
        audit.record("source.created", actor=audit.SYSTEM)
        db.session.commit()
        assert audit.verify() is None
        for event in audit.list_events():
            event.hash = hashlib.sha256(event.hash.encode()).hexdigest()
        db.session.commit()
        assert audit.verify() == 1


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("change", "at"),
    [
        ("UPDATE audit_events SET subject = 'x' WHERE sequence = 3", 3),
        ("DELETE FROM audit_events WHERE sequence = 5", 5),
        ("DELETE FROM audit_events WHERE sequence = 1", 1),
    ],
)
def test_a_chain_that_did_not_hold_before_does_not_hold_afterwards(change: str, at: int) -> None:
    with db.engine.begin() as connection:
        connection.execute(text(change))
    storage.upgrade()
    with company_scope(ONE):
        assert audit.verify() == at
        audit.record("source.created", actor=audit.SYSTEM)
        db.session.commit()
        assert audit.verify() == at
