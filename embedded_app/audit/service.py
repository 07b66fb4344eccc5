"""Writes and reads audit events within the company scope that is open.

Each event carries a MAC by the app's key over what it says and over the MAC before it; the company's row carries
one over the newest, the head. So it is noticed when somebody who writes to the database changes an event, takes
one out, or cuts off the newest. What they can do is put back rows that stood there once, the head with them: the
log, which has a line for each event, tells that.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import event as database_event
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from embedded_app.audit.models import SYSTEM_ID, SYSTEM_NAME, AuditEvent, AuditPerson
from embedded_app.storage import Company, authenticator, current_company_id, database_now, db

_log = logging.getLogger(__name__)

_EVENT, _HEAD = "audit event", "audit head"
_BROKEN = "broken"
"""In place of the hash before: the chain did not hold when this was written, and never will."""
_NEW_HEADS = "audit_heads"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it, or whom it was done to: the principal's id, and what people know them by at that time.

    `login` may be "" for who did it.
    """

    id: str
    name: str
    login: str = ""


SYSTEM = Actor(SYSTEM_ID, SYSTEM_NAME)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest event, as the log names it."""

    sequence: int
    hash: str


def record(
    event: str,
    *,
    actor: Actor,
    subject: str = "",
    person: Actor | None = None,
    detail: Mapping[str, str] | None = None,
) -> None:
    """Append an event to the company's chain, in the transaction that is open.

    `subject` is what it was done to, as people name it, or `person` whom; `detail` holds what changed. Neither may
    hold a secret or a value of a Procore record other than its number, nor a person's name: people may be deleted.
    The company's row is locked until the commit, so that two writers cannot take one place in the chain: record
    last, then commit.
    """
    company_id = current_company_id()
    sequence, head = db.session.execute(
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
        subject=subject,
        subject_id=None if person is None else person.id,
        detail=dict(detail or {}),
        previous_hash=_previous_hash(sequence - 1, head),
    )
    row.hash = authenticator().mac(_EVENT, _text_of(row))
    db.session.add(row)
    for named in (actor, person):
        if named is not None and named.id != SYSTEM_ID:
            _note_name(named)
    db.session.execute(
        update(Company)
        .where(Company.id == company_id)
        .values(audit_head=authenticator().mac(_HEAD, str(company_id), str(sequence), row.hash))
        .execution_options(synchronize_session=False)
    )
    db.session().info.setdefault(_NEW_HEADS, []).append((company_id, sequence, row.hash))


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
        named = select(AuditPerson.person_id)
        criterion = (
            AuditEvent.subject.icontains(search, autoescape=True)
            | AuditEvent.actor_id.in_(named.where(AuditPerson.name.icontains(search, autoescape=True)))
            | AuditEvent.subject_id.in_(named.where(AuditPerson.login.icontains(search, autoescape=True)))
        )
        if search.lower() in SYSTEM_NAME.lower():
            criterion |= AuditEvent.actor_id == SYSTEM_ID
        query = query.where(criterion)
    return db.session.scalars(query).all()


def verify(known: Head | None = None) -> int | None:
    """Check the whole chain of the company; the first sequence that does not hold, or `None` when all hold.

    `known` is a head that the log has named: its event must be there still.
    """
    keys, company_id = authenticator(), current_company_id()
    expected_hash, expected_sequence = "", 1
    query = select(AuditEvent).order_by(AuditEvent.sequence).execution_options(yield_per=500)
    with closing(db.session.scalars(query)) as rows:
        for row in rows:
            if (
                (row.sequence, row.previous_hash) != (expected_sequence, expected_hash)
                or not keys.vouches(row.hash, _EVENT, _text_of(row))
                or (known is not None and known.sequence == row.sequence and known.hash != row.hash)
            ):
                return expected_sequence
            expected_hash, expected_sequence = row.hash, expected_sequence + 1
    sequence, head = db.session.execute(
        select(Company.audit_sequence, Company.audit_head).where(Company.id == company_id)
    ).one()
    if (
        sequence != expected_sequence - 1
        or not _is_head(head, sequence, expected_hash)
        or (known is not None and known.sequence > sequence)
    ):
        return expected_sequence
    return None


def find_head() -> Head | None:
    """The company's newest event; `None` before the first."""
    row = db.session.execute(
        select(AuditEvent.sequence, AuditEvent.hash).order_by(AuditEvent.sequence.desc()).limit(1)
    ).one_or_none()
    return None if row is None else Head(row.sequence, row.hash)


def _previous_hash(sequence: int, head: str) -> str:
    """The hash of the newest event, if the company's head vouches for it."""
    newest = (
        ""
        if sequence == 0
        else db.session.scalar(select(AuditEvent.hash).where(AuditEvent.sequence == sequence))
    )
    if newest is not None and _is_head(head, sequence, newest):
        return newest
    _log.error("audit chain does not hold", extra={"company_id": current_company_id(), "sequence": sequence})
    return _BROKEN


def _is_head(head: str, sequence: int, newest: str) -> bool:
    if sequence == 0:
        return head == ""
    return authenticator().vouches(head, _HEAD, str(current_company_id()), str(sequence), newest)


def _note_name(person: Actor) -> None:
    known = db.session.scalar(select(AuditPerson).where(AuditPerson.person_id == person.id))
    if known is None:
        db.session.add(AuditPerson(person_id=person.id, name=person.name, login=person.login))
        return
    known.name, known.login = person.name, person.login or known.login


def _text_of(row: AuditEvent) -> str:
    fields = [
        row.company_id,
        row.sequence,
        row.at.isoformat(),
        row.event,
        row.actor_id,
        row.subject,
        row.subject_id,
        dict(sorted(row.detail.items())),
        row.previous_hash,
    ]
    return json.dumps(fields, ensure_ascii=False)


@database_event.listens_for(Session, "after_commit")
def _log_heads(session: Session) -> None:
    """Log the newest event: a writer of the database cannot reach the log."""
    for company_id, sequence, newest in session.info.pop(_NEW_HEADS, ()):
        _log.info("audit event", extra={"company_id": company_id, "sequence": sequence, "hash": newest})


@database_event.listens_for(Session, "after_rollback")
def _forget_heads(session: Session) -> None:
    session.info.pop(_NEW_HEADS, None)
