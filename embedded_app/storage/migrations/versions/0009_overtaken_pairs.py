"""Pairs that another one overtook, and pairs of sign-ins that nobody finished, are kept until they are ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from embedded_app.storage import UtcDateTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    with op.batch_alter_table("revocations") as table:
        table.add_column(sa.Column("grant_id", sa.Uuid))
        table.add_column(sa.Column("ends_at", UtcDateTime))
        table.create_foreign_key(
            "fk_revocations_grant_id_grants", "grants", ["grant_id"], ["id"], ondelete="SET NULL"
        )
    op.create_index("ix_revocations_grant_id", "revocations", ["grant_id"])
    op.add_column("sign_in_flows", sa.Column("revoke_at", UtcDateTime))
    op.create_index("ix_sign_in_flows_revoke_at", "sign_in_flows", ["revoke_at"])
    flows = sa.table(
        "sign_in_flows", sa.column("sealed_sign_in", sa.LargeBinary), sa.column("revoke_at", UtcDateTime)
    )
    op.execute(  # a choice that is under way ends within ten minutes
        flows.update()
        .where(flows.c.sealed_sign_in.is_not(None))
        .values(revoke_at=datetime.now(UTC) + timedelta(minutes=15))
    )


def downgrade() -> None:
    op.drop_index("ix_sign_in_flows_revoke_at", "sign_in_flows")
    op.drop_column("sign_in_flows", "revoke_at")
    op.drop_index("ix_revocations_grant_id", "revocations")
    with op.batch_alter_table("revocations") as table:
        table.drop_constraint("fk_revocations_grant_id_grants", type_="foreignkey")
        table.drop_column("ends_at")
        table.drop_column("grant_id")
