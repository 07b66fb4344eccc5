"""Every table of the models in an in-memory database, made once in a test process and copied."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Engine, StaticPool, create_engine

from embedded_app.storage import Model


def create_tables(engine: Engine) -> None:
    """Put every table into the in-memory SQLite database of `engine`, whose pool has one connection."""
    connection = engine.raw_connection()
    connection.driver_connection.deserialize(_tables())  # type: ignore[union-attr]
    connection.close()


@cache
def _tables() -> bytes:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Model.metadata.create_all(engine)
    return engine.raw_connection().driver_connection.serialize()  # type: ignore[no-any-return,union-attr]
