"""The tables of who is looking: principals, their sessions, and the texts that prove a session."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from embedded_app.storage import CompanyOwned, Model, Retention, UtcDateTime, new_id


class Principal(CompanyOwned, Model):
    """A person in one company. Somebody who works in two companies is two principals."""

    __tablename__ = "principals"
    retention = Retention("as long as the company", row_of="id")
    __table_args__ = (UniqueConstraint("company_id", "user_id"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    user_id: Mapped[int] = mapped_column(BigInteger)
    """The person's id in Procore."""
    name: Mapped[str] = mapped_column(String(255))
    login: Mapped[str] = mapped_column(String(255))
    signed_in_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The latest sign-in."""


class SessionKind(StrEnum):
    """Where a session is used."""

    FRAME = "frame"
    TAB = "tab"


class Session(CompanyOwned, Model):
    """One sign-in of one principal, until `expires_at` at the latest."""

    __tablename__ = "sessions"
    retention = Retention("8 hours, until the next sign-in of the person", row_of="principal_id")

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    principal_id: Mapped[UUID] = mapped_column(
        Uuid, ForeignKey("principals.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[SessionKind] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """The absolute end. Nothing prolongs it."""


class ProofKind(StrEnum):
    """What a text proves a session for; one kind is never taken for another."""

    BEARER = "bearer"
    """A frame's calls, in `Authorization`."""
    RESUME = "resume"
    """A reloaded frame, in a cookie; read by resume and logout only."""
    TAB = "tab"
    """Our own pages in a full tab, in a cookie."""


class Proof(CompanyOwned, Model):
    """A random text that proves a session; its SHA-256 is kept, in hexadecimal, to find it by.

    A session has several at a time: each frame of one person renews its own bearer.
    """

    __tablename__ = "session_proofs"
    retention = Retention("with its session; an ended bearer until the next one")

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    session_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ProofKind] = mapped_column(String(16))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    replaced: Mapped[bool] = mapped_column(default=False)
    """For a resume cookie: its successor was handed out, and this one only bridges requests on their way."""
    mac: Mapped[str] = mapped_column(String(64))
    """By the app's key, of this row, of the end of its session and of whom that is: a row of anybody else proves
    nothing."""
