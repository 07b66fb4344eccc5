"""Panels, projects and jobs, links."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from embedded_app.storage import UtcDateTime

revision = "0004"
down_revision = "0003"


def _company_id() -> sa.Column[int]:
    return sa.Column(
        "company_id", sa.BigInteger, sa.ForeignKey("companies.id", ondelete="CASCADE"), nullable=False
    )


def upgrade() -> None:
    op.create_table(
        "panels",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("family", sa.String(32), nullable=False),
        sa.Column("source_id", sa.Uuid, sa.ForeignKey("sources.id"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("definition", sa.JSON, nullable=False),
        sa.Column("published_definition", sa.JSON),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.String(255), nullable=False),
        _company_id(),
        sa.UniqueConstraint("company_id", "name"),
    )
    op.create_index("ix_panels_company_id", "panels", ["company_id"])
    op.create_index("ix_panels_source_id", "panels", ["source_id"])
    op.create_table(
        "project_jobs",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("project_id", sa.BigInteger, nullable=False),
        sa.Column("job", sa.String(255), nullable=False),
        _company_id(),
        sa.UniqueConstraint("company_id", "project_id", "job"),
    )
    op.create_index("ix_project_jobs_company_id", "project_jobs", ["company_id"])
    op.create_table(
        "links",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("panel_id", sa.Uuid, sa.ForeignKey("panels.id", ondelete="CASCADE"), nullable=False),
        sa.Column("project_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("record_id", sa.BigInteger, nullable=False),
        sa.Column("row_id", sa.String(255), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("confirmed_by_id", sa.String(64), nullable=False),
        sa.Column("confirmed_by", sa.String(255), nullable=False),
        sa.Column("confirmed_at", UtcDateTime, nullable=False),
        _company_id(),
        sa.UniqueConstraint("panel_id", "project_id", "kind", "record_id", "row_id"),
    )
    op.create_index("ix_links_company_id", "links", ["company_id"])
    op.create_index(
        "ix_links_confirmed_row",
        "links",
        ["panel_id", "row_id"],
        unique=True,
        sqlite_where=sa.text("state = 'confirmed'"),
        postgresql_where=sa.text("state = 'confirmed'"),
    )


def downgrade() -> None:
    op.drop_table("links")
    op.drop_table("project_jobs")
    op.drop_table("panels")
