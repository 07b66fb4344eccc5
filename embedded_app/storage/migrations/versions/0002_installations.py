"""Grants, sign-in flows, principals and sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from embedded_app.storage import SealedColumn, UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "principals",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("login", sa.String(255), nullable=False),
        sa.Column("signed_in_at", UtcDateTime, nullable=False),
        _company_id(),
        sa.UniqueConstraint("company_id", "user_id"),
    )
    op.create_index("ix_principals_company_id", "principals", ["company_id"])
    op.create_table(
        "grants",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("principal_id", sa.Uuid, sa.ForeignKey("principals.id", ondelete="CASCADE")),
        sa.Column("sealed_tokens", SealedColumn),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("refresh_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("lease_until", UtcDateTime),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("retry_at", UtcDateTime),
        sa.Column("last_failure", sa.String(64)),
        sa.Column("last_failure_at", UtcDateTime),
        sa.Column("lost_cause", sa.String(64)),
        sa.Column("lost_at", UtcDateTime),
        sa.Column("created_at", UtcDateTime, nullable=False),
        _company_id(),
        sa.UniqueConstraint("company_id", "principal_id"),
    )
    op.create_index("ix_grants_company_id", "grants", ["company_id"])
    op.create_index(
        "ix_grants_service_account",
        "grants",
        ["company_id"],
        unique=True,
        sqlite_where=sa.text("principal_id IS NULL"),
        postgresql_where=sa.text("principal_id IS NULL"),
    )
    op.create_table(
        "sign_in_flows",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("cookie_hash", sa.String(64), nullable=False),
        sa.Column("challenge", sa.String(64)),
        sa.Column("company_claim", sa.BigInteger),
        sa.Column("consent_version", sa.String(16)),
        sa.Column("next_path", sa.String(255)),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("consumed_at", UtcDateTime),
        sa.Column("outcome", sa.String(16)),
        sa.Column("outcome_at", UtcDateTime),
        sa.Column("principal_id", sa.Uuid),
        sa.Column("redeemed_at", UtcDateTime),
        sa.Column("wrong_verifiers", sa.Integer, nullable=False),
        sa.Column("master_key_id", sa.String(64)),
        sa.Column("wrapped_key", sa.LargeBinary),
        sa.Column("sealed_sign_in", SealedColumn),
    )
    op.create_index("ix_sign_in_flows_cookie_hash", "sign_in_flows", ["cookie_hash"])
    op.create_index("ix_sign_in_flows_created_at", "sign_in_flows", ["created_at"])
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column(
            "principal_id", sa.Uuid, sa.ForeignKey("principals.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        _company_id(),
    )
    op.create_index("ix_sessions_company_id", "sessions", ["company_id"])
    op.create_index("ix_sessions_principal_id", "sessions", ["principal_id"])
    op.create_table(
        "session_proofs",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("session_id", sa.Uuid, sa.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("replaced", sa.Boolean, nullable=False),
        _company_id(),
    )
    op.create_index("ix_session_proofs_company_id", "session_proofs", ["company_id"])
    op.create_index("ix_session_proofs_session_id", "session_proofs", ["session_id"])


def downgrade() -> None:
    for table in ("session_proofs", "sessions", "sign_in_flows", "grants", "principals"):
        op.drop_table(table)


def _company_id() -> sa.Column[int]:
    """The column of `CompanyOwned`."""
    return sa.Column(
        "company_id", sa.BigInteger, sa.ForeignKey("companies.id", ondelete="CASCADE"), nullable=False
    )
