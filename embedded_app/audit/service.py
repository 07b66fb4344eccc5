"""Writes and reads audit events within the company scope that is open."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from embedded_app.audit.models import AuditEvent
from embedded_app.storage import Company, current_company_id, database_now, db


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: the principal's id and the name people know them by at that time."""

    id: str
    name: str


SYSTEM = Actor("system", "Tieback")


def record(event: str, *, actor: Actor, subject: str = "", detail: Mapping[str, str] | None = None) -> None:
    """Append an event to the company's chain, in the transaction that is open.

    `subject` is what it was done to, as people name it; `detail` holds what changed. Neither may hold a secret
    or a value of a Procore record other than its number. The company's row is locked until the commit, so that
    two writers cannot take one place in the chain: record last, then commit.
    """
    company_id = current_company_id()
    sequence, previous_hash = db.session.execute(
        update(Company)
        .where(Company.id == company_id)
        .values(audit_sequence=Company.audit_sequence + 1)
        .returning(Company.audit_sequence, Company.audit_head)
        .execution_options(synchronize_session=False)
    ).one()
    row = AuditEvent(
        company_id=company_id,
        sequence=sequence,
        at=database_now(),
        event=event,
        actor_id=actor.id,
        actor_name=actor.name,
        subject=subject,
        detail=dict(detail or {}),
        previous_hash=previous_hash,
    )
    row.hash = _hash(row)
    db.session.add(row)
    db.session.execute(
        update(Company)
        .where(Company.id == company_id)
        .values(audit_head=row.hash)
        .execution_options(synchronize_session=False)
    )


def list_events(
    *, before: int | None = None, limit: int = 50, prefixes: Sequence[str] = (), search: str = ""
) -> Sequence[AuditEvent]:
    """The company's events, newest first, with a sequence below `before`.

    `prefixes` keeps events that begin with one of them; `search` looks in the actor and the subject.
    """
    query = select(AuditEvent).order_by(AuditEvent.sequence.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditEvent.sequence < before)
    if prefixes:
        criterion = AuditEvent.event.startswith(prefixes[0], autoescape=True)
        for prefix in prefixes[1:]:
            criterion |= AuditEvent.event.startswith(prefix, autoescape=True)
        query = query.where(criterion)
    if search:
        query = query.where(
            AuditEvent.actor_name.icontains(search, autoescape=True)
            | AuditEvent.subject.icontains(search, autoescape=True)
        )
    return db.session.scalars(query).all()


def verify() -> int | None:
    """Check the whole chain of the company; the first sequence that does not hold, or `None` when all hold."""
    expected_hash, expected_sequence = "", 1
    query = select(AuditEvent).order_by(AuditEvent.sequence).execution_options(yield_per=500)
    for row in db.session.scalars(query):
        if (row.sequence, row.previous_hash, row.hash) != (expected_sequence, expected_hash, _hash(row)):
            return expected_sequence
        expected_hash, expected_sequence = row.hash, expected_sequence + 1
    head = db.session.execute(
        select(Company.audit_head).where(Company.id == current_company_id())
    ).scalar_one()
    return None if head == expected_hash else expected_sequence


def _hash(row: AuditEvent) -> str:
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
