"""How many rows a panel last found for a job."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from embedded_app.storage import UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "job_counts",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("panel_id", sa.Uuid, sa.ForeignKey("panels.id", ondelete="CASCADE"), nullable=False),
        sa.Column("job", sa.String(255), nullable=False),
        sa.Column("row_count", sa.Integer, nullable=False),
        sa.Column("read_at", UtcDateTime, nullable=False),
        sa.Column(
            "company_id", sa.BigInteger, sa.ForeignKey("companies.id", ondelete="CASCADE"), nullable=False
        ),
        sa.UniqueConstraint("panel_id", "job"),
    )
    op.create_index("ix_job_counts_company_id", "job_counts", ["company_id"])


def downgrade() -> None:
    op.drop_table("job_counts")
