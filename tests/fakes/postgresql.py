"""Databases on a PostgreSQL server, each for as long as it is needed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import psycopg
from flask import Flask
from psycopg import sql

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


class LentDatabase:
    """A migrated database that one test after the other has to itself, without a row.

    Emptying takes a few milliseconds where a new copy takes a hundred. One whose tables are not as they were is
    dropped, and the next test has a new copy.
    """

    def __init__(self, server: str, template: str) -> None:
        self._server, self._template = server, template
        self._copy: AbstractContextManager[str] | None = None
        self._url = ""
        self._tables: object = None

    @contextmanager
    def lend(self) -> Iterator[str]:
        """The database, as a `DATABASE_URL`."""
        if self._copy is None:
            self._copy = new_database(self._server, template=self._template)
            self._url = self._copy.__enter__()
            with psycopg.connect(self._url, autocommit=True) as connection:
                self._tables = _tables(connection)
        try:
            yield self._url
        finally:
            with psycopg.connect(self._url, autocommit=True) as connection:
                _end_others(connection)
                is_whole = _tables(connection) == self._tables
                if is_whole:
                    _empty(connection)
            if not is_whole:
                self.drop()

    def drop(self) -> None:
        """Leave nothing of it on the server."""
        if self._copy is not None:
            self._copy.__exit__(None, None, None)
            self._copy = None


def _end_others(connection: psycopg.Connection) -> None:
    connection.execute(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


def _tables(connection: psycopg.Connection) -> object:
    """Everything that a change of the schema changes: which tables and indexes there are, and their columns."""
    columns = connection.execute(
        "SELECT c.oid, c.relname, c.relkind, c.relacl::text, a.attname, a.atttypid, a.attnotnull, a.atthasdef"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)"
        " AND c.relkind NOT IN ('t') ORDER BY c.oid, a.attnum"
    ).fetchall()
    others = connection.execute(
        "SELECT (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_trigger),"
        " (SELECT count(*) FROM pg_proc), (SELECT count(*) FROM pg_namespace), (SELECT count(*) FROM pg_policy)"
    ).fetchall()
    return columns, others


def _empty(connection: psycopg.Connection) -> None:
    names = connection.execute(
        "SELECT relkind, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'S') AND relname <> 'alembic_version'"
    ).fetchall()
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")  # rows in any order
        for kind, name in names:
            empty = "DELETE FROM {}" if kind == "r" else "ALTER SEQUENCE {} RESTART"
            connection.execute(sql.SQL(empty).format(sql.Identifier(name)))


def migrate(url: str) -> None:
    """Bring the database at `url`, of either kind, to the current schema."""
    app = Flask("migrate")
    storage.init_app(app, config(DATABASE_URL=url))
    with app.app_context():
        storage.upgrade()
        storage.db.engine.dispose()
