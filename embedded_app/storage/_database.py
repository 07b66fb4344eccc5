"""The engine and the session, for SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from alembic import command
from alembic.config import Config as AlembicConfig
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ColumnElement, Engine, MetaData, event, literal_column, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase

from embedded_app.config import Config
from embedded_app.crypto import KeyProvider, key_provider
from embedded_app.storage.retention import Retention

BUSY_TIMEOUT_MS = 10_000
POOL = {"pool_size": 10, "max_overflow": 10, "pool_timeout": 10}
"""Connections of a process, and how many seconds a thread waits for one. Four processes together stay below the
hundred that PostgreSQL accepts as it comes. No thread needs two at once (`_connections.py`)."""
MASTER_KEYS = "master_keys"
_MIGRATIONS = Path(__file__).parent / "migrations"


class Model(DeclarativeBase):
    """Base of every table. Constraint names are fixed, so that migrations can name them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    retention: ClassVar[Retention]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if not isinstance(getattr(cls, "retention", None), Retention):
            raise TypeError(f"{cls.__name__} does not say what becomes of its rows; see `Retention`.")
        super().__init_subclass__(**kwargs)


db = SQLAlchemy(model_class=Model, disable_autonaming=True)


def init_app(app: Flask, config: Config, master_keys: KeyProvider | None = None) -> None:
    """Attach the database to `app`; for SQLite the file's folder is made.

    `master_keys` takes the place of the provider that `config` names.
    """
    app.extensions[MASTER_KEYS] = master_keys or key_provider(config)
    url = make_url(config.database_url.reveal())
    options: dict[str, Any] = {"pool_pre_ping": True}
    is_sqlite = url.get_backend_name() == "sqlite"
    is_in_memory = is_sqlite and url.database in (None, "", ":memory:")  # it has one connection for all
    if not is_in_memory:
        options |= POOL
    if not is_sqlite:
        options["pool_recycle"] = 1800
    elif not is_in_memory:
        path = Path(str(url.database)).resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        url = url.set(database=str(path))
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _prepare_sqlite)


def _prepare_sqlite(connection: Any, record: object) -> None:
    del record
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def upgrade(revision: str = "head") -> None:
    """Bring the schema of the current app's database to `revision`; does nothing when it is there already.

    The app's master keys open what a migration has to seal in another way.
    """
    alembic = AlembicConfig()
    alembic.attributes["master_keys"] = current_app.extensions[MASTER_KEYS]
    alembic.set_main_option("script_location", str(_MIGRATIONS))
    with db.engine.begin() as connection:
        alembic.attributes["connection"] = connection
        command.upgrade(alembic, revision)


def database_now() -> datetime:
    """The database's clock, in UTC, now and not at the start of the transaction.

    Leases are set and judged by it alone, because the processes' clocks may differ.
    """
    is_sqlite = db.session.get_bind().dialect.name == "sqlite"
    now = "strftime('%Y-%m-%d %H:%M:%f', 'now')" if is_sqlite else "clock_timestamp()"
    clock: ColumnElement[Any] = literal_column(now)
    value = db.session.execute(select(clock)).scalar_one()
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


def engine() -> Engine:
    """For migrations and health checks only: a connection of its own knows no company scope."""
    return db.engine
