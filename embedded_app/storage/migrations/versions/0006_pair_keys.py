"""The keys of pairs that may have to be kept aside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from embedded_app.storage import SealedColumn

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "pair_keys",
        sa.Column("grant_id", sa.Uuid, sa.ForeignKey("grants.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("sealed_key", SealedColumn, nullable=False),
        sa.Column(
            "company_id", sa.BigInteger, sa.ForeignKey("companies.id", ondelete="CASCADE"), nullable=False
        ),
    )
    op.create_index("ix_pair_keys_company_id", "pair_keys", ["company_id"])


def downgrade() -> None:
    op.drop_table("pair_keys")
