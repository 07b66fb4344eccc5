"""Observations (docs/platform-reference.md, section 5.11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from embedded_app.ids import ProjectId, RecordId, UserId
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.decoding import Fields, Ref
from embedded_app.procore.calls.routes import CompanyRoute, WriteRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import CompanyAccess


@dataclass(frozen=True, slots=True)
class Observation:
    """An observation.

    Attributes:
        status: ``initiated``, ``ready_for_review``, ``not_accepted`` or ``closed``.
        priority: ``Low``, ``Medium``, ``High`` or ``Urgent``.
        category: of its type, for example ``Quality`` or ``Safety``.
        attachments: how many files it has; ``None`` where that is not shown, as in lists.
    """

    id: RecordId
    number: str | None
    name: str | None
    status: str | None
    priority: str | None
    type: str | None
    category: str | None
    due_date: date | None
    closed_at: datetime | None
    assignee: Ref | None
    created_at: datetime | None
    updated_at: datetime | None
    attachments: int | None


@dataclass(frozen=True, slots=True)
class ObservationType:
    """A type that an observation may have."""

    id: RecordId
    name: str
    category: str | None


def decode_observation(fields: Fields) -> Observation:
    """One of `GET /rest/v1.0/observations/items`, or one alone."""
    kind = fields.inner("type")
    return Observation(
        id=fields.record_id(),
        number=fields.label("number"),
        name=fields.optional_text("name"),
        status=fields.optional_text("status"),
        priority=fields.optional_text("priority"),
        type=kind.optional_text("name") if kind else None,
        category=kind.optional_text("category") if kind else None,
        due_date=fields.day("due_date"),
        closed_at=fields.moment("closed_at"),
        assignee=fields.ref("assignee"),
        created_at=fields.moment("created_at"),
        updated_at=fields.moment("updated_at"),
        attachments=fields.count("attachments"),
    )


def decode_observation_type(fields: Fields) -> ObservationType:
    """One of `GET /rest/v1.0/observations/types`."""
    return ObservationType(fields.record_id(), fields.text("name"), fields.optional_text("category"))


@dataclass(frozen=True, slots=True)
class Observations:
    """The observations of one company that the viewer may see, and may write."""

    _access: CompanyAccess

    def list(
        self,
        project_id: ProjectId,
        *,
        updated: Period | None = None,
        most: int | None = None,
    ) -> Read[tuple[Observation, ...]]:
        """Those of a project that pass the filters, at most so many."""
        call = self._access.project_call(project_id, CompanyRoute.OBSERVATIONS)
        return self._access.read_list(call.filtered(updated_at=updated), decode_observation, most=most)

    def get(self, project_id: ProjectId, record_id: RecordId) -> Read[Observation]:
        """One.

        Raises:
            NotFound: there is none, or the viewer may not see it.
        """
        call = self._access.project_call(project_id, CompanyRoute.OBSERVATION, id=record_id)
        return self._access.read_one(call, decode_observation)

    def types(self, project_id: ProjectId) -> Read[tuple[ObservationType, ...]]:
        """What a new one may be."""
        call = self._access.project_call(project_id, CompanyRoute.OBSERVATION_TYPES)
        return self._access.read_list(call, decode_observation_type)

    def create(
        self,
        project_id: ProjectId,
        *,
        name: str,
        type_id: RecordId,
        description: str | None = None,
        priority: str | None = None,
        due_date: date | None = None,
        assignee_id: UserId | None = None,
        upload_ids: Sequence[str] = (),
    ) -> Observation:
        """A new observation. Procore sends nobody an e-mail about it.

        `upload_ids` are of files that `Uploads.send` brought to Procore. Whether it takes them here is not
        documented (section 5.13): `attachments` of what is returned says how many there are.

        Raises:
            Rejected: Procore's own reasons are in `messages`.
            OutcomeUnknown: it may have been created.
        """
        observation = {
            "name": name,
            "type_id": type_id,
            "description": description,
            "priority": priority,
            "due_date": due_date,
            "assignee_id": assignee_id,
            "upload_ids": list(upload_ids) or None,
        }
        body = {"project_id": project_id, "observation": observation}
        return self._access.write(WriteRoute.CREATE_OBSERVATION, body, decode_observation)
