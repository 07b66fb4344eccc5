"""What is sent to a subscriber, in the three versions of section 7.2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from embedded_app.simulator.events import Change

VERSIONS = ("v2.0", "v3.0", "v4.0")
Payload = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Event:
    """A change as it is told: with an id that stays the same in every delivery.

    `user_id` is the service account's for what it wrote; `application_id` is the client id of the app that caused
    the change, None where a person did in the portal. `related` are the resources that a line belongs to.
    """

    number: int
    ulid: str
    at: datetime
    change: Change
    user_id: int
    application_id: str | None
    related: tuple[tuple[int, str], ...] = ()


def write(version: str, event: Event) -> Payload:
    """The body of a delivery in this version."""
    return _strings(event) if version == "v4.0" else _integers(version, event)


def _strings(event: Event) -> Payload:
    change = event.change
    return {
        "id": event.ulid,
        "timestamp": _time(event),
        "reason": change.event_type,
        "company_id": str(change.company_id),
        "project_id": None if change.project_id is None else str(change.project_id),
        "user_id": str(event.user_id),
        "resource_type": change.resource,
        "resource_id": str(change.record_id),
    }


def _integers(version: str, event: Event) -> Payload:
    change = event.change
    body: dict[str, object] = {
        "id": event.number,
        "ulid": event.ulid,
        "timestamp": _time(event),
        "metadata": {
            "source_user_id": event.user_id,
            "source_project_id": change.project_id,
            "source_operation_id": None,
            "source_company_id": change.company_id,
            "source_application_id": event.application_id,
        },
        "user_id": event.user_id,
        "company_id": change.company_id,
        "project_id": change.project_id,
        "api_version": version,
        "event_type": change.event_type,
        "resource_name": change.resource,
        "resource_id": change.record_id,
    }
    if version == "v3.0":
        body["related_resources"] = [{"id": id_, "name": name} for id_, name in event.related]
    return body


def _time(event: Event) -> str:
    return f"{event.at.isoformat()[:19]}Z"
