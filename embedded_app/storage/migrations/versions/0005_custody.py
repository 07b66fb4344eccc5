"""Revocations that Procore has yet to confirm, and who connected the company."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from embedded_app.storage import SealedColumn, UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "revocations",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sealed_token", SealedColumn, nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", UtcDateTime, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column(
            "company_id", sa.BigInteger, sa.ForeignKey("companies.id", ondelete="CASCADE"), nullable=False
        ),
    )
    op.create_index("ix_revocations_company_id", "revocations", ["company_id"])
    op.create_index("ix_revocations_next_at", "revocations", ["next_at"])
    op.add_column("grants", sa.Column("is_installer", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("grants", "is_installer")
    op.drop_table("revocations")
