"""Runs migrations on the connection that `storage.upgrade` hands over; there is no other way in."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from embedded_app.storage import Model

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Model.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
