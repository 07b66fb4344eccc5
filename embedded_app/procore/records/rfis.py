"""RFIs (docs/platform-reference.md, section 5.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from embedded_app.ids import ProjectId, RecordId, UserId
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.decoding import Fields, Ref
from embedded_app.procore.calls.routes import CompanyRoute, WriteRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import CompanyAccess


@dataclass(frozen=True, slots=True)
class Rfi:
    """An RFI.

    Attributes:
        number: as people see it, with its prefix where Procore gives it.
        status: ``open``, ``closed``, ``draft``, ``closed_with_revision`` or ``closed_draft``.
        due_date: while the status is open, a day before today in the project's time zone means overdue.
        cost_impact: what the impact is estimated at, with its status ``yes_known`` and the like beside it.
        attachments: how many files its questions have; ``None`` where that is not shown, as in lists.
    """

    id: RecordId
    number: str | None
    subject: str | None
    status: str | None
    due_date: date | None
    initiated_at: datetime | None
    closed_at: datetime | None
    rfi_manager: Ref | None
    assignees: tuple[Ref, ...]
    ball_in_court: Ref | None
    responsible_contractor: Ref | None
    cost_impact: Decimal | None
    cost_impact_status: str | None
    private: bool | None
    created_at: datetime | None
    updated_at: datetime | None
    attachments: int | None


def decode_rfi(fields: Fields) -> Rfi:
    """One of `GET /rest/v1.0/projects/{p}/rfis`, or a whole thread."""
    impact = fields.inner("cost_impact")
    return Rfi(
        id=fields.record_id(),
        number=fields.label("full_number") or fields.label("number"),
        subject=fields.optional_text("subject"),
        status=fields.optional_text("status"),
        due_date=fields.day("due_date"),
        initiated_at=fields.moment("initiated_at"),
        closed_at=fields.moment("time_resolved"),
        rfi_manager=fields.ref("rfi_manager"),
        assignees=fields.refs("assignees"),
        ball_in_court=fields.ref("ball_in_court"),
        responsible_contractor=fields.ref("responsible_contractor"),
        cost_impact=impact.number("value") if impact else None,
        cost_impact_status=impact.optional_text("status") if impact else None,
        private=fields.flag("private"),
        created_at=fields.moment("created_at"),
        updated_at=fields.moment("updated_at"),
        attachments=_attachments(fields),
    )


def _attachments(fields: Fields) -> int | None:
    """Those of its questions; a list shows none."""
    counts = [question.count("attachments") for question in fields.optional_items("questions")]
    shown = [count for count in counts if count is not None]
    return sum(shown) if shown else None


@dataclass(frozen=True, slots=True)
class Rfis:
    """The RFIs of one company that the viewer may see, and may write."""

    _access: CompanyAccess

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
        call = self._access.project_call(project_id, CompanyRoute.RFIS)
        call = call.filtered(status=status, number=number, updated_at=updated)
        return self._access.read_list(call, decode_rfi, most=most)

    def get(self, project_id: ProjectId, record_id: RecordId) -> Read[Rfi]:
        """One.

        Raises:
            NotFound: there is none, or the viewer may not see it.
        """
        call = self._access.project_call(project_id, CompanyRoute.RFI, id=record_id)
        return self._access.read_one(call, decode_rfi)

    def create(
        self,
        project_id: ProjectId,
        *,
        subject: str,
        question: str,
        rfi_manager_id: UserId,
        assignee_ids: Sequence[UserId],
        due_date: date | None = None,
        reference: str | None = None,
        responsible_contractor_id: RecordId | None = None,
        private: bool | None = None,
        draft: bool | None = None,
        upload_ids: Sequence[str] = (),
    ) -> Rfi:
        """A new RFI. Needs at least one assignee: Procore refuses it otherwise.

        `upload_ids` are of files that `Uploads.send` brought to Procore. Whether it takes them here is not
        documented (section 5.13): `attachments` of what is returned says how many there are.

        Raises:
            Rejected: Procore's own reasons are in `messages`.
            OutcomeUnknown: it may have been created.
        """
        rfi = {
            "subject": subject,
            "question": {"body": question},
            "rfi_manager_id": rfi_manager_id,
            "assignee_ids": list(assignee_ids),
            "due_date": due_date,
            "reference": reference,
            "responsible_contractor_id": responsible_contractor_id,
            "private": private,
            "draft": draft,
            "upload_ids": list(upload_ids) or None,
        }
        return self._access.write(WriteRoute.CREATE_RFI, {"rfi": rfi}, decode_rfi, p=project_id)
