"""Databases on a PostgreSQL server, each for as long as it is needed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from flask import Flask

from embedded_app import storage
from tests.factories.settings import config


@contextmanager
def new_database(server: str, *, template: str = "template1") -> Iterator[str]:
    """A copy of the database `template` on `server`, as a `DATABASE_URL`; template1 is empty.

    It is dropped afterwards, whoever is still connected.
    """
    name = f"tieback_{uuid.uuid4().hex}"
    base, _, query = server.partition("?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')  # type: ignore[call-overload,unused-ignore]
    try:
        yield f"{base.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[call-overload,unused-ignore]


def migrate(url: str) -> None:
    """Bring the database at `url`, of either kind, to the current schema."""
    app = Flask("migrate")
    storage.init_app(app, config(DATABASE_URL=url))
    with app.app_context():
        storage.upgrade()
        storage.db.engine.dispose()
