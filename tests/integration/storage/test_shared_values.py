"""Every place where a shared value can stand keeps the same promises."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from embedded_app import storage
from embedded_app.procore import StateStore, StoreUnavailable
from embedded_app.storage import db, shared_value
from tests.factories.settings import config

THREADS, STEPS = 4, 25


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    app = Flask("shared")
    storage.init_app(app, config(DATABASE_URL=database_url))
    yield app
    with app.app_context():
        db.engine.dispose()


def _named(app: Flask, **environment: str) -> StateStore:
    return shared_value(app, config(**environment), f"test:{uuid.uuid4().hex}")


@pytest.fixture
def in_database(app: Flask) -> StateStore:
    return _named(app)


def _holds_its_promises(store: StateStore) -> None:
    """Empty at first, swapped only by whoever has seen what stands there, and no step is lost among many."""
    empty, first = store.read()
    assert (empty, abs(first - time.time()) < 60) == ("", True)
    assert store.replace("", "0")
    assert not store.replace("", "again")
    assert not store.replace("seen by nobody", "wrong")
    value, later = store.read()
    assert (value, later >= first) == ("0", True)

    def step() -> None:
        seen, _ = store.read()
        while not store.replace(seen, str(int(seen) + 1)):
            seen, _ = store.read()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda _: step(), range(THREADS * STEPS)))
    assert store.read()[0] == str(THREADS * STEPS)


def test_in_the_database(in_database: StateStore) -> None:
    _holds_its_promises(in_database)


def test_in_redis(app: Flask, redis_url: str) -> None:
    _holds_its_promises(_named(app, REDIS_URL=redis_url))


def test_two_names_are_two_values(app: Flask) -> None:
    one, other = _named(app), _named(app)
    one.replace("", "1")
    assert other.read()[0] == ""


def test_a_redis_that_is_away_is_said_to_be(app: Flask) -> None:
    store = _named(app, REDIS_URL="redis://127.0.0.1:1/0")
    with pytest.raises(StoreUnavailable):
        store.read()
    with pytest.raises(StoreUnavailable):
        store.replace("", "1")


def test_a_database_without_the_table_is_said_to_be_away(app: Flask, in_database: StateStore) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("DROP TABLE shared_values"))
    with pytest.raises(StoreUnavailable):
        in_database.read()
    with pytest.raises(StoreUnavailable):
        in_database.replace("", "1")


def test_whoever_writes_into_sqlite_for_long_holds_nobody_up(tmp_path: Path, migrated_sqlite: Path) -> None:
    path = tmp_path / "busy.sqlite3"
    path.write_bytes(migrated_sqlite.read_bytes())
    app = Flask("busy")
    storage.init_app(app, config(DATABASE_URL=f"sqlite:///{path}"))
    store = _named(app)
    store.replace("", "1")
    writer = sqlite3.connect(path, isolation_level=None)
    try:
        writer.execute("BEGIN IMMEDIATE")
        assert store.read()[0] == "1"
        with pytest.raises(StoreUnavailable):
            store.replace("1", "2")
        writer.execute("ROLLBACK")
        assert store.replace("1", "2")
    finally:
        writer.close()
        with app.app_context(), db.engine.connect() as connection:
            assert connection.execute(text("PRAGMA busy_timeout")).scalar() == 10_000
            db.engine.dispose()
