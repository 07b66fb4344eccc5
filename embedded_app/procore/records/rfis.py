"""RFIs (docs/platform-reference.md, section 5.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Required, TypedDict, Unpack

import msgspec

from embedded_app.ids import ProjectId, RecordId, UserId
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.decoding import converted
from embedded_app.procore.calls.fields import (
    AllNamed,
    Count,
    Day,
    Id,
    Label,
    Moment,
    Named,
    Number,
    Text,
    Wire,
    at,
    items,
)
from embedded_app.procore.calls.routes import CompanyRoute, WriteRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import Records


class _Question(msgspec.Struct):
    attachments: Count | None = None


def _attachments(value: object) -> int | None:
    """How many files the questions have; a list shows none."""
    counts = [converted(item, _Question).attachments for item in items(value)]
    shown = [count for count in counts if count is not None]
    return sum(shown) if shown else None


class Rfi(msgspec.Struct, frozen=True):
    """An RFI.

    Attributes:
        number: as people see it, with its prefix where Procore gives it.
        status: ``open``, ``closed``, ``draft``, ``closed_with_revision`` or ``closed_draft``.
        due_date: while the status is open, a day before today in the project's time zone means overdue.
        cost_impact: what the impact is estimated at, with its status ``yes_known`` and the like beside it.
        attachments: how many files its questions have; ``None`` where that is not shown, as in lists.
    """

    id: Id[RecordId]
    number: Label | None = at("full_number", "number")
    subject: Text | None = None
    status: Text | None = None
    due_date: Day | None = None
    initiated_at: Moment | None = None
    closed_at: Moment | None = at("time_resolved")
    rfi_manager: Named | None = None
    assignees: AllNamed = ()
    ball_in_court: Named | None = None
    responsible_contractor: Named | None = None
    cost_impact: Number | None = at("cost_impact.value")
    cost_impact_status: Text | None = at("cost_impact.status")
    private: bool | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    attachments: Wire[int, _attachments] | None = at("questions")


class NewRfi(TypedDict, total=False):
    """An RFI to create. It needs at least one assignee: Procore refuses it otherwise."""

    subject: Required[str]
    question: Required[str]
    rfi_manager_id: Required[UserId]
    assignee_ids: Required[Sequence[UserId]]
    due_date: date | None
    reference: str | None
    responsible_contractor_id: RecordId | None
    private: bool | None
    draft: bool | None
    upload_ids: Sequence[str]


class Rfis(Records[Rfi]):
    """The RFIs of a company."""

    kind = Rfi
    many = CompanyRoute.RFIS
    single = CompanyRoute.RFI
    new = WriteRoute.CREATE_RFI, "rfi"

    def list(
        self,
        project_id: ProjectId,
        *,
        status: str | None = None,
        number: str | None = None,
        updated: Period | None = None,
        most: int | None = None,
    ) -> Read[tuple[Rfi, ...]]:
        """Those of a project that pass the filters, at most so many."""
        return self._list(project_id, most, status=status, number=number, updated_at=updated)

    def create(self, project_id: ProjectId, **rfi: Unpack[NewRfi]) -> Rfi:
        """A new one. `Rejected` has Procore's own reasons; after `OutcomeUnknown` it may have been created."""
        return self._create(project_id, {**rfi, "question": {"body": rfi["question"]}})
