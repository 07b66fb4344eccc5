"""Submittals (docs/platform-reference.md, section 5.4). No origin fields."""

from __future__ import annotations

from typing import Any

from werkzeug import Response

from embedded_app.simulator.rest.access import Refusal, blueprint, permitted_project
from embedded_app.simulator.rest.answers import json, never
from embedded_app.simulator.rest.family import (
    ATTACHMENTS,
    BASICS,
    CREATED_BY,
    CUSTOM_FIELDS,
    DETAIL,
    NEVER,
    Family,
    Field,
    Path,
    Write,
    each,
    is_one,
    ranges,
    same,
    words,
)
from embedded_app.simulator.rest.named import seen_by_named
from embedded_app.simulator.rest.serving import find_as, serve, written
from embedded_app.simulator.rest.values.kinds import CODE, DAY, FLAG, PLAIN, STAMP, TEXT, WHOLE
from embedded_app.simulator.rest.values.references import PEOPLE, PERSON, VENDOR, to
from embedded_app.simulator.seed.submittals import SECTIONS, STATUSES, TYPES
from embedded_app.simulator.state import simulator

_TOOL = "submittals"
_PROJECT = "/v1.1/projects/<int:project_id>/submittals"
_STATUS = to(
    lambda _world, status_id: STATUSES.get(status_id) and (status_id, STATUSES[status_id]),
    lambda found: {"id": found[0], "name": found[1], "status": found[1]},
)
_TYPE = to(
    lambda _world, type_id: TYPES.get(type_id) and (type_id, TYPES[type_id]),
    lambda found: {"id": found[0], "name": found[1]},
)
_SECTION = to(
    lambda _world, section_id: SECTIONS.get(section_id) and (section_id, *SECTIONS[section_id]),
    lambda found: {
        "id": found[0],
        "number": found[1],
        "description": found[2],
        "label": f"{found[1]} - {found[2]}",
    },
)


def _holders(submittal: Any) -> list[object]:
    people = simulator().world.people
    return [
        {
            "id": person_id,
            "name": people[person_id].name,
            "initials": "".join(word[0] for word in people[person_id].name.split()),
            "vendor": None,
        }
        for person_id in submittal["ball_in_court_ids"]
    ]


def _approvers(submittal: Any) -> list[object]:
    return [
        {**approver, "user": PERSON.write(approver["user_id"])}
        for approver in submittal.get("approver_rows") or ()
    ]


def _formatted(submittal: Any) -> str:
    section = SECTIONS.get(submittal["specification_section_id"])
    number = f"{section[0]}-{submittal['number']}" if section else str(submittal["number"])
    return f"{number}.{submittal['revision']}"


def _prepare(submittal: Any) -> None:
    submittal["revision"] = submittal["revision"] or "0"
    submittal["ball_in_court_ids"] = (
        [submittal["submittal_manager_id"]] if submittal["submittal_manager_id"] else []
    )


def _rules(write: Write) -> None:
    """A number is unique with its revision."""
    for other in FAMILY.records(simulator().world, write.record["project_id"]):
        if other["id"] != write.record["id"] and _formatted(other) == _formatted(write.record):
            raise Refusal(422, "has already been taken", field="number")


FAMILY: Family = serve(
    Family(
        name="submittals",
        singular="submittal",
        uploads_are_open=True,
        tool=_TOOL,
        resource="Submittals",
        paths=(
            Path(_PROJECT, "list show create update"),
            Path("/v1.0/projects/<int:project_id>/submittals", "list show create update"),
            Path("/v2.0/companies/<int:company_id>/projects/<int:project_id>/submittals", "list"),
        ),
        fields=(
            *BASICS,
            CREATED_BY,
            Field("number", CODE, required=True),
            Field("formatted_number", CODE, of=_formatted),
            Field("title", TEXT),
            Field("description", TEXT),
            Field("revision", CODE),
            Field("current_revision", FLAG, default=True, read_only=True),
            Field("private", FLAG, default=False),
            Field("status", _STATUS, key="status_id", default=1),
            Field("type", _TYPE, key="type_id"),
            *each(DAY, "due_date submit_by received_date issue_date required_on_site_date"),
            Field("actual_delivery_date", DAY),
            *each(STAMP, "distributed_at closed_at", read_only=True),
            *each(WHOLE, "lead_time location_id cost_code_id sub_job_id"),
            Field("received_from", PERSON, key="received_from_id"),
            Field("submittal_manager", PERSON, key="submittal_manager_id"),
            Field("responsible_contractor", VENDOR, key="responsible_contractor_id"),
            Field("ball_in_court", PLAIN, of=_holders),
            Field("ball_in_court_ids", PEOPLE, default=[], read_only=True, shown=NEVER),
            Field("approvers", PLAIN, of=_approvers),
            Field("distribution_member_ids", PEOPLE, default=[], shown=NEVER),
            Field(
                "distribution_members", PEOPLE, of=lambda each: each["distribution_member_ids"], shown=DETAIL
            ),
            Field("specification_section", _SECTION, key="specification_section_id"),
            *each(PLAIN, "submittal_package scheduled_task", read_only=True),
            CUSTOM_FIELDS,
            ATTACHMENTS,
        ),
        filters={
            **same(
                "id", "status_id", "responsible_contractor_id", "received_from_id", "location_id", "number"
            ),
            **same("specification_section_id", "submittal_manager_id", "cost_code_id", "current_revision"),
            "type": is_one("type_id"),
            "ball_in_court_id": is_one("ball_in_court_ids"),
            "approver_id": lambda each, sent: any(
                str(approver["user_id"]) in sent for approver in each.get("approver_rows") or ()
            ),
            **dict.fromkeys(("submittal_package_id", "response_id"), never()),
            "query": words("title", "number", "description"),
            **ranges("created_at", "updated_at", "required_on_site_date"),
        },
        sorts="number due_date title created_at updated_at",
        visible=seen_by_named(_TOOL, "submittal_manager_id", "distribution_member_ids", "ball_in_court_ids"),
        prepare=_prepare,
        rules=_rules,
    )
)


@blueprint.get(f"{_PROJECT}/next_available_number")
def next_submittal_number(project_id: int) -> Response:
    """The number after the highest."""
    permitted_project(project_id, _TOOL)
    taken = [each["number"] for each in FAMILY.records(simulator().world, project_id)]
    return json({"number": str(1 + max((int(each) for each in taken if each.isdecimal()), default=0))})


@blueprint.get(f"{_PROJECT}/<int:submittal_id>/revisions")
def submittal_revisions(project_id: int, submittal_id: int) -> Response:
    """Every revision of a submittal; here it has itself."""
    return json([written(FAMILY, find_as(FAMILY, submittal_id, project_id), "normal")])


@blueprint.get(f"{_PROJECT}/<int:submittal_id>/workflow_data")
def submittal_workflow(project_id: int, submittal_id: int) -> Response:
    """Who was asked and answered."""
    return json({"approvers": _approvers(find_as(FAMILY, submittal_id, project_id))})
