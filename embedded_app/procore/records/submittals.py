"""Submittals (docs/platform-reference.md, section 5.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from embedded_app.ids import ProjectId, RecordId
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.decoding import Fields, Ref
from embedded_app.procore.calls.routes import CompanyRoute, WriteRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import CompanyAccess


@dataclass(frozen=True, slots=True)
class Submittal:
    """A submittal.

    Attributes:
        number: as people see it, with specification section and revision where Procore gives them.
        status: the company's own word; `state` is the platform's behind it.
        attachments: how many files it has; ``None`` where that is not shown, as in lists.
    """

    id: RecordId
    number: str | None
    title: str | None
    revision: str | None
    status: str | None
    state: str | None
    type: str | None
    due_date: date | None
    received_date: date | None
    required_on_site_date: date | None
    responsible_contractor: Ref | None
    ball_in_court: tuple[Ref, ...]
    specification_section: str | None
    private: bool | None
    created_at: datetime | None
    updated_at: datetime | None
    attachments: int | None


def decode_submittal(fields: Fields) -> Submittal:
    """One of the lists of both versions, or one alone."""
    status, kind = fields.inner("status"), fields.inner("type")
    section = fields.inner("specification_section")
    return Submittal(
        id=fields.record_id(),
        number=fields.label("formatted_number") or fields.label("number"),
        title=fields.optional_text("title"),
        revision=fields.label("revision"),
        status=status.optional_text("name") if status else None,
        state=status.optional_text("status") if status else None,
        type=kind.optional_text("name") if kind else None,
        due_date=fields.day("due_date"),
        received_date=fields.day("received_date"),
        required_on_site_date=fields.day("required_on_site_date"),
        responsible_contractor=fields.ref("responsible_contractor"),
        ball_in_court=fields.refs("ball_in_court"),
        specification_section=section.label("number") if section else None,
        private=fields.flag("private"),
        created_at=fields.moment("created_at"),
        updated_at=fields.moment("updated_at"),
        attachments=fields.count("attachments"),
    )


@dataclass(frozen=True, slots=True)
class Submittals:
    """The submittals of one company that the viewer may see, and may write."""

    _access: CompanyAccess

    def list(
        self,
        project_id: ProjectId,
        *,
        updated: Period | None = None,
        most: int | None = None,
    ) -> Read[tuple[Submittal, ...]]:
        """Those of a project that pass the filters, at most so many."""
        call = self._access.project_call(project_id, CompanyRoute.SUBMITTALS, CompanyRoute.SUBMITTALS_V2)
        return self._access.read_list(call.filtered(updated_at=updated), decode_submittal, most=most)

    def get(self, project_id: ProjectId, record_id: RecordId) -> Read[Submittal]:
        """One.

        Raises:
            NotFound: there is none, or the viewer may not see it.
        """
        call = self._access.project_call(project_id, CompanyRoute.SUBMITTAL, id=record_id)
        return self._access.read_one(call, decode_submittal)

    def create(
        self,
        project_id: ProjectId,
        *,
        number: str,
        title: str,
        description: str | None = None,
        due_date: date | None = None,
        required_on_site_date: date | None = None,
        upload_ids: Sequence[str] = (),
    ) -> Submittal:
        """A new submittal.

        `upload_ids` are of files that `Uploads.send` brought to Procore. Whether it takes them here is not
        documented (section 5.13): `attachments` of what is returned says how many there are.

        Raises:
            Rejected: Procore's own reasons are in `messages`.
            OutcomeUnknown: it may have been created.
        """
        submittal = {
            "number": number,
            "title": title,
            "description": description,
            "due_date": due_date,
            "required_on_site_date": required_on_site_date,
            "upload_ids": list(upload_ids) or None,
        }
        body = {"submittal": submittal}
        return self._access.write(WriteRoute.CREATE_SUBMITTAL, body, decode_submittal, p=project_id)
