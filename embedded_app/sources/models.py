"""The tables of sources and of the files that people upload for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Integer, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from embedded_app.crypto import SealContext, Sealed
from embedded_app.storage import CompanyOwned, Model, Retention, SealedColumn, UtcDateTime, new_id

LONGEST_NAME = 60


class Source(CompanyOwned, Model):
    """An external system of a company, and how its last reading went. Its rows are never stored here."""

    __tablename__ = "sources"
    retention = Retention("until an administrator deletes it")
    __table_args__ = (UniqueConstraint("company_id", "name"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    """Unique in the company; stands over the external columns."""
    kind: Mapped[str] = mapped_column(String(16))
    """The `kind` of the connector that reads it."""
    settings: Mapped[dict[str, str]] = mapped_column(JSON)
    """What the connector's form asks for, without its secrets."""
    credentials: Mapped[Sealed | None] = mapped_column(SealedColumn)
    """The secrets of the form, also when there are none, sealed for this row, `version`, `kind` and `settings`."""
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Counts changes. What was kept of an older version is not used, and its credentials no longer open."""
    key_column: Mapped[str | None] = mapped_column(String(255))
    """The column whose value is a row's id; `None` where the number of the line is."""
    keep_seconds: Mapped[int] = mapped_column(Integer)
    """How long a reading counts as fresh."""
    columns: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    """The columns as they were when the source was saved; see `columns.to_json`."""
    row_count: Mapped[int | None] = mapped_column(Integer)
    """Rows of the last complete reading."""
    last_success_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_failure_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_failure_code: Mapped[str | None] = mapped_column(String(64))
    """`None` while the last attempt succeeded."""
    last_failure: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    # Written at the version at which it was read, or not at all. Saving raises it, noting a reading does not.
    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012 # SQLAlchemy's

    def seal_context(self) -> SealContext:
        """Where `credentials` stands."""
        return credentials_context(self.company_id, self.id, self.version, self.kind, self.settings)


class SourceFile(CompanyOwned, Model):
    """An uploaded file. Without a source it waits for one to be saved, a day at most."""

    __tablename__ = "source_files"
    retention = Retention(
        "a day without a source, else until another file replaces it", names=("uploaded_by",)
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    source_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("sources.id", ondelete="CASCADE"), index=True
    )
    file_name: Mapped[str] = mapped_column(String(255))
    content: Mapped[Sealed] = mapped_column(SealedColumn, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the plain bytes, in hexadecimal."""
    size: Mapped[int] = mapped_column(Integer)
    """Bytes before sealing."""
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    uploaded_by: Mapped[str] = mapped_column(String(255))
    """The name by which people knew the uploader then."""

    def seal_context(self) -> SealContext:
        """Where `content` stands."""
        return content_context(self.company_id, self.id)


def credentials_context(
    company_id: int, source_id: UUID, version: int, kind: str, settings: Mapping[str, str]
) -> SealContext:
    """Where the credentials of a source stand: they open in this row, at this version, for these settings only.

    All settings count: most decide where a password is sent, the others what is read with it. One that is empty
    counts as one that is not there.
    """
    stated = {name: value for name, value in settings.items() if value}
    bound_to = json.dumps([kind, stated], sort_keys=True, ensure_ascii=False)
    return SealContext("sources.credentials", company_id, str(source_id), version, bound_to)


def content_context(company_id: int, file_id: UUID) -> SealContext:
    """Where the content of a file stands."""
    return SealContext("source_files.content", company_id, str(file_id))
