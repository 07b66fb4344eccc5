"""Webhooks in version 1.0, deprecated: the same hooks, flat, with numbers as ids (platform reference, 7.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import request
from werkzeug import Response

from embedded_app.simulator.rest.access import NOT_PERMITTED, Refusal, blueprint, company_of_call, query_id
from embedded_app.simulator.rest.answers import json, listing
from embedded_app.simulator.rest.hooks import subscriptions
from embedded_app.simulator.rest.values.bodies import required, sent_json
from embedded_app.simulator.rest.values.formats import Json, stamp
from embedded_app.simulator.rest.writing import whole
from embedded_app.simulator.webhooks import MOST_TRIGGERS, Delivery, DeliveryStatus, Hook, Trigger

_NAMESPACE = "procore"
_OUTCOMES: dict[DeliveryStatus, str | None] = {
    DeliveryStatus.ENQUEUED: None,
    DeliveryStatus.RETRYING: "retried",
    DeliveryStatus.DELIVERED: "ok",
    DeliveryStatus.FAILED: "failed",
    DeliveryStatus.DISCARDED: "discarded",
}
_CHOSEN: dict[str, set[str | None]] = {
    "any": set(_OUTCOMES.values()),
    "successful": {"ok"},
    "failing": {"retried", "failed"},
    "discarded": {"discarded"},
}


@blueprint.get("/v1.0/webhooks/hooks")
def hooks_v1() -> Response:
    """The hooks of a company or project, in one namespace."""
    namespace = request.args.get("namespace", _NAMESPACE)
    return listing([each for each in subscriptions.hooks(_place()) if each.namespace == namespace], _hook)


@blueprint.post("/v1.0/webhooks/hooks")
def create_hook_v1() -> Response:
    """Subscribe."""
    body = sent_json()
    project_id = _place()
    values: dict[str, Any] = required(body, "hook", dict)
    namespace = values.get("namespace") or _NAMESPACE
    return _created(
        _hook(subscriptions.new_hook(values, values.get("api_version", "v2"), namespace, project_id))
    )


@blueprint.patch("/v1.0/webhooks/hooks/<int:hook_id>")
def update_hook_v1(hook_id: int) -> Response:
    """Change where it sends, with which headers, or whether."""
    found = subscriptions.hook(hook_id, _place())
    subscriptions.change_hook(found, required(sent_json(), "hook", dict))
    return json(_hook(found))


@blueprint.delete("/v1.0/webhooks/hooks/<int:hook_id>")
def delete_hook_v1(hook_id: int) -> Response:
    """Subscribe no more."""
    subscriptions.remove_hook(subscriptions.hook(hook_id, _place()))
    return Response(status=204)


@blueprint.get("/v1.0/webhooks/hooks/<int:hook_id>/triggers")
def triggers_v1(hook_id: int) -> Response:
    """What a hook hears of."""
    found = subscriptions.hook(hook_id, _place())
    return listing(found.triggers.values(), lambda each: _trigger(each, found))


@blueprint.post("/v1.0/webhooks/hooks/<int:hook_id>/triggers")
def create_trigger_v1(hook_id: int) -> Response:
    """Let a hook hear of one more thing, in its own version of payloads."""
    found = subscriptions.hook(hook_id, _place())
    body = sent_json()
    _same_version(found, body.get("api_version"))
    return _created(_trigger(subscriptions.add_trigger(found, required(body, "trigger", dict)), found))


@blueprint.delete("/v1.0/webhooks/hooks/<int:hook_id>/triggers/<int:trigger_id>")
def delete_trigger_v1(hook_id: int, trigger_id: int) -> Response:
    """Let it hear of one thing less."""
    found = subscriptions.hook(hook_id, _place())
    del found.triggers[subscriptions.trigger(found, trigger_id).id]
    return Response(status=204)


@blueprint.post("/v1.0/webhooks/hooks/<int:hook_id>/triggers/bulk")
def create_triggers_v1(hook_id: int) -> Response:
    """Many at once: 201, or 207 where some were refused."""
    found = subscriptions.hook(hook_id, _place())
    body = sent_json()
    _same_version(found, body.get("api_version"))
    triggers = required(body, "triggers", list)
    if len(triggers) > MOST_TRIGGERS:
        raise Refusal(422, f"at most {MOST_TRIGGERS} at once", field="triggers")
    made, refused = subscriptions.add_triggers(found, triggers)
    bulk = {"succeeded": [_trigger(each, found) for each in made], "failed": refused}
    return Response(orjson.dumps(bulk), 207 if refused else 201, mimetype="application/json")


@blueprint.delete("/v1.0/webhooks/hooks/<int:hook_id>/triggers/bulk")
def delete_triggers_v1(hook_id: int) -> Response:
    """Many at once: 200, or 207 where some do not exist."""
    found = subscriptions.hook(hook_id, _place())
    gone, refused = subscriptions.remove_triggers(found, required(sent_json(), "ids", list))
    bulk = {"succeeded": [_trigger(each, found) for each in gone], "failed": refused}
    return Response(orjson.dumps(bulk), 207 if refused else 200, mimetype="application/json")


@blueprint.get("/v1.0/webhooks/hooks/<int:hook_id>/deliveries")
def deliveries_v1(hook_id: int) -> Response:
    """What was sent; `page_size` and `page_start` page it."""
    found = subscriptions.hook(hook_id, _place())
    wanted = request.args.get("filters[status]") or request.args.get("filter[status]") or "any"
    if wanted not in _CHOSEN:
        raise Refusal(400, f"is one of {', '.join(_CHOSEN)}", field="status")
    start, size = request.args.get("page_start", 0, int), request.args.get("page_size", 100, int)
    chosen = [each for each in reversed(found.deliveries) if _OUTCOMES[each.status] in _CHOSEN[wanted]]
    return json([_delivery(each) for each in chosen[start : start + size]])


@blueprint.get("/v1.0/webhooks/resources")
def resources_v1() -> Response:
    """What can be subscribed to."""
    subscriptions.manage(_place())
    return json([{"name": each.name, "actions": each.actions} for each in subscriptions.resources().values()])


def _place() -> int | None:
    """The project that the query or the body names, None for the company; its hooks are the caller's to manage."""
    named: Mapping[str, Any] = request.args
    if request.method != "GET" and not named.keys() & {"project_id", "company_id"}:
        named = sent_json()
    project_id = None
    if named.get("project_id") is not None:
        project_id = whole(named["project_id"], "project_id")
    elif named.get("company_id") is None:
        query_id("company_id")
    elif whole(named["company_id"], "company_id") != company_of_call():
        raise Refusal(403, NOT_PERMITTED)
    subscriptions.manage(project_id)
    return project_id


def _same_version(of: Hook, sent: object) -> None:
    if sent is not None and subscriptions.payload_version(sent) != of.payload_version:
        raise Refusal(422, "is not that of the hook", field="api_version")


def _hook(of: Hook) -> Json:
    return {
        "id": of.id,
        "api_version": of.payload_version.removesuffix(".0"),
        "destination_headers": subscriptions.masked(of.destination_headers),
        "destination_url": of.destination_url,
        "owned_by_company_id": of.company_id if of.project_id is None else None,
        "owned_by_project_id": of.project_id,
        "owned_by_user_id": of.user_id,
        "namespace": of.namespace,
    }


def _trigger(of: Trigger, within: Hook) -> Json:
    return {
        "id": of.id,
        "webhook_hook_id": within.id,
        "resource_name": of.resource_name,
        "event_type": of.event_type,
    }


def _delivery(of: Delivery) -> Json:
    last = of.attempts[-1] if of.attempts else None
    return {
        "id": of.id,
        "outcome": _OUTCOMES[of.status],
        "payload": of.payload,
        "response_status": None if last is None else last.response_status,
        "created_at": stamp(of.created_at),
    }


def _created(body: Json) -> Response:
    answer = json(body)
    answer.status_code = 201
    return answer
