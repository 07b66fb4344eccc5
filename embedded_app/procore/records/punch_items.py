"""Punch items (docs/platform-reference.md, section 5.11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Required, TypedDict, Unpack

import msgspec

from embedded_app.ids import ProjectId, RecordId
from embedded_app.procore.calls.fields import AllNamed, Count, Day, Id, Label, Moment, Named, Text, at
from embedded_app.procore.calls.routes import CompanyRoute, WriteRoute
from embedded_app.procore.records.access import Records


class PunchItem(msgspec.Struct, frozen=True):
    """A punch item.

    Attributes:
        status: ``Open``, ``Closed``, ``Overdue`` or ``Pending``.
        workflow_status: where it stands more exactly, for example ``ready_for_review``.
        attachments: how many files it has; ``None`` where that is not shown, as in lists.
    """

    id: Id[RecordId]
    number: Label | None = at("number", "position")
    name: Text | None = None
    status: Text | None = None
    workflow_status: Text | None = None
    priority: Text | None = None
    due_date: Day | None = None
    ball_in_court: AllNamed = ()
    manager: Named | None = at("punch_item_manager")
    created_at: Moment | None = None
    updated_at: Moment | None = None
    attachments: Count | None = None


class NewPunchItem(TypedDict, total=False):
    """A punch item to create."""

    name: Required[str]
    description: str | None
    due_date: date | None
    upload_ids: Sequence[str]


class PunchItems(Records[PunchItem]):
    """The punch items of a company; filters of their list are not documented."""

    kind = PunchItem
    many = CompanyRoute.PUNCH_ITEMS
    single = CompanyRoute.PUNCH_ITEM
    new = WriteRoute.CREATE_PUNCH_ITEM, "punch_item"

    def create(self, project_id: ProjectId, **punch_item: Unpack[NewPunchItem]) -> PunchItem:
        """A new one. `Rejected` has Procore's own reasons; after `OutcomeUnknown` it may have been created."""
        return self._create(project_id, punch_item)
