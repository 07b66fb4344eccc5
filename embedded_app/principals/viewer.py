"""Who is looking, as values that outlive the database session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import g

from embedded_app.audit import Actor
from embedded_app.errors import SessionExpired
from embedded_app.ids import CompanyId, UserId


@dataclass(frozen=True, slots=True)
class Viewer:
    """A principal in a session. The company is the session's own, verified when it began.

    Attributes:
        ends_at: when the session ends at the latest, as its proof says.
    """

    principal_id: UUID
    user_id: UserId
    name: str
    login: str
    company_id: CompanyId
    session_id: UUID
    ends_at: datetime


def current_viewer() -> Viewer:
    """Who makes this request.

    Raises:
        SessionExpired: nobody is signed in; a view whose access rule names a session never sees this.
    """
    viewer: Viewer | None = g.get("viewer")
    if viewer is None:
        raise SessionExpired
    return viewer


def actor_of(viewer: Viewer) -> Actor:
    """`viewer` as the audit log names them."""
    return Actor(str(viewer.principal_id), viewer.name, viewer.login)
