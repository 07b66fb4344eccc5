"""Holds a panel for what changes it: of two people at the same moment, the second sees what the first did."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, update

from embedded_app.panels.models import Panel
from embedded_app.storage import db


def hold(panel_id: UUID) -> bool:
    """Hold the panel until the transaction ends; `False` when it is no longer there.

    It is a write, and comes before any row is read: so it waits for whoever holds the panel, on both databases.
    """
    held = db.session.execute(
        update(Panel)
        .where(Panel.id == panel_id)
        .values(version=Panel.version)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", held).rowcount == 1


def hold_all() -> None:
    """Hold every panel of the company, for a change of their order."""
    db.session.execute(
        update(Panel).values(version=Panel.version).execution_options(synchronize_session=False)
    )
