"""Seals name what decides where a value goes: a source's settings, a grant's principal.

Only this opens a value that names it not; no code of the running service does.
"""

from __future__ import annotations

import json
import logging
from typing import Any

import sqlalchemy as sa
from alembic import op

from embedded_app.crypto import SealContext, Sealed, Vault
from embedded_app.errors import KeyDestroyed, Unsealable
from embedded_app.storage.migrations.sealing import vault

revision = "0012"
down_revision = "0011"

_log = logging.getLogger("alembic.runtime.migration")
_SOURCES = sa.table(
    "sources",
    sa.column("id", sa.Uuid),
    sa.column("company_id", sa.BigInteger),
    sa.column("kind", sa.String),
    sa.column("settings", sa.JSON),
    sa.column("version", sa.Integer),
    sa.column("credentials", sa.LargeBinary),
)
_GRANTS = sa.table(
    "grants",
    sa.column("id", sa.Uuid),
    sa.column("company_id", sa.BigInteger),
    sa.column("principal_id", sa.Uuid),
    sa.column("version", sa.Integer),
    sa.column("sealed_tokens", sa.LargeBinary),
)


def upgrade() -> None:
    keys = vault()
    for row in op.get_bind().execute(sa.select(_SOURCES)).all():
        stated = {name: value for name, value in row.settings.items() if value}
        bound_to = json.dumps([row.kind, stated], sort_keys=True, ensure_ascii=False)
        _seal_anew(keys, _SOURCES.c.credentials, row, bound_to)
    for row in op.get_bind().execute(sa.select(_GRANTS).where(_GRANTS.c.sealed_tokens.is_not(None))).all():
        whose = "service account" if row.principal_id is None else str(row.principal_id)
        _seal_anew(keys, _GRANTS.c.sealed_tokens, row, whose)


def downgrade() -> None:
    """The release before opens nothing of it: sources are saved again, and people sign in again."""


def _seal_anew(keys: Vault, column: Any, row: Any, bound_to: str) -> None:
    """Seal the value of a row for `bound_to`. A source without secrets gets the seal of none."""
    table, stored = column.table, getattr(row, column.name)
    place = (f"{table.name}.{column.name}", row.company_id, str(row.id), row.version)
    try:
        plain = b"{}" if stored is None else keys.open(SealContext(*place), Sealed.from_bytes(bytes(stored)))
        sealed = keys.seal(SealContext(*place, bound_to), plain)
    except (KeyDestroyed, Unsealable):
        _log.warning("%s of row %s cannot be opened and was left as it is", place[0], row.id)
        return
    op.execute(table.update().where(table.c.id == row.id).values({column.name: sealed.to_bytes()}))
