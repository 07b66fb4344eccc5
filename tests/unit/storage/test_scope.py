"""Company scope, against a real (in-memory) database: no query and no flush gets past it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import aliased

from embedded_app.audit import AuditEvent
from embedded_app.crypto import WrappedKey
from embedded_app.errors import ForeignCompany, UnscopedQuery
from embedded_app.ids import CompanyId
from embedded_app.storage import (
    Company,
    CompanyState,
    company_scope,
    db,
    find_wrapped_key,
    new_id,
    system_scope,
)
from tests.fakes.empty_schema import create_tables

ONE, TWO = CompanyId(1), CompanyId(2**62)
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def event(company_id: int | None, subject: str, sequence: int = 1) -> AuditEvent:
    row = AuditEvent(
        id=new_id(),
        sequence=sequence,
        at=NOW,
        event="tested",
        actor_id="a",
        subject=subject,
        detail={},
        previous_hash="",
        hash="",
    )
    if company_id is not None:
        row.company_id = company_id
    return row


@pytest.fixture
def _database() -> Iterator[None]:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    if "sqlalchemy" not in app.extensions:
        db.init_app(app)
    with app.app_context():
        create_tables(db.engine)
        with system_scope("test data"):
            for company_id in (ONE, TWO):
                db.session.add(
                    Company(
                        id=company_id,
                        name=f"Company {company_id}",
                        state=CompanyState.CONNECTED,
                        state_since=NOW,
                        consent_version="1",
                        consent_by="A",
                        consent_at=NOW,
                        audit_sequence=0,
                        audit_head="",
                    )
                )
                db.session.flush()
                db.session.add(event(company_id, f"of {company_id}"))
            db.session.commit()
            db.session.expunge_all()
        yield
        db.session.remove()
        db.engine.dispose()


pytestmark = pytest.mark.usefixtures("_database")

READS: dict[str, Callable[[], object]] = {
    "entity": lambda: db.session.scalars(select(AuditEvent)).all(),
    "column": lambda: db.session.scalars(select(AuditEvent.subject)).all(),
    "count": lambda: db.session.scalar(select(func.count()).select_from(AuditEvent)),
    "subquery": lambda: db.session.scalars(select(Company.id).where(select(AuditEvent).exists())).all(),
    "alias": lambda: db.session.scalars(select(aliased(AuditEvent))).all(),
    "get": lambda: db.session.get(Company, ONE),
    "update": lambda: db.session.execute(update(AuditEvent).values(subject="x")),
    "delete": lambda: db.session.execute(delete(AuditEvent)),
    "plain table": lambda: db.session.execute(select(AuditEvent.__table__)),
    "plain join": lambda: db.session.execute(select(Company.id).join(AuditEvent.__table__)),
    "text": lambda: db.session.execute(text("SELECT * FROM audit_events")),
    "insert": lambda: db.session.execute(insert(AuditEvent).values(company_id=TWO)),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_nothing_is_read_or_written_outside_a_scope(read: Callable[[], object]) -> None:
    with pytest.raises(UnscopedQuery):
        read()


@pytest.mark.parametrize("name", ["plain table", "plain join", "text", "insert"])
def test_what_cannot_be_limited_is_refused_inside_a_scope_too(name: str) -> None:
    with company_scope(ONE), pytest.raises(UnscopedQuery):
        READS[name]()


def test_a_query_sees_its_company_alone() -> None:
    other = aliased(AuditEvent)
    with company_scope(TWO):
        assert [row.subject for row in db.session.scalars(select(AuditEvent))] == [f"of {TWO}"]
        assert db.session.scalars(select(AuditEvent.subject)).all() == [f"of {TWO}"]
        assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == 1
        assert [row.subject for row in db.session.scalars(select(other))] == [f"of {TWO}"]
        assert db.session.scalars(select(Company.id)).all() == [TWO]
        assert db.session.get(Company, ONE) is None


def test_the_criterion_reaches_subqueries() -> None:
    with company_scope(ONE):
        foreign = select(AuditEvent.id).where(AuditEvent.subject == f"of {TWO}")
        assert db.session.scalars(select(Company.id).where(foreign.exists())).all() == []


def test_the_scope_of_one_query_does_not_stick_to_the_next() -> None:
    """The criterion is a closure; a cached statement must not keep the first company."""
    for company_id in (ONE, TWO, ONE):
        with company_scope(company_id):
            assert db.session.scalars(select(AuditEvent.subject)).all() == [f"of {company_id}"]


def test_bulk_changes_stay_inside_the_company() -> None:
    with company_scope(ONE):
        db.session.execute(update(AuditEvent).values(subject="changed"))
        db.session.execute(delete(AuditEvent).where(AuditEvent.subject == f"of {TWO}"))
        db.session.commit()
    with system_scope("check"):
        subjects = db.session.scalars(select(AuditEvent.subject).order_by(AuditEvent.company_id)).all()
    assert subjects == ["changed", f"of {TWO}"]


def test_a_row_of_another_company_is_not_found_in_the_identity_map() -> None:
    with system_scope("load both"):
        assert db.session.get(Company, TWO) is not None
    with company_scope(ONE):
        assert db.session.get(Company, TWO) is None


def test_an_expired_row_does_not_stand_in_the_way_of_a_scope() -> None:
    with system_scope("load both"):
        held = db.session.get(Company, TWO)
        db.session.commit()
    with company_scope(ONE):
        assert db.session.get(Company, ONE) is not None
    assert held is not None
    assert held not in db.session


def test_a_new_row_gets_the_company_of_the_scope() -> None:
    with company_scope(ONE):
        row = event(None, "new", sequence=2)
        db.session.add(row)
        db.session.commit()
        assert row.company_id == ONE


def test_a_row_of_another_company_is_not_written() -> None:
    with company_scope(ONE):
        db.session.add(event(TWO, "foreign", sequence=2))
        with pytest.raises(ForeignCompany):
            db.session.flush()


def test_a_row_is_not_written_outside_a_scope() -> None:
    db.session.add(event(ONE, "unscoped", sequence=2))
    with pytest.raises(UnscopedQuery):
        db.session.flush()


def test_scopes_do_not_change_company_or_widen() -> None:
    with company_scope(ONE):
        with pytest.raises(ForeignCompany), company_scope(TWO):
            pass
        with pytest.raises(UnscopedQuery), system_scope("widen"):
            pass
        with company_scope(ONE):
            assert db.session.get(Company, ONE) is not None


def test_a_companys_key_is_found_in_its_scope_or_in_none() -> None:
    with company_scope(ONE):
        db.session.get_one(Company, ONE).wrapped_key = WrappedKey("k", b"wrapped")
        db.session.commit()
        assert find_wrapped_key(ONE) == WrappedKey("k", b"wrapped")
    assert find_wrapped_key(ONE) == WrappedKey("k", b"wrapped")
    assert find_wrapped_key(TWO) is None
    with company_scope(TWO), pytest.raises(ForeignCompany):
        find_wrapped_key(ONE)
