"""The audit table."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from embedded_app.storage import CompanyOwned, Model, UtcDateTime, new_id


class AuditEvent(CompanyOwned, Model):
    """One thing that somebody did, as it was at that moment. Rows are never changed."""

    __tablename__ = "audit_events"
    __table_args__ = (UniqueConstraint("company_id", "sequence"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    sequence: Mapped[int] = mapped_column(BigInteger)
    """1, 2, 3 … within the company, without a gap."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    event: Mapped[str] = mapped_column(String(64))
    """What happened, dotted and in the past: ``source.created``."""
    actor_id: Mapped[str] = mapped_column(String(64))
    actor_name: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    detail: Mapped[dict[str, str]] = mapped_column(JSON)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
