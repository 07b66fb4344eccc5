"""Observations and punch items (docs/platform-reference.md, section 5.11).

How a body is wrapped is not documented for either: the simulator takes the record's name, or none.
"""

from __future__ import annotations

from typing import Any

from werkzeug import Response

from embedded_app.simulator.rest.access import blueprint, permitted_project, query_id
from embedded_app.simulator.rest.answers import listing, never
from embedded_app.simulator.rest.family import (
    ATTACHMENTS,
    BASICS,
    CREATED_BY,
    CUSTOM_FIELDS,
    NEVER,
    Family,
    Field,
    Path,
    Write,
    each,
    ranges,
    same,
    words,
)
from embedded_app.simulator.rest.named import seen_by_named
from embedded_app.simulator.rest.serving import serve
from embedded_app.simulator.rest.values.kinds import CODE, DAY, FLAG, PLAIN, STAMP, TEXT, WHOLE, one_of
from embedded_app.simulator.rest.values.references import LOCATION, PEOPLE, PERSON, impact, to
from embedded_app.simulator.seed.field_quality import OBSERVATION_STATUSES, OBSERVATION_TYPES, TRADES
from embedded_app.simulator.state import simulator

_OBSERVATIONS, _PUNCH = "observations", "punch_list"
_TYPE = to(
    lambda _world, type_id: OBSERVATION_TYPES.get(type_id) and (type_id, *OBSERVATION_TYPES[type_id]),
    lambda found: {"id": found[0], "category": found[1], "name": found[2]},
)
_TRADE = to(
    lambda _world, trade_id: TRADES.get(trade_id) and (trade_id, TRADES[trade_id]),
    lambda found: {"id": found[0], "name": found[1]},
)
_IMPACT = impact("yes_known", "yes_unknown", "no_impact", "tbd", "n_a")
_WORKFLOW = (
    *("draft", "initiated", "in_dispute", "work_required", "ready_for_review", "work_not_accepted"),
    *("ready_to_close", "not_accepted_by_creator", "closed"),
)


def _next_number(family: Family, record: Any) -> int:
    taken = [each["number"] or 0 for each in family.records(simulator().world, record["project_id"])]
    return 1 + max(taken, default=0)


def _number_observation(record: Any) -> None:
    record["number"] = _next_number(OBSERVATIONS, record)


def _close(write: Write) -> None:
    """Closing an observation says when."""
    record = write.record
    is_closed = record["status"] == "closed"
    if is_closed and record["closed_at"] is None:
        record["closed_at"] = record["updated_at"]
    elif not is_closed:
        record["closed_at"] = None


def _status_number(record: Any, sent: Any) -> bool:
    return str(OBSERVATION_STATUSES.index(record["status"])) in sent


OBSERVATIONS: Family = serve(
    Family(
        name="observations",
        singular="observation",
        wrapping_is_open=True,
        uploads_are_open=True,
        tool=_OBSERVATIONS,
        resource="Observation Items",
        paths=(Path("/v1.0/observations/items", "list show create update"),),
        fields=(
            *BASICS,
            CREATED_BY,
            Field("number", WHOLE, read_only=True),
            Field("name", TEXT, required=True),
            Field("description", TEXT),
            Field("status", one_of(*OBSERVATION_STATUSES), default="initiated"),
            Field("priority", one_of("Low", "Medium", "High", "Urgent")),
            Field("due_date", DAY),
            Field("closed_at", STAMP, read_only=True),
            Field("assignee", PERSON, key="assignee_id"),
            Field("type", _TYPE, key="type_id", required=True),
            Field("trade", _TRADE, key="trade_id", optional=True),
            Field("location", LOCATION, key="location_id"),
            Field("origin", PLAIN, read_only=True),
            Field("private", FLAG, default=False, shown=NEVER),
            Field("distribution_member_ids", PEOPLE, default=[], shown=NEVER),
            CUSTOM_FIELDS,
            ATTACHMENTS,
        ),
        filters={
            "status": _status_number,
            **same("id", "priority", "type_id", "assignee_id", "location_id"),
            "trade_ids": lambda record, sent: str(record["trade_id"]) in sent,
            "assignee_company_id": never(),
            "search": words("name", "description"),
            **ranges("updated_at"),
        },
        sorts="number due_date name created_at updated_at",
        visible=seen_by_named(_OBSERVATIONS, "assignee_id", "distribution_member_ids"),
        prepare=_number_observation,
        rules=_close,
    )
)

LOGS = serve(
    Family(
        name="observation_response_logs",
        singular="response_log",
        wrapping_is_open=True,
        tool=_OBSERVATIONS,
        resource="Observation Item Response Logs",
        paths=(Path("/v1.0/observations/items/<int:parent_id>/response_logs", "list create"),),
        fields=(
            *BASICS,
            CREATED_BY,
            Field("comment", TEXT),
            Field("status", one_of(*OBSERVATION_STATUSES)),
            ATTACHMENTS,
        ),
        parent=OBSERVATIONS,
        parent_key="observation_id",
    )
)


@blueprint.get("/v1.0/observations/types")
def observation_types() -> Response:
    """What an observation can be."""
    permitted_project(query_id("project_id"), _OBSERVATIONS)
    return listing(list(OBSERVATION_TYPES), _TYPE.write)


def _number_punch_item(record: Any) -> None:
    record["number"] = _next_number(PUNCH_ITEMS, record)
    record["ball_in_court_ids"] = record["assignee_ids"] or [record["created_by_id"]]


def _follow_workflow(write: Write) -> None:
    """The status follows from the step of the workflow."""
    record = write.record
    step = record["workflow_status"]
    record["status"] = {"closed": "Closed", "draft": "Pending"}.get(step, "Open")


def _assignments(record: Any) -> list[object]:
    return [
        {"id": record["id"] * 10 + step, "status": "unresolved", "login_information": PERSON.write(person_id)}
        for step, person_id in enumerate(record["assignee_ids"] or (), start=1)
    ]


PUNCH_ITEMS: Family = serve(
    Family(
        name="punch_items",
        singular="punch_item",
        wrapping_is_open=True,
        uploads_are_open=True,
        tool=_PUNCH,
        resource="Punch Items",
        paths=(Path("/v1.1/punch_items", "list show create"),),
        fields=(
            *BASICS,
            CREATED_BY,
            Field("number", WHOLE, read_only=True),
            Field("name", TEXT, required=True),
            Field("description", TEXT),
            Field("status", CODE, read_only=True),
            Field("workflow_status", one_of(*_WORKFLOW), default="initiated"),
            Field("due_date", DAY),
            Field("priority", one_of("low", "medium", "high")),
            *each(_IMPACT, "cost_impact schedule_impact"),
            Field("ball_in_court", PEOPLE, key="ball_in_court_ids", read_only=True, default=[]),
            Field("assignee_ids", PEOPLE, shown=NEVER, default=[]),
            Field("assignments", PLAIN, of=_assignments),
            Field("location", LOCATION, key="location_id"),
            Field("trade", _TRADE, key="trade_id", optional=True),
            Field("punch_item_manager", PERSON, key="punch_item_manager_id"),
            Field("final_approver", PERSON, key="final_approver_id"),
            Field("private", FLAG, default=False),
            CUSTOM_FIELDS,
            ATTACHMENTS,
        ),
        filters={**same("id", "status", "priority", "location_id"), **ranges("updated_at", "created_at")},
        sorts="number due_date name created_at",
        visible=seen_by_named(_PUNCH, "assignee_ids", "punch_item_manager_id", "final_approver_id"),
        prepare=_number_punch_item,
        rules=_follow_workflow,
    )
)
