"""What migrations need that seal stored values in another way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

from embedded_app.clock import SystemClock
from embedded_app.crypto import Authenticator, KeyProvider, Vault, WrappedKey

_COMPANIES = sa.table(
    "companies",
    sa.column("id", sa.BigInteger),
    sa.column("master_key_id", sa.String),
    sa.column("wrapped_data_key", sa.LargeBinary),
)
_APP_KEYS = sa.table(
    "app_keys",
    sa.column("id", sa.String),
    sa.column("master_key_id", sa.String),
    sa.column("wrapped_key", sa.LargeBinary),
)


def authenticator() -> Authenticator:
    """Makes MACs on the connection of the migration, and the app's key where there is none."""
    connection = op.get_bind()

    def find() -> WrappedKey | None:
        row = connection.execute(
            sa.select(_APP_KEYS).where(_APP_KEYS.c.wrapped_key.is_not(None))
        ).one_or_none()
        return None if row is None else WrappedKey(row.master_key_id, bytes(row.wrapped_key))

    def keep(new: WrappedKey) -> WrappedKey:
        connection.execute(_APP_KEYS.delete())
        values = {"id": "app", "master_key_id": new.master_key_id, "wrapped_key": new.wrapped}
        connection.execute(_APP_KEYS.insert().values(values))
        return new

    master_keys: KeyProvider = context.config.attributes["master_keys"]
    return Authenticator(master_keys, find, keep, SystemClock())


def vault() -> Vault:
    """Opens and seals on the connection of the migration."""
    connection = op.get_bind()

    def find_wrapped_key(company_id: int) -> WrappedKey | None:
        row = connection.execute(sa.select(_COMPANIES).where(_COMPANIES.c.id == company_id)).one_or_none()
        if row is None or row.master_key_id is None or row.wrapped_data_key is None:
            return None
        return WrappedKey(row.master_key_id, bytes(row.wrapped_data_key))

    master_keys: KeyProvider = context.config.attributes["master_keys"]
    return Vault(master_keys, find_wrapped_key, SystemClock())
