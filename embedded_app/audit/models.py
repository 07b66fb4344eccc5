"""The audit table, and the names of the people in it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from embedded_app.storage import FORGOTTEN, CompanyOwned, Model, Retention, UtcDateTime, new_id

SYSTEM_ID, SYSTEM_NAME = "system", "Tieback"


class AuditPerson(CompanyOwned, Model):
    """What somebody in the audit log is called. It can go, and the chain of events holds all the same."""

    __tablename__ = "audit_people"
    retention = Retention("as long as the company or the person", row_of="person_id")
    __table_args__ = (UniqueConstraint("company_id", "person_id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(String(64))
    """The principal's id."""
    name: Mapped[str] = mapped_column(String(255))
    """As it was at the latest event."""
    login: Mapped[str] = mapped_column(String(255))
    """"" where no event had to say it."""


class AuditEvent(CompanyOwned, Model):
    """One thing that somebody did. Rows are never changed."""

    __tablename__ = "audit_events"
    retention = Retention("as long as the company; people stand there by ids")
    __table_args__ = (UniqueConstraint("company_id", "sequence"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    sequence: Mapped[int] = mapped_column(BigInteger)
    """1, 2, 3 … within the company, without a gap."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    event: Mapped[str] = mapped_column(String(64))
    """What happened, dotted and in the past: ``source.created``."""
    actor_id: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(255))
    """What it was done to; "" where that is a person."""
    subject_id: Mapped[str | None] = mapped_column(String(64))
    """The person it was done to."""
    detail: Mapped[dict[str, str]] = mapped_column(JSON)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    """By the app's key, of all of the above and of `company_id`."""

    _actor: Mapped[AuditPerson | None] = relationship(
        primaryjoin=(
            "and_(foreign(AuditEvent.company_id) == AuditPerson.company_id,"
            " foreign(AuditEvent.actor_id) == AuditPerson.person_id)"
        ),
        viewonly=True,
        lazy="joined",
    )
    _subject: Mapped[AuditPerson | None] = relationship(
        primaryjoin=(
            "and_(foreign(AuditEvent.company_id) == AuditPerson.company_id,"
            " foreign(AuditEvent.subject_id) == AuditPerson.person_id)"
        ),
        viewonly=True,
        lazy="joined",
    )

    @property
    def actor_name(self) -> str:
        """Who did it, as people know them."""
        if self.actor_id == SYSTEM_ID:
            return SYSTEM_NAME
        return FORGOTTEN if self._actor is None else self._actor.name

    @property
    def subject_text(self) -> str:
        """What it was done to, in words; a person's login."""
        if self.subject_id is None:
            return self.subject
        return FORGOTTEN if self._subject is None else self._subject.login
