"""Which panels are from before rows without a record began at Admin: an administrator decides about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    # Those that are there are undecided; new ones say themselves that they are not.
    op.add_column(
        "panels", sa.Column("unmatched_is_decided", sa.Boolean, nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    op.drop_column("panels", "unmatched_is_decided")
