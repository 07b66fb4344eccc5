"""Whoever waits holds no database connection, and nothing that was written ends with that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.pool import QueuePool

from embedded_app import storage
from embedded_app.ids import CompanyId
from embedded_app.storage import Company, CompanyState, company_scope, db, give_connection_back
from tests.factories.settings import config

ONE = CompanyId(1)
NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def company(database_url: str) -> Iterator[None]:
    """Company 1, in its scope."""
    app = Flask("connections")
    storage.init_app(app, config(DATABASE_URL=database_url))
    with app.app_context(), company_scope(ONE):
        db.session.add(
            Company(
                id=ONE,
                name="One",
                state=CompanyState.CONNECTED,
                state_since=NOW,
                consent_version="1",
                consent_by="Dana Whitfield",
                consent_at=NOW,
            )
        )
        db.session.commit()
        yield
        db.session.rollback()
        db.engine.dispose()


def _held() -> int:
    assert isinstance(db.engine.pool, QueuePool)
    return db.engine.pool.checkedout()


def test_one_that_was_only_read_with_goes_back() -> None:
    company = db.session.get_one(Company, ONE)
    assert _held() == 1
    give_connection_back()
    assert _held() == 0
    assert company.name == "One"  # read again
    assert _held() == 1


def _flush() -> None:
    db.session.get_one(Company, ONE).name = "Another"
    db.session.flush()


def _update() -> None:
    db.session.execute(update(Company).values(name="Another"))


def _change() -> None:
    db.session.get_one(Company, ONE).name = "Another"


@pytest.mark.parametrize("write", [_flush, _update, _change])
def test_what_was_written_waits_for_whoever_wrote_it(write: Callable[[], None]) -> None:
    write()
    give_connection_back()
    db.session.commit()
    assert db.session.get_one(Company, ONE).name == "Another"


def test_locked_rows_stay_locked() -> None:
    db.session.scalars(select(Company).with_for_update()).one()
    give_connection_back()
    assert _held() == 1


def test_after_the_end_of_a_write_reading_gives_it_back_again() -> None:
    _flush()
    db.session.commit()
    db.session.get_one(Company, ONE)
    give_connection_back()
    assert _held() == 0


def test_without_an_app_there_is_nothing_to_give_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedded_app.storage._connections.has_app_context", lambda: False)
    db.session.get_one(Company, ONE)
    give_connection_back()
    assert _held() == 1
