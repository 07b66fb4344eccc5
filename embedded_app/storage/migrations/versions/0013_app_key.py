"""A key of the app vouches for sessions and sign-ins.

Nothing vouches for those that exist: sessions end, and sign-ins under way end without one. Tokens that these hold
stay sealed until Procore has ended them.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from embedded_app.storage import UtcDateTime

revision = "0013"
down_revision = "0012"

_FLOWS = sa.table(
    "sign_in_flows",
    sa.column("sealed_sign_in", sa.LargeBinary),
    sa.column("outcome", sa.String),
    sa.column("outcome_at", UtcDateTime),
    sa.column("revoke_at", UtcDateTime),
)


def upgrade() -> None:
    op.create_table(
        "app_keys",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("master_key_id", sa.String(64)),
        sa.Column("wrapped_key", sa.LargeBinary),
    )
    op.execute("DELETE FROM session_proofs")
    op.execute("DELETE FROM sessions")
    op.add_column("session_proofs", sa.Column("mac", sa.String(64), nullable=False, server_default=""))
    op.add_column("sign_in_flows", sa.Column("mac", sa.String(64), nullable=False, server_default=""))
    now = datetime.now(UTC)
    op.execute(_FLOWS.delete().where(_FLOWS.c.sealed_sign_in.is_(None)))
    op.execute(
        _FLOWS.update()
        .where(_FLOWS.c.outcome.is_(None))
        .values(outcome="failed", outcome_at=now, revoke_at=now)
    )


def downgrade() -> None:
    op.execute("DELETE FROM session_proofs")
    op.execute("DELETE FROM sessions")
    op.execute(_FLOWS.delete().where(_FLOWS.c.sealed_sign_in.is_(None)))
    op.drop_column("sign_in_flows", "mac")
    op.drop_column("session_proofs", "mac")
    op.drop_table("app_keys")
