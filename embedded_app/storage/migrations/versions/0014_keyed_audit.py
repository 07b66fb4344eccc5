"""The audit chain stands under the app's key, and the names of people outside of it.

A chain that did not hold before does not hold afterwards: what follows the break keeps its old hash.
"""

from __future__ import annotations

import hashlib
import json
import logging
from typing import Any

import sqlalchemy as sa
from alembic import op

from embedded_app.crypto import Authenticator
from embedded_app.storage import UtcDateTime, new_id
from embedded_app.storage.migrations.sealing import authenticator

revision = "0014"
down_revision = "0013"

_log = logging.getLogger("alembic.runtime.migration")
_SYSTEM = "system"
_OF_PEOPLE = {"principal.signed_in", "session.ended", "grant.revoked"}
_EVENTS = sa.table(
    "audit_events",
    sa.column("id", sa.Uuid),
    sa.column("company_id", sa.BigInteger),
    sa.column("sequence", sa.BigInteger),
    sa.column("at", UtcDateTime),
    sa.column("event", sa.String),
    sa.column("actor_id", sa.String),
    sa.column("actor_name", sa.String),
    sa.column("subject", sa.String),
    sa.column("subject_id", sa.String),
    sa.column("detail", sa.JSON),
    sa.column("previous_hash", sa.String),
    sa.column("hash", sa.String),
)
_PEOPLE = sa.table(
    "audit_people",
    sa.column("id", sa.Uuid),
    sa.column("company_id", sa.BigInteger),
    sa.column("person_id", sa.String),
    sa.column("name", sa.String),
    sa.column("login", sa.String),
)
_PRINCIPALS = sa.table(
    "principals",
    sa.column("id", sa.Uuid),
    sa.column("company_id", sa.BigInteger),
    sa.column("login", sa.String),
)
_COMPANIES = sa.table(
    "companies",
    sa.column("id", sa.BigInteger),
    sa.column("audit_sequence", sa.BigInteger),
    sa.column("audit_head", sa.String),
)


def upgrade() -> None:
    op.create_table(
        "audit_people",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("login", sa.String(255), nullable=False),
        sa.Column(
            "company_id", sa.BigInteger, sa.ForeignKey("companies.id", ondelete="CASCADE"), nullable=False
        ),
        sa.UniqueConstraint("company_id", "person_id"),
    )
    op.create_index("ix_audit_people_company_id", "audit_people", ["company_id"])
    op.add_column("audit_events", sa.Column("subject_id", sa.String(64)))
    keys = authenticator()
    for company in op.get_bind().execute(sa.select(_COMPANIES)).all():
        _carry_over(keys, company)
    op.drop_column("audit_events", "actor_name")


def downgrade() -> None:
    """The release before calls every chain broken at its first event."""
    op.add_column("audit_events", sa.Column("actor_name", sa.String(255), nullable=False, server_default=""))
    for person in op.get_bind().execute(sa.select(_PEOPLE)).all():
        is_theirs = (_EVENTS.c.company_id == person.company_id) & (_EVENTS.c.actor_id == person.person_id)
        op.execute(_EVENTS.update().where(is_theirs).values(actor_name=person.name))
    op.drop_column("audit_events", "subject_id")
    op.drop_table("audit_people")


def _carry_over(keys: Authenticator, company: Any) -> None:
    connection = op.get_bind()
    ids = {
        row.login: str(row.id)
        for row in connection.execute(sa.select(_PRINCIPALS).where(_PRINCIPALS.c.company_id == company.id))
    }
    names: dict[str, str] = {}
    old_hash = new_hash = ""
    sequence, holds = 0, True
    events = sa.select(_EVENTS).where(_EVENTS.c.company_id == company.id).order_by(_EVENTS.c.sequence)
    for row in connection.execute(events).all():
        sequence += 1
        expected = (sequence, old_hash, _hash(row))
        holds = holds and (row.sequence, row.previous_hash, row.hash) == expected
        old_hash = row.hash
        if row.actor_id != _SYSTEM:
            names[row.actor_id] = row.actor_name
            if row.event == "principal.signed_in":
                ids.setdefault(row.subject, row.actor_id)
        if not holds:
            continue
        person = ids.get(row.subject) if row.event in _OF_PEOPLE else None
        values: dict[str, Any] = {
            "subject": "" if person else row.subject,
            "subject_id": person,
            "previous_hash": new_hash,
        }
        new_hash = keys.mac("audit event", _text(row, **values))
        connection.execute(_EVENTS.update().where(_EVENTS.c.id == row.id).values(hash=new_hash, **values))
    if sequence == 0:
        return
    logins = {person: login for login, person in ids.items()}
    for person, name in names.items():
        connection.execute(
            _PEOPLE.insert().values(
                id=new_id(), company_id=company.id, person_id=person, name=name, login=logins.get(person, "")
            )
        )
    if not holds or (company.audit_sequence, company.audit_head) != (sequence, old_hash):
        _log.warning("the audit chain of company %s did not hold before the upgrade", company.id)
        return
    head = keys.mac("audit head", str(company.id), str(sequence), new_hash)
    connection.execute(_COMPANIES.update().where(_COMPANIES.c.id == company.id).values(audit_head=head))


def _text(row: Any, *, subject: str, subject_id: str | None, previous_hash: str) -> str:
    fields = [
        row.company_id,
        row.sequence,
        row.at.isoformat(),
        row.event,
        row.actor_id,
        subject,
        subject_id,
        dict(sorted(row.detail.items())),
        previous_hash,
    ]
    return json.dumps(fields, ensure_ascii=False)


def _hash(row: Any) -> str:
    """As it was without a key."""
    fields = [
        row.company_id,
        row.sequence,
        row.at.isoformat(),
        row.event,
        row.actor_id,
        row.actor_name,
        row.subject,
        dict(sorted(row.detail.items())),
        row.previous_hash,
    ]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()
