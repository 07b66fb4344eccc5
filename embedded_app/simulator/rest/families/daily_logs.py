"""Daily logs of every kind, and how many there are (docs/platform-reference.md, section 5.10).

A list without a date answers today's alone, in the project's own time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from werkzeug import Response

from embedded_app.simulator.rest.access import Refusal, blueprint, permitted_project
from embedded_app.simulator.rest.answers import json
from embedded_app.simulator.rest.family import (
    ATTACHMENTS,
    BASICS,
    CREATED_BY,
    CUSTOM_FIELDS,
    Family,
    Field,
    Path,
    each,
    ranges,
    same,
)
from embedded_app.simulator.rest.serving import serve
from embedded_app.simulator.rest.values.kinds import CODE, DAY, FLAG, MONEY, STAMP, TEXT, WHOLE
from embedded_app.simulator.rest.values.references import COST_CODE, LOCATION, VENDOR
from embedded_app.simulator.state import simulator
from embedded_app.simulator.switches import LogCounts

_TOOL = "daily_log"
_VERBS = "list show create update delete"
_CODE = Field("cost_code", COST_CODE, key="cost_code_id")
_COMMENTS = Field("comments", TEXT)
_OWN: Mapping[str, tuple[Field, ...]] = {
    "manpower_log": (
        Field("num_workers", WHOLE),
        *each(MONEY, "num_hours man_hours"),
        _CODE,
        Field("notes", TEXT),
    ),
    "notes_log": (Field("comment", TEXT), Field("is_issue_day", FLAG, default=False)),
    "delivery_log": (*each(TEXT, "delivery_from contents"), Field("tracking_number", CODE), _COMMENTS),
    "equipment_log": (*each(MONEY, "hours_operating hours_idle"), Field("inspected", FLAG), _CODE),
    "quantity_log": (Field("quantity", MONEY), Field("unit", CODE), Field("description", TEXT), _CODE),
    "delay_log": (*each(CODE, "delay_type duration"), _COMMENTS),
    "safety_violation_log": (*each(TEXT, "subject safety_notice"), Field("compliance_due", DAY)),
    **dict.fromkeys(
        (
            *("inspection_log", "accident_log", "visitor_log", "waste_log", "dumpster_log", "call_log"),
            *("work_log", "productivity_log", "plan_revision_log", "daily_construction_report_log"),
        ),
        (_COMMENTS,),
    ),
}
"""What each kind has beside the fields that all have."""
_WEATHER = (
    *each(CODE, "sky temperature ground wind calamity precipitation average"),
    Field("is_weather_delay", FLAG, default=False),
    _COMMENTS,
)


def _today(project_id: int) -> date:
    running = simulator()
    return running.clock.now().astimezone(ZoneInfo(running.world.projects[project_id].tz_name)).date()


def _asked(project_id: int) -> tuple[date, date]:
    """The days that a list is asked for, in the project's time zone."""
    today = _today(project_id)
    only = request.args.get("log_date")
    first, last = request.args.get("start_date", only), request.args.get("end_date", only)
    try:
        return (
            today if first is None else date.fromisoformat(first),
            today if last is None else date.fromisoformat(last),
        )
    except ValueError as malformed:
        raise Refusal(400, "is not a date", field="log_date") from malformed


def _of_days(logs: Iterable[Any], project_id: int) -> list[Any]:
    """The project's logs of the days that are asked for."""
    first, last = _asked(project_id)
    return [each for each in logs if each["date"] is not None and first <= each["date"] <= last]


def _family(singular: str, own: tuple[Field, ...], path: str) -> Family:
    name = f"{singular}s"

    def prepare(log: Any) -> None:
        log["date"] = log["date"] or _today(log["project_id"])
        log["position"] = 1 + sum(1 for _ in family.records(simulator().world, log["project_id"]))

    family = serve(
        Family(
            name=name,
            singular=singular,
            tool=_TOOL,
            resource=name.replace("_", " ").title(),
            paths=(Path(path, _VERBS),),
            fields=(
                *BASICS,
                CREATED_BY,
                Field("date", DAY),
                Field("datetime", STAMP),
                Field("status", CODE, default="approved", read_only=True),
                Field("position", WHOLE, read_only=True),
                Field("location", LOCATION, key="location_id"),
                Field("vendor", VENDOR, key="vendor_id"),
                *own,
                CUSTOM_FIELDS,
                ATTACHMENTS,
            ),
            filters={**same("id", "location_id", "vendor_id"), **ranges("created_at", "updated_at")},
            listed=_of_days,
            prepare=prepare,
        )
    )
    return family


LOGS = (
    *(_family(name, own, f"/v1.0/projects/<int:project_id>/{name}s") for name, own in _OWN.items()),
    _family("weather_log", _WEATHER, "/v1.1/projects/<int:project_id>/daily_logs/weather_logs"),
)


@blueprint.get("/v1.1/projects/<int:project_id>/daily_logs/counts")
def daily_log_counts(project_id: int) -> Response:
    """How many logs of each kind there are on the days that are asked for."""
    permitted_project(project_id, _TOOL)
    world = simulator().world
    counts = {family.name: len(_of_days(family.records(world, project_id), project_id)) for family in LOGS}
    if simulator().switches.daily_log_counts is LogCounts.LIST:
        return json([{"name": name, "count": count} for name, count in counts.items()])
    return json(counts)
