"""Hooks, triggers, deliveries and resources in version 2.0 (platform reference, section 7.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import time

import orjson
from flask import request
from werkzeug import Response

from embedded_app.simulator.rest.access import Refusal, blueprint
from embedded_app.simulator.rest.answers import data, listing, moment
from embedded_app.simulator.rest.hooks import subscriptions
from embedded_app.simulator.rest.values.bodies import required, sent_json, sent_list
from embedded_app.simulator.rest.values.formats import Json, stamp
from embedded_app.simulator.webhooks import Delivery, Hook, Trigger

_PER_PAGE, _LARGEST = 10, 100
_SUCCEEDED = "succeeded"
"""The word of the filter for what is `delivered` in a record."""
View = Callable[..., Response]


def _answers(method: str, path: str) -> Callable[[View], View]:
    """Route a view at both places of a path: a company, and a project of it. It gets `project_id` or None."""

    def register(view: View) -> View:
        def managed(company_id: int, project_id: int | None, **ids: int) -> Response:  # noqa: ARG001 # checked with the header
            subscriptions.manage(project_id)
            return view(project_id, **ids)

        company = "/v2.0/companies/<int:company_id>"
        endpoint = f"webhooks_{view.__name__}"
        blueprint.add_url_rule(
            f"{company}/webhooks/{path}", endpoint, managed, methods=[method], defaults={"project_id": None}
        )
        blueprint.add_url_rule(
            f"{company}/projects/<int:project_id>/webhooks/{path}", endpoint, managed, methods=[method]
        )
        return view

    return register


@_answers("GET", "hooks")
def hooks(project_id: int | None) -> Response:
    """The hooks of a namespace; of all namespaces for a project that names none."""
    namespace = request.args.get("namespace")
    if namespace is None and project_id is None:
        raise Refusal(400, "is required", field="namespace")
    version = request.args.get("payload_version")
    wanted = None if version is None else subscriptions.payload_version(version)
    counted = request.args.get("include_trigger_count") == "true"
    found = [
        each
        for each in subscriptions.hooks(project_id)
        if namespace in (None, each.namespace) and wanted in (None, each.payload_version)
    ]
    return _listing(found, lambda each: _hook(each, counted=counted))


@_answers("POST", "hooks")
def create_hook(project_id: int | None) -> Response:
    """Subscribe; nothing is sent before there are triggers."""
    body = sent_json()
    made = subscriptions.new_hook(
        body, required(body, "payload_version", str), required(body, "namespace", str), project_id
    )
    return _created(_hook(made))


@_answers("GET", "hooks/<int:hook_id>")
def hook(project_id: int | None, hook_id: int) -> Response:
    """One hook, its secret masked."""
    return data(_hook(subscriptions.hook(hook_id, project_id)))


@_answers("PATCH", "hooks/<int:hook_id>")
def update_hook(project_id: int | None, hook_id: int) -> Response:
    """Change where it sends, with which headers, or whether."""
    found = subscriptions.hook(hook_id, project_id)
    subscriptions.change_hook(found, sent_json())
    return data(_hook(found))


@_answers("DELETE", "hooks/<int:hook_id>")
def delete_hook(project_id: int | None, hook_id: int) -> Response:
    """Subscribe no more."""
    subscriptions.remove_hook(subscriptions.hook(hook_id, project_id))
    return Response(status=204)


@_answers("GET", "hooks/<int:hook_id>/triggers")
def triggers(project_id: int | None, hook_id: int) -> Response:
    """What a hook hears of."""
    found = subscriptions.hook(hook_id, project_id)
    return _listing(found.triggers.values(), lambda each: _trigger(each, found))


@_answers("POST", "hooks/<int:hook_id>/triggers")
def create_trigger(project_id: int | None, hook_id: int) -> Response:
    """Let a hook hear of one more thing."""
    found = subscriptions.hook(hook_id, project_id)
    return _created(_trigger(subscriptions.add_trigger(found, sent_json()), found))


@_answers("DELETE", "hooks/<int:hook_id>/triggers/<int:trigger_id>")
def delete_trigger(project_id: int | None, hook_id: int, trigger_id: int) -> Response:
    """Let it hear of one thing less."""
    found = subscriptions.hook(hook_id, project_id)
    del found.triggers[subscriptions.trigger(found, trigger_id).id]
    return Response(status=204)


@_answers("POST", "hooks/<int:hook_id>/triggers/bulk")
def create_triggers(project_id: int | None, hook_id: int) -> Response:
    """Many at once: 201, or 207 where some were refused."""
    found = subscriptions.hook(hook_id, project_id)
    made, refused = subscriptions.add_triggers(found, sent_list("triggers"))
    return _bulk([_trigger(each, found) for each in made], refused, 201)


@_answers("DELETE", "hooks/<int:hook_id>/triggers/bulk")
def delete_triggers(project_id: int | None, hook_id: int) -> Response:
    """Many at once: 200, or 207 where some do not exist."""
    found = subscriptions.hook(hook_id, project_id)
    gone, refused = subscriptions.remove_triggers(found, sent_list("ids"))
    return _bulk([_trigger(each, found) for each in gone], refused, 200)


@_answers("GET", "hooks/<int:hook_id>/deliveries")
def deliveries(project_id: int | None, hook_id: int) -> Response:
    """What was sent, is waiting, or was dropped; the newest first."""
    found = [each for each in reversed(subscriptions.hook(hook_id, project_id).deliveries) if _passes(each)]
    return _listing(found, _delivery)


@_answers("GET", "resources")
def resources(project_id: int | None) -> Response:  # noqa: ARG001 # the names are the same everywhere
    """What can be subscribed to."""
    version = subscriptions.payload_version(request.args.get("payload_version", "v4.0"))
    return data(
        [
            {
                "category": each.category,
                "tool": each.tool,
                "name": each.name,
                "payload_version": version,
                "actions": each.actions,
            }
            for each in subscriptions.resources().values()
        ]
    )


def _passes(delivery: Delivery) -> bool:
    """Whether a delivery is among those asked for, by `filter[…]`, in the singular."""
    wanted = {name: request.args.get(f"filter[{name}]") for name in ("status", "resource_name", "event_type")}
    status = _SUCCEEDED if delivery.status == "delivered" else delivery.status
    known = {
        "status": status,
        "resource_name": delivery.change.resource,
        "event_type": delivery.change.event_type,
    }
    if any(value not in (None, known[name]) for name, value in wanted.items()):
        return False
    start, end = request.args.get("filter[start]"), request.args.get("filter[end]")
    return (start is None or moment(start, time.min) <= delivery.created_at) and (
        end is None or delivery.created_at <= moment(end, time.max)
    )


def _hook(of: Hook, *, counted: bool = True) -> Json:
    body: Json = {
        "id": str(of.id),
        "status": of.status,
        "payload_version": of.payload_version,
        "namespace": of.namespace,
        "destination_headers": subscriptions.masked(of.destination_headers),
        "destination_url": of.destination_url,
        "company_id": str(of.company_id),
        "project_id": _text(of.project_id),
        "hook_type": "classic",
        "created_at": stamp(of.created_at),
        "updated_at": stamp(of.updated_at),
    }
    return {**body, "trigger_count": len(of.triggers)} if counted else body


def _trigger(of: Trigger, within: Hook) -> Json:
    return {
        "id": str(of.id),
        "webhook_hook_id": str(within.id),
        "resource_name": of.resource_name,
        "event_type": of.event_type,
        "company_id": str(within.company_id),
        "project_id": _text(within.project_id),
    }


def _delivery(of: Delivery) -> Json:
    return {
        "id": str(of.id),
        "status": of.status,
        "payload": of.payload,
        "delivery_attempts": [
            {
                "id": str(each.id),
                "success": each.success,
                "response_status": each.response_status,
                "response_body": each.response_body,
                "response_headers": each.response_headers,
                "started_at": stamp(each.started_at),
                "completed_at": stamp(each.completed_at),
            }
            for each in of.attempts
        ],
    }


def _listing(found: Iterable[object], render: Callable[..., Json]) -> Response:
    return listing(found, render, per_page=_PER_PAGE, largest=_LARGEST, envelope=True)


def _created(body: Json) -> Response:
    answer = data(body)
    answer.status_code = 201
    return answer


def _bulk(succeeded: list[Json], failed: list[Json], whole: int) -> Response:
    body = {"data": {"succeeded": succeeded, "failed": failed}}
    return Response(orjson.dumps(body), 207 if failed else whole, mimetype="application/json")


def _text(of: int | None) -> str | None:
    return None if of is None else str(of)
