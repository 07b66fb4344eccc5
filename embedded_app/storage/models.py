"""The table of companies, and the mixin of every table that belongs to one."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from embedded_app.crypto import SealContext, WrappedKey, company_key_context
from embedded_app.storage._columns import UtcDateTime
from embedded_app.storage._database import Model
from embedded_app.storage.retention import Retention


class CompanyState(StrEnum):
    """Where a company stands with us."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    SUSPENDED = "suspended"


class Company(Model):
    """A Procore company that has installed the app. `id` is Procore's own id."""

    __tablename__ = "companies"
    retention = Retention("until the company is deleted", names=("consent_by",))

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(255))
    web_base_url: Mapped[str | None] = mapped_column(String(255))
    """The region's web host, for links into Procore (platform reference, section 1.2)."""
    state: Mapped[CompanyState] = mapped_column(String(16))
    state_reason: Mapped[str | None] = mapped_column(String(64))
    state_since: Mapped[datetime] = mapped_column(UtcDateTime)
    consent_version: Mapped[str] = mapped_column(String(16))
    consent_by: Mapped[str] = mapped_column(String(255))
    consent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    master_key_id: Mapped[str | None] = mapped_column(String(64))
    wrapped_data_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    """`None` once the key was destroyed; then nothing sealed for this company can be opened again."""
    audit_sequence: Mapped[int] = mapped_column(BigInteger, default=0)
    audit_head: Mapped[str] = mapped_column(String(64), default="")
    """A MAC of the newest audit event, so that none is cut off; "" before the first."""

    def seal_context(self) -> SealContext:
        """Where the wrapped data key stands."""
        return company_key_context(self.id)

    @property
    def wrapped_key(self) -> WrappedKey | None:
        if self.wrapped_data_key is None or self.master_key_id is None:
            return None
        return WrappedKey(self.master_key_id, self.wrapped_data_key)

    @wrapped_key.setter
    def wrapped_key(self, key: WrappedKey | None) -> None:
        self.master_key_id = key.master_key_id if key else None
        self.wrapped_data_key = key.wrapped if key else None


class CompanyOwned:
    """Mixin of every table with company data; see `company_scope`.

    One that has a sealed column has one only, and says by ``seal_context()`` where its value stands.
    """

    @declared_attr
    @classmethod
    def company_id(cls) -> Mapped[int]:
        return mapped_column(BigInteger, ForeignKey("companies.id", ondelete="CASCADE"), index=True)
