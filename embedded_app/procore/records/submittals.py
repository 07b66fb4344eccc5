"""Submittals (docs/platform-reference.md, section 5.4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Required, TypedDict, Unpack

import msgspec

from embedded_app.ids import ProjectId, RecordId
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.fields import AllNamed, Count, Day, Id, Label, Moment, Named, Text, at
from embedded_app.procore.calls.routes import CompanyRoute, WriteRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import Records


class Submittal(msgspec.Struct, frozen=True):
    """A submittal.

    Attributes:
        number: as people see it, with specification section and revision where Procore gives them.
        status: the company's own word; `state` is the platform's behind it.
        attachments: how many files it has; ``None`` where that is not shown, as in lists.
    """

    id: Id[RecordId]
    number: Label | None = at("formatted_number", "number")
    title: Text | None = None
    revision: Label | None = None
    status: Text | None = at("status.name")
    state: Text | None = at("status.status")
    type: Text | None = at("type.name")
    due_date: Day | None = None
    received_date: Day | None = None
    required_on_site_date: Day | None = None
    responsible_contractor: Named | None = None
    ball_in_court: AllNamed = ()
    specification_section: Label | None = at("specification_section.number")
    private: bool | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    attachments: Count | None = None


class NewSubmittal(TypedDict, total=False):
    """A submittal to create."""

    number: Required[str]
    title: Required[str]
    description: str | None
    due_date: date | None
    required_on_site_date: date | None
    upload_ids: Sequence[str]


class Submittals(Records[Submittal]):
    """The submittals of a company."""

    kind = Submittal
    many, many_v2 = CompanyRoute.SUBMITTALS, CompanyRoute.SUBMITTALS_V2
    single = CompanyRoute.SUBMITTAL
    new = WriteRoute.CREATE_SUBMITTAL, "submittal"

    def list(
        self, project_id: ProjectId, *, updated: Period | None = None, most: int | None = None
    ) -> Read[tuple[Submittal, ...]]:
        """Those of a project that pass the filters, at most so many."""
        return self._list(project_id, most, updated_at=updated)

    def create(self, project_id: ProjectId, **submittal: Unpack[NewSubmittal]) -> Submittal:
        """A new one. `Rejected` has Procore's own reasons; after `OutcomeUnknown` it may have been created."""
        return self._create(project_id, submittal)
