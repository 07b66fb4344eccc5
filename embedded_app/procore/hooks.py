"""What Procore tells by webhooks: the events, and the resource that each is about.

Facts are from docs/platform-reference.md, sections 7.2 to 7.5. An event says that something changed and not what
it is now: the record is read again, with the rights of the viewer.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from embedded_app.ids import CompanyId, ProjectId, RecordId, UserId
from embedded_app.procore.calls.decoding import decoded_body, shaped
from embedded_app.procore.calls.fields import Id, Malformed, Text
from embedded_app.procore.calls.routes import CompanyRoute


class Event(msgspec.Struct, frozen=True):
    """One event, whichever version of the payload told it.

    Attributes:
        id: the same in every copy: `ulid` of the versions 2 and 3, `id` of version 4.
        project_id: `None` for what is the company's.
        resource: the kind of record as Procore names it; how version 4 spells it is not documented.
        action: `event_type` or `reason`: create, update, delete, and perhaps others.
        user_id: who did it.
        application_id: the client id of the app that did it; version 4 never says.
    """

    id: str
    company_id: CompanyId
    project_id: ProjectId | None
    resource: str
    record_id: RecordId
    action: str
    user_id: UserId | None
    application_id: str | None


class _Metadata(msgspec.Struct):
    source_application_id: Text | None = None


class _Payload(msgspec.Struct):
    """What the versions of the payload have; `id` of the versions 2 and 3 is a number that says nothing."""

    company_id: Id[CompanyId]
    resource_id: Id[RecordId]
    id: Any = None
    ulid: Text | None = None
    project_id: Id[ProjectId] | None = None
    user_id: Id[UserId] | None = None
    resource_name: Text | None = None
    resource_type: Text | None = None
    event_type: Text | None = None
    reason: Text | None = None
    metadata: _Metadata | None = None


def read_event(body: bytes) -> Event:
    """The event in the body of a delivery, of the payload versions 2, 3 or 4 (section 7.2).

    Raises:
        UnexpectedPayload: it is none.
    """
    return decoded_body(body, "delivery", EVENT)


def _event(payload: _Payload) -> Event:
    """A deletion has the id of what is gone."""
    is_v4 = payload.ulid is None
    metadata = None if is_v4 else payload.metadata
    return Event(
        id=_needed("id", payload.id) if payload.ulid is None else payload.ulid,
        company_id=payload.company_id,
        project_id=payload.project_id,
        resource=(
            _needed("resource_type", payload.resource_type)
            if is_v4
            else _needed("resource_name", payload.resource_name)
        ),
        record_id=payload.resource_id,
        action=_needed("reason", payload.reason) if is_v4 else _needed("event_type", payload.event_type),
        user_id=payload.user_id,
        application_id=metadata.source_application_id if metadata else None,
    )


def _needed(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Malformed(name)
    return value


EVENT = shaped(_Payload, _event)


def resource_named(claim: str) -> str | None:
    """The resource that an event means, however it is spelled; `None` for one on which nothing here depends."""
    return _SPELLED.get(_plain(claim))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower()).removesuffix("s")


_SPELLED = {_plain(name): name for route in CompanyRoute for name in route.resources}
