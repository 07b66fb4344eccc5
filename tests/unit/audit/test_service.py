"""The audit chain: complete, in order, and any later change is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import delete, update

from embedded_app import audit
from embedded_app.audit import service
from embedded_app.crypto import EnvironmentKeys
from embedded_app.ids import CompanyId
from embedded_app.storage import Company, CompanyState, Model, company_scope, db
from tests.factories.settings import config

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
        Model.metadata.create_all(db.engine)
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


def test_a_chain_that_was_written_before_still_holds() -> None:
    event = audit.AuditEvent(
        company_id=COMPANY, sequence=1, at=datetime(2026, 11, 20, 13, 26, tzinfo=UTC), event="source.created",
        actor_id="p-1", actor_name="Zoë", subject="Söhne", detail={"kind": "sql", "code": "é"}, previous_hash="",
    )  # fmt: skip
    assert service._hash(event) == "39fa09ebfcd94e0c073eb97a999928835bcdd4e27f2f135917813879e575795f"


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


def test_events_are_found_by_kind_person_and_page() -> None:
    audit.record("panel.published", actor=audit.Actor("p-2", "Priya 100%"), subject="Commitments vs ERP")
    db.session.commit()
    assert [event.sequence for event in audit.list_events(prefixes=["panel.", "link."])] == [4]
    assert [event.sequence for event in audit.list_events(search="100%")] == [4]
    assert [event.sequence for event in audit.list_events(search="_")] == []
    assert [event.sequence for event in audit.list_events(before=3, limit=1)] == [2]
