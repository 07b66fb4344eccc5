"""Signing in by a code, where the browser of a frame opens no window."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("sign_in_flows") as table:
        table.add_column(sa.Column("code_hash", sa.String(64)))
        table.alter_column("wrong_verifiers", new_column_name="wrong_tries")
    op.create_index("ix_sign_in_flows_challenge", "sign_in_flows", ["challenge"])


def downgrade() -> None:
    op.drop_index("ix_sign_in_flows_challenge", "sign_in_flows")
    with op.batch_alter_table("sign_in_flows") as table:
        table.alter_column("wrong_tries", new_column_name="wrong_verifiers")
        table.drop_column("code_hash")
