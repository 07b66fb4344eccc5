"""What migrations need that seal stored values in another way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

from embedded_app.clock import SystemClock
from embedded_app.crypto import KeyProvider, Vault, WrappedKey

_COMPANIES = sa.table(
    "companies",
    sa.column("id", sa.BigInteger),
    sa.column("master_key_id", sa.String),
    sa.column("wrapped_data_key", sa.LargeBinary),
)


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
