"""Companies and the audit chain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from embedded_app.storage import UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "companies",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("web_base_url", sa.String(255)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("state_reason", sa.String(64)),
        sa.Column("state_since", UtcDateTime, nullable=False),
        sa.Column("consent_version", sa.String(16), nullable=False),
        sa.Column("consent_by", sa.String(255), nullable=False),
        sa.Column("consent_at", UtcDateTime, nullable=False),
        sa.Column("master_key_id", sa.String(64)),
        sa.Column("wrapped_data_key", sa.LargeBinary),
        sa.Column("audit_sequence", sa.BigInteger, nullable=False),
        sa.Column("audit_head", sa.String(64), nullable=False),
    )
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("actor_id", sa.String(64), nullable=False),
        sa.Column("actor_name", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column(
            "company_id", sa.BigInteger, sa.ForeignKey("companies.id", ondelete="CASCADE"), nullable=False
        ),
        sa.UniqueConstraint("company_id", "sequence"),
    )
    op.create_index("ix_audit_events_company_id", "audit_events", ["company_id"])


def downgrade() -> None:
    op.drop_table("audit_events")
    op.drop_table("companies")
