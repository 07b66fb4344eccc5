"""What Procore tells by webhooks: the events, and the resource that each is about.

Facts are from docs/platform-reference.md, sections 7.2 to 7.5. An event says that something changed and not what
it is now: the record is read again, with the rights of whoever looks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from embedded_app.ids import CompanyId, ProjectId, RecordId, UserId
from embedded_app.procore.calls.decoding import Fields, decoded_body, one
from embedded_app.procore.calls.routes import CompanyRoute


@dataclass(frozen=True, slots=True)
class Event:
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


def read_event(body: bytes) -> Event:
    """The event in the body of a delivery, of the payload versions 2, 3 or 4 (section 7.2).

    Raises:
        UnexpectedPayload: it is none.
    """
    return decoded_body(body, "delivery", one(decode_event))


def decode_event(fields: Fields) -> Event:
    """An event. A deletion has the id of what is gone."""
    is_v4 = fields.optional_text("ulid") is None
    project_id, user_id = fields.optional_id("project_id"), fields.optional_id("user_id")
    metadata = None if is_v4 else fields.inner("metadata")
    return Event(
        id=fields.text("id" if is_v4 else "ulid"),
        company_id=CompanyId(fields.id("company_id")),
        project_id=None if project_id is None else ProjectId(project_id),
        resource=fields.text("resource_type" if is_v4 else "resource_name"),
        record_id=fields.record_id("resource_id"),
        action=fields.text("reason" if is_v4 else "event_type"),
        user_id=None if user_id is None else UserId(user_id),
        application_id=metadata.optional_text("source_application_id") if metadata else None,
    )


def resource_named(claim: str) -> str | None:
    """The resource that an event means, however it is spelled; `None` for one on which nothing here depends."""
    return _SPELLED.get(_plain(claim))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower()).removesuffix("s")


_SPELLED = {_plain(name): name for route in CompanyRoute for name in route.resources}
