"""One small value that several processes change by comparing and swapping: in Redis, or in the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from flask import Flask
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    String,
    Text,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from embedded_app.config import Config
from embedded_app.procore import StateStore, StoreUnavailable
from embedded_app.storage._connections import give_connection_back
from embedded_app.storage._database import BUSY_TIMEOUT_MS, Model, db
from embedded_app.storage.retention import Retention

_REDIS_SECONDS = 0.5
_LOCK_MS = 1_000  # a page waits no longer for whoever writes; its process goes on alone then
_KEPT_SECONDS = 24 * 3600

_SWAP = """
local held = redis.call('GET', KEYS[1]) or ''
if held ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""


class SharedValue(Model):
    """No company's data: what the processes of this app share for a short time."""

    __tablename__ = "shared_values"
    retention = Retention("until another value takes its place", of_company=False)

    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


def shared_value(app: Flask, config: Config, name: str) -> StateStore:
    """The value `name`, in the Redis of REDIS_URL, or else in the database; both by their own clocks."""
    if config.redis_url is not None:
        return RedisValue(config.redis_url.reveal(), name)
    with app.app_context():
        return DatabaseValue(db.engine, name)


class RedisValue:
    """In Redis. Connects when it is first asked."""

    def __init__(self, url: str, name: str) -> None:
        self._client = redis.Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=_REDIS_SECONDS,
            socket_connect_timeout=_REDIS_SECONDS,
        )
        self._key = f"tieback:{name}"

    def read(self) -> tuple[str, float]:
        try:
            with self._client.pipeline(transaction=False) as pipeline:
                pipeline.get(self._key)
                pipeline.time()
                value, (seconds, micro) = pipeline.execute()
        except redis.RedisError as error:
            raise StoreUnavailable from error
        return value or "", seconds + micro / 1_000_000

    def replace(self, seen: str, value: str) -> bool:
        try:
            return bool(self._client.eval(_SWAP, 1, self._key, seen, value, _KEPT_SECONDS))
        except redis.RedisError as error:
            raise StoreUnavailable from error


class DatabaseValue:
    """In a row of its own, written by single statements: nothing stays locked between read and write."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._name = name
        self._now: ColumnElement[Any] = literal_column(
            "(julianday('now') - 2440587.5) * 86400.0"
            if self._is_sqlite
            else "extract(epoch from clock_timestamp())"
        )

    def read(self) -> tuple[str, float]:
        give_connection_back()
        held = select(SharedValue.value).where(SharedValue.name == self._name).scalar_subquery()
        try:
            with self._engine.connect() as connection:
                value, now = connection.execute(select(held, self._now)).one()
        except SQLAlchemyError as error:
            raise StoreUnavailable from error
        return value or "", float(now)

    def replace(self, seen: str, value: str) -> bool:
        try:
            with self._engine.connect() as connection, self._impatient(connection):
                if not seen:
                    connection.execute(insert(SharedValue).values(name=self._name, value=value))
                    return True
                swap = (
                    update(SharedValue)
                    .where(SharedValue.name == self._name, SharedValue.value == seen)
                    .values(value=value)
                )
                return connection.execute(swap).rowcount == 1
        except IntegrityError:
            return False
        except SQLAlchemyError as error:
            raise StoreUnavailable from error

    @contextmanager
    def _impatient(self, connection: Connection) -> Iterator[None]:
        """Wait for SQLite's one writer a moment only; other databases lock the one row, for a statement."""
        if not self._is_sqlite:
            yield
            return
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {_LOCK_MS}")
        try:
            yield
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
