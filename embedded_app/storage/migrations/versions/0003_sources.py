"""Sources and their files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from embedded_app.storage import SealedColumn, UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "sources",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.Column("credentials", SealedColumn),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("key_column", sa.String(255)),
        sa.Column("keep_seconds", sa.Integer, nullable=False),
        sa.Column("columns", sa.JSON, nullable=False),
        sa.Column("row_count", sa.Integer),
        sa.Column("last_success_at", UtcDateTime),
        sa.Column("last_failure_at", UtcDateTime),
        sa.Column("last_failure_code", sa.String(64)),
        sa.Column("last_failure", sa.String(500)),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column(
            "company_id", sa.BigInteger, sa.ForeignKey("companies.id", ondelete="CASCADE"), nullable=False
        ),
        sa.UniqueConstraint("company_id", "name"),
    )
    op.create_index("ix_sources_company_id", "sources", ["company_id"])
    op.create_table(
        "source_files",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("source_id", sa.Uuid, sa.ForeignKey("sources.id", ondelete="CASCADE")),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("content", SealedColumn, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("uploaded_at", UtcDateTime, nullable=False),
        sa.Column("uploaded_by", sa.String(255), nullable=False),
        sa.Column(
            "company_id", sa.BigInteger, sa.ForeignKey("companies.id", ondelete="CASCADE"), nullable=False
        ),
    )
    op.create_index("ix_source_files_company_id", "source_files", ["company_id"])
    op.create_index("ix_source_files_source_id", "source_files", ["source_id"])


def downgrade() -> None:
    op.drop_table("source_files")
    op.drop_table("sources")
