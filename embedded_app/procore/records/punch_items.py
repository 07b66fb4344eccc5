"""Punch items (docs/platform-reference.md, section 5.11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from embedded_app.ids import ProjectId, RecordId
from embedded_app.procore.calls.decoding import Fields, Ref
from embedded_app.procore.calls.routes import CompanyRoute, WriteRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import CompanyAccess


@dataclass(frozen=True, slots=True)
class PunchItem:
    """A punch item.

    Attributes:
        status: ``Open``, ``Closed``, ``Overdue`` or ``Pending``.
        workflow_status: where it stands more exactly, for example ``ready_for_review``.
        attachments: how many files it has; ``None`` where that is not shown, as in lists.
    """

    id: RecordId
    number: str | None
    name: str | None
    status: str | None
    workflow_status: str | None
    priority: str | None
    due_date: date | None
    ball_in_court: tuple[Ref, ...]
    manager: Ref | None
    created_at: datetime | None
    updated_at: datetime | None
    attachments: int | None


def decode_punch_item(fields: Fields) -> PunchItem:
    """One of `GET /rest/v1.1/punch_items`, or one alone."""
    return PunchItem(
        id=fields.record_id(),
        number=fields.label("number") or fields.label("position"),
        name=fields.optional_text("name"),
        status=fields.optional_text("status"),
        workflow_status=fields.optional_text("workflow_status"),
        priority=fields.optional_text("priority"),
        due_date=fields.day("due_date"),
        ball_in_court=fields.refs("ball_in_court"),
        manager=fields.ref("punch_item_manager"),
        created_at=fields.moment("created_at"),
        updated_at=fields.moment("updated_at"),
        attachments=fields.count("attachments"),
    )


@dataclass(frozen=True, slots=True)
class PunchItems:
    """The punch items of one company that the viewer may see, and may write."""

    _access: CompanyAccess

    def list(self, project_id: ProjectId, *, most: int | None = None) -> Read[tuple[PunchItem, ...]]:
        """Those of a project, at most so many; filters are not documented."""
        call = self._access.project_call(project_id, CompanyRoute.PUNCH_ITEMS)
        return self._access.read_list(call, decode_punch_item, most=most)

    def get(self, project_id: ProjectId, record_id: RecordId) -> Read[PunchItem]:
        """One.

        Raises:
            NotFound: there is none, or the viewer may not see it.
        """
        call = self._access.project_call(project_id, CompanyRoute.PUNCH_ITEM, id=record_id)
        return self._access.read_one(call, decode_punch_item)

    def create(
        self,
        project_id: ProjectId,
        *,
        name: str,
        description: str | None = None,
        due_date: date | None = None,
        upload_ids: Sequence[str] = (),
    ) -> PunchItem:
        """A new punch item.

        `upload_ids` are of files that `Uploads.send` brought to Procore. Whether it takes them here is not
        documented (section 5.13): `attachments` of what is returned says how many there are.

        Raises:
            Rejected: Procore's own reasons are in `messages`.
            OutcomeUnknown: it may have been created.
        """
        punch_item = {
            "name": name,
            "description": description,
            "due_date": due_date,
            "upload_ids": list(upload_ids) or None,
        }
        body = {"project_id": project_id, "punch_item": punch_item}
        return self._access.write(WriteRoute.CREATE_PUNCH_ITEM, body, decode_punch_item)
