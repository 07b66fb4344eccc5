"""The audit chain: complete, in order, and any later change is noticed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from embedded_app import audit
from embedded_app.audit import service
from embedded_app.crypto import EnvironmentKeys
from embedded_app.ids import CompanyId
from embedded_app.storage import Company, CompanyState, company_scope, db
from tests.factories.settings import config
from tests.fakes.empty_schema import create_tables

COMPANY = CompanyId(562949953443325)
DANA = audit.Actor("p-1", "Dana Whitfield")


@pytest.fixture(autouse=True)
def _company() -> Iterator[None]:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    app.extensions["master_keys"] = EnvironmentKeys(config().master_keys)
    db.init_app(app)
    now = datetime(2026, 11, 20, tzinfo=UTC)
    with app.app_context(), company_scope(COMPANY):
        create_tables(db.engine)
        db.session.add(
            Company(
                id=COMPANY,
                name="Hollis & Grant Builders",
                state=CompanyState.CONNECTED,
                state_since=now,
                consent_version="1",
                consent_by="Dana",
                consent_at=now,
                audit_sequence=0,
                audit_head="",
            )
        )
        for number in (1, 2, 3):
            audit.record("source.created", actor=DANA, subject=f"Source {number}", detail={"kind": "sql"})
        db.session.commit()
        yield


def test_an_untouched_chain_holds() -> None:
    assert audit.verify() is None
    assert [event.sequence for event in audit.list_events()] == [3, 2, 1]


def test_a_changed_event_is_found() -> None:
    db.session.execute(
        update(audit.AuditEvent).where(audit.AuditEvent.sequence == 2).values(subject="Another source")
    )
    db.session.commit()
    assert audit.verify() == 2


@pytest.mark.parametrize("sequence", [1, 2, 3])
def test_a_removed_event_is_found(sequence: int) -> None:
    """The newest too: the company's row knows the head of the chain."""
    db.session.execute(delete(audit.AuditEvent).where(audit.AuditEvent.sequence == sequence))
    db.session.commit()
    assert audit.verify() == sequence


def _rehash_as_anybody_can() -> None:
    """A chain from the first event to the head, by a hash that needs no key."""
    previous = ""
    for event in db.session.scalars(select(audit.AuditEvent).order_by(audit.AuditEvent.sequence)):
        event.previous_hash = previous
        previous = event.hash = hashlib.sha256(service._text_of(event).encode()).hexdigest()
        head = (event.sequence, previous)
    db.session.execute(update(Company).values(audit_sequence=head[0], audit_head=head[1]))
    db.session.commit()


def test_an_event_that_was_changed_and_the_chain_made_again_without_the_key_is_found() -> None:
    db.session.execute(update(audit.AuditEvent).where(audit.AuditEvent.sequence == 2).values(subject="x"))
    _rehash_as_anybody_can()
    assert audit.verify() == 1


def _cut_off_the_newest() -> None:
    """With a head of what is left, as far as it can be had without the key."""
    hashes = db.session.scalars(select(audit.AuditEvent.hash).order_by(audit.AuditEvent.sequence)).all()
    db.session.execute(delete(audit.AuditEvent).where(audit.AuditEvent.sequence == 3))
    db.session.execute(update(Company).values(audit_sequence=2, audit_head=hashes[1]))
    db.session.commit()


def test_newest_events_that_were_cut_off_are_found() -> None:
    _cut_off_the_newest()
    assert audit.verify() == 3


def test_what_is_recorded_afterwards_does_not_mend_the_chain() -> None:
    _cut_off_the_newest()
    audit.record("source.created", actor=DANA, subject="Another")
    db.session.commit()
    assert audit.verify() == 3


def test_rows_that_stood_there_once_are_told_by_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """The one thing that a writer without the key can put back: the rows and the head of an earlier moment."""
    before = db.session.execute(select(Company.audit_sequence, Company.audit_head)).one()
    with caplog.at_level("INFO", "embedded_app.audit.service"):
        audit.record("panel.published", actor=DANA, subject="A panel")
        assert caplog.records == [], "nothing is said before it is stored"
        db.session.commit()
    [line] = caplog.records
    logged = audit.Head(line.__dict__["sequence"], line.__dict__["hash"])
    assert logged == audit.find_head()
    assert audit.verify(logged) is None
    db.session.execute(delete(audit.AuditEvent).where(audit.AuditEvent.sequence == 4))
    db.session.execute(update(Company).values(audit_sequence=before[0], audit_head=before[1]))
    db.session.commit()
    assert audit.verify() is None
    assert audit.verify(logged) == 4
    audit.record("panel.published", actor=DANA, subject="Another panel")
    db.session.commit()
    assert audit.verify() is None
    assert audit.verify(logged) == 4


def test_what_was_rolled_back_is_not_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "embedded_app.audit.service"):
        audit.record("panel.published", actor=DANA, subject="A panel")
        db.session.rollback()
        db.session.commit()
    assert caplog.records == []


def test_a_person_who_is_gone_leaves_the_chain_whole() -> None:
    marcus = audit.Actor("p-2", "Marcus Oyelaran", "marcus@example.com")
    audit.record("session.ended", actor=DANA, person=marcus)
    db.session.commit()
    [event] = audit.list_events(prefixes=["session."])
    assert (event.actor_name, event.subject_text) == ("Dana Whitfield", "marcus@example.com")
    db.session.execute(delete(audit.AuditPerson))
    db.session.commit()
    db.session.expire_all()
    [event] = audit.list_events(prefixes=["session."])
    assert (event.actor_name, event.subject_text) == ("A deleted person", "A deleted person")
    assert audit.verify() is None


def test_a_name_is_that_of_the_latest_event() -> None:
    audit.record("panel.published", actor=audit.Actor("p-1", "Dana Hollis"))
    audit.record("panel.published", actor=audit.SYSTEM)
    db.session.commit()
    assert [event.actor_name for event in audit.list_events(limit=2)] == ["Tieback", "Dana Hollis"]
    assert len(audit.list_events(search="hollis")) == 4
    assert len(audit.list_events(search="tieback")) == 1


def test_events_are_found_by_kind_person_and_page() -> None:
    audit.record("panel.published", actor=audit.Actor("p-2", "Priya 100%"), subject="Commitments vs ERP")
    db.session.commit()
    assert [event.sequence for event in audit.list_events(prefixes=["panel.", "link."])] == [4]
    assert [event.sequence for event in audit.list_events(search="100%")] == [4]
    assert [event.sequence for event in audit.list_events(search="_")] == []
    assert [event.sequence for event in audit.list_events(before=3, limit=1)] == [2]


def test_a_log_that_was_emptied_has_no_newest_event_and_is_noticed() -> None:
    db.session.execute(delete(audit.AuditEvent))
    db.session.commit()
    assert audit.find_head() is None
    assert audit.verify() == 1
