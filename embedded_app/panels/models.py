"""Tables of this package: what an administrator set up, and what people decided about pairs.

No column holds a value of a Procore record: only ids, and the customer's own row ids and job numbers.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from embedded_app.panels.definition import PanelDefinition
from embedded_app.storage import CompanyOwned, Model, Retention, UtcDateTime, new_id


class PanelState(StrEnum):
    """Whether people see the panel."""

    DRAFT = "draft"
    PUBLISHED = "published"


class Panel(CompanyOwned, Model):
    """Records of one family beside rows of one source.

    `definition` is what the administrator is working on; `published_definition` is what people see, `None` until
    the first publishing. So a half-finished change never shows. Both are the JSON of `PanelDefinition`.
    """

    __tablename__ = "panels"
    retention = Retention("until an administrator deletes it", names=("changed_by",))
    __table_args__ = (UniqueConstraint("company_id", "name"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    family: Mapped[str] = mapped_column(String(32))
    source_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("sources.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    """The order of the tabs, from 1."""
    definition: Mapped[dict[str, Any]] = mapped_column(JSON)
    published_definition: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    version: Mapped[int] = mapped_column(Integer, default=1)
    """Goes up with every save, so that two administrators cannot overwrite each other unseen."""
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(255))
    """The name at that time, as in the audit log."""
    unmatched_is_decided: Mapped[bool] = mapped_column(Boolean, default=True)
    """Whether somebody chose who sees rows without a record while the choice began at Admin; `False` for a panel
    from before, until an administrator decides (`unmatched_review`)."""

    # A row is written at the version at which it was read, or not at all.
    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012 # SQLAlchemy's

    @property
    def state(self) -> PanelState:
        return PanelState.DRAFT if self.published_definition is None else PanelState.PUBLISHED

    @property
    def has_unpublished_changes(self) -> bool:
        if self.published_definition is None or self.published_definition == self.definition:
            return False
        # What was stored before a panel had some part can differ in the text alone.
        return PanelDefinition.from_json(self.published_definition) != PanelDefinition.from_json(
            self.definition
        )


class ProjectJob(CompanyOwned, Model):
    """A job in the customer's systems that belongs to a Procore project. A project may have several."""

    __tablename__ = "project_jobs"
    retention = Retention("until an administrator removes it")
    __table_args__ = (UniqueConstraint("company_id", "project_id", "job"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    project_id: Mapped[int] = mapped_column(BigInteger)
    job: Mapped[str] = mapped_column(String(255))
    """As the sources write it; the job column of a panel must hold exactly this, blanks around it aside."""


class JobCount(CompanyOwned, Model):
    """How many rows the panel's source last had for a job, while it had any; nothing of the rows themselves."""

    __tablename__ = "job_counts"
    retention = Retention("until the job has no rows, or with its panel")
    __table_args__ = (UniqueConstraint("panel_id", "job"),)

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    panel_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("panels.id", ondelete="CASCADE"))
    job: Mapped[str] = mapped_column(String(255))
    row_count: Mapped[int] = mapped_column(Integer)
    """At least 1."""
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LinkState(StrEnum):
    """What a person decided about a pair."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Link(CompanyOwned, Model):
    """A person's decision about one record and one row: they belong together, or "not this one"."""

    __tablename__ = "links"
    retention = Retention(
        "until somebody takes it back, or with its panel", names=("confirmed_by",), named_by="confirmed_by_id"
    )
    __table_args__ = (
        UniqueConstraint("panel_id", "project_id", "kind", "record_id", "row_id"),
        Index(  # two people cannot give one row to two records at the same time
            "ix_links_confirmed_row",
            "panel_id",
            "row_id",
            unique=True,
            sqlite_where=text("state = 'confirmed'"),
            postgresql_where=text("state = 'confirmed'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    panel_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("panels.id", ondelete="CASCADE"))
    project_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(64))
    """The kind of record within the family: ids are unique within a kind only."""
    record_id: Mapped[int] = mapped_column(BigInteger)
    row_id: Mapped[str] = mapped_column(String(255))
    state: Mapped[LinkState] = mapped_column(String(16))
    confirmed_by_id: Mapped[str] = mapped_column(String(64))
    confirmed_by: Mapped[str] = mapped_column(String(255))
    """The name at that time, as in the audit log."""
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
