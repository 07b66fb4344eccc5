"""What both versions of the webhooks API do: who may, which hook, and what a hook or trigger has to be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.rest.access import (
    NOT_FOUND,
    NOT_PERMITTED,
    Refusal,
    caller,
    company_of_call,
    permitted_project,
)
from embedded_app.simulator.rest.values.formats import Json
from embedded_app.simulator.rest.values.numbers import written_id
from embedded_app.simulator.state import simulator
from embedded_app.simulator.webhooks import (
    MOST_TRIGGERS,
    REQUISITIONS,
    RESOURCES,
    VERSIONS,
    Hook,
    Resource,
    Trigger,
)

TOOL = "webhooks"
_NAMESPACE = re.compile(r"[a-z0-9-]+")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_HOST = re.compile(r"[\w.:-]+")  # a name, or the digits of an address
_SHOWN = 5


def resources() -> Mapping[str, Resource]:
    """What can be subscribed to, by name."""
    if simulator().switches.webhook_requisitions:
        return {**RESOURCES, REQUISITIONS.name: REQUISITIONS}
    return RESOURCES


def manage(project_id: int | None) -> None:
    """Refuse callers who may not manage hooks at this place.

    The service account needs Standard on the Webhooks API. For people nothing is documented: administrators of the
    company, and of the project for its hooks.
    """
    me = caller()
    if project_id is not None:
        permitted_project(project_id)
    if me.user_id is None:
        allowed = me.level(TOOL) >= Level.STANDARD
    else:
        allowed = me.level("admin") is Level.ADMIN or (
            project_id is not None and me.level("admin", project_id) is Level.ADMIN
        )
    if not allowed:
        raise Refusal(403, NOT_PERMITTED)


def hook(hook_id: int, project_id: int | None) -> Hook:
    """The hook of this place; 404 where there is none."""
    found = simulator().webhooks.hooks.get(hook_id)
    if found is None or (found.company_id, found.project_id) != (company_of_call(), project_id):
        raise Refusal(404, NOT_FOUND)
    return found


def hooks(project_id: int | None) -> list[Hook]:
    """The hooks of exactly this place."""
    return list(simulator().webhooks.of(company_of_call(), project_id))


def remove_hook(of: Hook) -> None:
    """Subscribe no more; what waits is dropped."""
    of.disable()
    del simulator().webhooks.hooks[of.id]


def trigger(of: Hook, trigger_id: int) -> Trigger:
    """One trigger of a hook; 404 where there is none."""
    found = of.triggers.get(trigger_id)
    if found is None:
        raise Refusal(404, NOT_FOUND)
    return found


def new_hook(values: Mapping[str, Any], version: object, namespace: object, project_id: int | None) -> Hook:
    """Make a hook of what was sent; it is kept."""
    running = simulator()
    if not isinstance(namespace, str) or not _NAMESPACE.fullmatch(namespace):
        raise Refusal(422, "may have lower-case letters, digits and hyphens", field="namespace")
    now = running.clock.now()
    made = Hook(
        id=running.webhooks.next_id(),
        company_id=company_of_call(),
        project_id=project_id,
        user_id=caller().user_id,
        namespace=namespace,
        payload_version=payload_version(version),
        destination_url=_destination(values.get("destination_url")),
        destination_headers=_headers(values.get("destination_headers") or {}),
        created_at=now,
        updated_at=now,
    )
    running.webhooks.hooks[made.id] = made
    return made


def change_hook(of: Hook, values: Mapping[str, Any]) -> None:
    """Set the destination, its headers or the status, of what was sent."""
    status = values.get("status", of.status)
    if status not in ("active", "disabled"):
        raise Refusal(422, "is active or disabled", field="status")
    if "destination_url" in values:
        of.destination_url = _destination(values["destination_url"])
    if "destination_headers" in values:
        of.destination_headers = _headers(values["destination_headers"] or {})
    if "namespace" in values and values["namespace"] != of.namespace:
        raise Refusal(422, "cannot be changed", field="namespace")
    if status == "disabled":
        of.disable()
    of.status = status
    of.updated_at = simulator().clock.now()


def add_trigger(of: Hook, values: object) -> Trigger:
    """Let the hook hear of one more resource and event type."""
    sent: Mapping[str, Any] = values if isinstance(values, dict) else {}
    resource = resources().get(str(sent.get("resource_name")))
    event_type = sent.get("event_type")
    if resource is None:
        raise Refusal(422, "is not a resource", field="resource_name")
    if event_type not in resource.actions:
        raise Refusal(422, f"is one of {', '.join(resource.actions)}", field="event_type")
    if any(
        (each.resource_name, each.event_type) == (resource.name, event_type) for each in of.triggers.values()
    ):
        raise Refusal(422, "has already been taken", field="event_type")
    if len(of.triggers) >= MOST_TRIGGERS:
        raise Refusal(422, f"A hook has at most {MOST_TRIGGERS} triggers.")
    made = Trigger(simulator().webhooks.next_id(), resource.name, event_type)
    of.triggers[made.id] = made
    return made


def add_triggers(of: Hook, sent: Sequence[object]) -> tuple[list[Trigger], list[Json]]:
    """Those that fit, and those that do not with their reasons."""
    made: list[Trigger] = []
    refused: list[Json] = []
    for each in sent:
        try:
            made.append(add_trigger(of, each))
        except Refusal as refusal:
            refused.append({"trigger": each, "errors": dict(refusal.fields) or list(refusal.messages)})
    return made, refused


def remove_triggers(of: Hook, ids: Sequence[object]) -> tuple[list[Trigger], list[Json]]:
    """Those that were there and are gone now, and the ids of the others."""
    gone: list[Trigger] = []
    refused: list[Json] = []
    for each in ids:
        trigger_id = written_id(str(each))
        found = None if trigger_id is None else of.triggers.pop(trigger_id, None)
        if found is None:
            refused.append({"id": each, "errors": ["not found"]})
        else:
            gone.append(found)
    return gone, refused


def payload_version(sent: object) -> str:
    """`v4.0` of `v4.0` or `v4`; both spellings are in the documents."""
    text = str(sent)
    full = text if "." in text else f"{text}.0"
    if full not in VERSIONS:
        raise Refusal(422, f"is one of {', '.join(VERSIONS)}", field="payload_version")
    return full


def masked(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers as they are shown: secrets by their ends, short ones not at all."""
    return {
        name: "*" * 5 + (value[-_SHOWN:] if len(value) > _SHOWN else "") for name, value in headers.items()
    }


def _destination(sent: object) -> str:
    if not isinstance(sent, str):
        raise Refusal(400, "is required", field="destination_url")
    if not _is_reachable(sent):
        raise Refusal(422, "has to be an https address", field="destination_url")
    return sent


def _is_reachable(address: str) -> bool:
    """Over https, or over http on this machine."""
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 # reading it is the check: it raises when the port is no number
    except ValueError:
        return False
    host = parts.hostname or ""
    is_here = host in _LOOPBACK or host.endswith(".localhost")
    return _HOST.fullmatch(host) is not None and (
        parts.scheme == "https" or (parts.scheme == "http" and is_here)
    )


def _headers(sent: object) -> dict[str, str]:
    if not isinstance(sent, dict) or not all(isinstance(value, str) for value in sent.values()):
        raise Refusal(422, "has to be an object of texts", field="destination_headers")
    return dict(sent)
