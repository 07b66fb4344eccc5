"""Observations (docs/platform-reference.md, section 5.11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Required, TypedDict, Unpack

import msgspec

from embedded_app.ids import ProjectId, RecordId, UserId
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.decoding import each
from embedded_app.procore.calls.fields import Count, Day, Id, Label, Moment, Named, RequiredText, Text, at
from embedded_app.procore.calls.routes import CompanyRoute, WriteRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import Records


class Observation(msgspec.Struct, frozen=True):
    """An observation.

    Attributes:
        status: ``initiated``, ``ready_for_review``, ``not_accepted`` or ``closed``.
        priority: ``Low``, ``Medium``, ``High`` or ``Urgent``.
        category: of its type, for example ``Quality`` or ``Safety``.
        attachments: how many files it has; ``None`` where that is not shown, as in lists.
    """

    id: Id[RecordId]
    number: Label | None = None
    name: Text | None = None
    status: Text | None = None
    priority: Text | None = None
    type: Text | None = at("type.name")
    category: Text | None = at("type.category")
    due_date: Day | None = None
    closed_at: Moment | None = None
    assignee: Named | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    attachments: Count | None = None


class ObservationType(msgspec.Struct, frozen=True):
    """A type that an observation may have."""

    id: Id[RecordId]
    name: RequiredText
    category: Text | None = None


class NewObservation(TypedDict, total=False):
    """An observation to create. Procore sends nobody an e-mail about it."""

    name: Required[str]
    type_id: Required[RecordId]
    description: str | None
    priority: str | None
    due_date: date | None
    assignee_id: UserId | None
    upload_ids: Sequence[str]


class Observations(Records[Observation]):
    """The observations of a company."""

    kind = Observation
    many = CompanyRoute.OBSERVATIONS
    single = CompanyRoute.OBSERVATION
    new = WriteRoute.CREATE_OBSERVATION, "observation"

    def list(
        self, project_id: ProjectId, *, updated: Period | None = None, most: int | None = None
    ) -> Read[tuple[Observation, ...]]:
        """Those of a project that pass the filters, at most so many."""
        return self._list(project_id, most, updated_at=updated)

    def types(self, project_id: ProjectId) -> Read[tuple[ObservationType, ...]]:
        """What a new one may be."""
        call = self._access.project_call(project_id, CompanyRoute.OBSERVATION_TYPES)
        return self._access.read_list(call, each(ObservationType))

    def create(self, project_id: ProjectId, **observation: Unpack[NewObservation]) -> Observation:
        """A new one. `Rejected` has Procore's own reasons; after `OutcomeUnknown` it may have been created."""
        return self._create(project_id, observation)
