"""RFIs and their replies (docs/platform-reference.md, section 5.3). No origin fields."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from werkzeug import Response

from embedded_app.simulator.hosts import region_address
from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.rest import writing
from embedded_app.simulator.rest.access import Refusal, blueprint, permitted_project
from embedded_app.simulator.rest.answers import listing, never
from embedded_app.simulator.rest.family import (
    ATTACHMENTS,
    BASICS,
    CREATED_BY,
    CUSTOM_FIELDS,
    DETAIL,
    LIST,
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
from embedded_app.simulator.rest.people import people_of
from embedded_app.simulator.rest.serving import answer, find_as, serve, tell
from embedded_app.simulator.rest.values.kinds import CODE, DAY, FLAG, PLAIN, STAMP, TEXT, WHOLE, Kind
from embedded_app.simulator.rest.values.references import COST_CODE, LOCATION, PEOPLE, PERSON, VENDOR, impact
from embedded_app.simulator.state import simulator
from embedded_app.simulator.switches import RfiDueDate
from embedded_app.simulator.words import plain

_TOOL = "rfi"
_PATH = "/v1.0/projects/<int:project_id>/rfis"
_IMPACT = impact("yes_known", "yes_unknown", "no_impact", "tbd", "n_a")


def _body(value: object) -> str:
    body = value.get("body") if isinstance(value, dict) else None
    if not isinstance(body, str) or not body:
        raise Refusal(400, "body is required")
    return body


def _due(value: Any) -> object:
    """A date, or by choice a date with a time: both are known (section 4.7)."""
    if simulator().switches.rfi_due_date is RfiDueDate.DATETIME:
        return STAMP.write(datetime.combine(value, time(23, 59, 59), UTC))
    return DAY.write(value)


def _question(rfi: Any) -> list[object]:
    return [{"id": rfi["id"] * 10, "body": rfi["question"]}]


def _thread(rfi: Any) -> list[object]:
    """The question with its answers, as they are read with one RFI."""
    asked = {
        "id": rfi["id"] * 10,
        "body": rfi["question"],
        "question_date": STAMP.write(rfi["created_at"]),
        "plain_text_body": plain(rfi["question"]),
        "rich_text_body": rfi["question"],
        "created_by": PERSON.write(rfi["created_by_id"]),
        "attachments": rfi["attachments"],
        "answers": [
            {
                "id": reply["id"],
                "official": reply["official"],
                "answer_date": STAMP.write(reply["created_at"]),
                "plain_text_body": plain(reply["body"]),
                "rich_text_body": reply["body"],
                "created_by": PERSON.write(reply["created_by_id"]),
                "attachments": reply["attachments"],
            }
            for reply in REPLIES.below(simulator().world, rfi)
        ],
    }
    return [asked]


def _assignees(rfi: Any) -> list[object]:
    people = simulator().world.people
    return [
        {
            "id": person_id,
            "login": people[person_id].login,
            "name": people[person_id].name,
            "locale": None,
            "response_required": person_id in rfi["required_assignee_ids"],
        }
        for person_id in rfi["assignee_ids"]
    ]


def _link(rfi: Any) -> str:
    region = simulator().world.companies[rfi["company_id"]].region
    return f"{region_address(region)}/{rfi['project_id']}/project/rfi/show/{rfi['id']}"


def _courts(rfi: Any) -> list[int]:
    return [rfi["ball_in_court_id"]] if rfi["ball_in_court_id"] else []


def _role(rfi: Any) -> str | None:
    if rfi["ball_in_court_id"] == rfi["rfi_manager_id"]:
        return "RFI Manager"
    return "Assignee" if rfi["ball_in_court_id"] in rfi["assignee_ids"] else None


def _prepare(rfi: Any) -> None:
    others = FAMILY.records(simulator().world, rfi["project_id"])
    rfi["number"] = rfi["number"] or str(1 + sum(1 for _ in others))
    rfi["status"] = "draft" if rfi["draft"] else "open"
    rfi["initiated_at"] = None if rfi["draft"] else rfi["created_at"]
    rfi["ball_in_court_id"] = next(iter(rfi["assignee_ids"] or []), rfi["rfi_manager_id"])


def _rules(write: Write) -> None:
    rfi = write.record
    if not rfi["assignee_ids"]:
        raise Refusal(422, "required", field="assignees")  # as a real company answered
    if not set(rfi["required_assignee_ids"] or ()) <= set(rfi["assignee_ids"]):
        raise Refusal(422, "must be assignees", field="required_assignees")
    if rfi["accepted"] and rfi["status"] == "open":  # an official reply does not close an RFI, this does
        rfi["status"], rfi["time_resolved"] = "closed", rfi["updated_at"]
    if not rfi["draft"] and rfi["status"] == "draft":
        rfi["status"], rfi["initiated_at"] = "open", rfi["updated_at"]


FAMILY: Family = serve(
    Family(
        name="rfis",
        singular="rfi",
        uploads_are_open=True,
        tool=_TOOL,
        resource="RFIs",
        paths=(Path(_PATH, "list show create update"),),
        fields=(
            *BASICS,
            CREATED_BY,
            Field("subject", TEXT, required=True),
            Field("question", Kind(lambda text: text, _body, words=True), required=True, shown=NEVER),
            Field("questions", PLAIN, of=_question, shown=LIST),
            Field("questions", PLAIN, of=_thread, shown=DETAIL),
            Field("rfi_manager", PERSON, key="rfi_manager_id", required=True),
            Field("assignees", PLAIN, of=_assignees),
            Field("assignee_ids", PEOPLE, default=[], shown=NEVER),
            Field("required_assignee_ids", PEOPLE, default=[], shown=NEVER),
            Field("assignee", PERSON, of=lambda rfi: next(iter(rfi["assignee_ids"]), None)),
            Field("ball_in_court", PERSON, key="ball_in_court_id"),
            Field("ball_in_courts", PEOPLE, of=_courts),
            Field("ball_in_court_role", CODE, of=_role, shown=DETAIL),
            Field("received_from", PERSON, key="received_from_login_information_id"),
            Field("responsible_contractor", VENDOR, key="responsible_contractor_id"),
            Field("distribution_ids", PEOPLE, default=[], shown=NEVER),
            Field("distribution_list", PEOPLE, of=lambda rfi: rfi["distribution_ids"], shown=DETAIL),
            Field("number", CODE),
            Field("full_number", CODE, of=lambda rfi: f"{rfi.get('prefix') or ''}{rfi['number']}"),
            Field("prefix", CODE),
            Field("revision", CODE, default="0", read_only=True),
            *each(FLAG, "current_revision", default=True, read_only=True),
            *each(FLAG, "has_revisions", default=False, read_only=True),
            *each(WHOLE, "source_rfi_header_id specification_section_id"),
            Field("status", CODE, read_only=True),
            Field("translated_status", CODE, of=lambda rfi: rfi["status"].replace("_", " ").title()),
            Field("due_date", Kind(_due, DAY.parse)),
            *each(STAMP, "initiated_at time_resolved deleted_at", read_only=True),
            Field("deleted", FLAG, of=lambda rfi: rfi["deleted_at"] is not None),
            *each(FLAG, "private", default=False),
            *each(FLAG, "draft accepted", default=False, shown=DETAIL),
            Field("reference", TEXT),
            Field("drawing_number", CODE, shown=DETAIL),
            Field("link", CODE, of=_link),
            Field("cost_code", COST_CODE, key="cost_code_id"),
            *each(_IMPACT, "cost_impact schedule_impact"),
            Field("location", LOCATION, key="location_id"),
            Field("location_id", WHOLE, of=lambda rfi: rfi["location_id"]),
            *each(PLAIN, "project_stage sub_job", read_only=True),
            Field("connect_export_origin", PLAIN, read_only=True, optional=True),
            CUSTOM_FIELDS,
            ATTACHMENTS,
        ),
        filters={
            **same("id", "status", "responsible_contractor_id", "received_from_login_information_id"),
            **same("rfi_manager_id", "cost_code_id", "location_id", "number", "ball_in_court_id"),
            "assigned_id": is_one("assignee_ids"),
            "prefix_stage_id": never(),
            **ranges("created_at", "updated_at"),
        },
        parameters={"search": words("subject", "number", "question")},
        sorts="number subject status due_date created_at updated_at",
        visible=seen_by_named(
            _TOOL,
            *("rfi_manager_id", "received_from_login_information_id", "assignee_ids", "distribution_ids"),
            hidden="private draft",
        ),
        prepare=_prepare,
        rules=_rules,
    )
)

REPLIES: Family = serve(
    Family(
        name="rfi_replies",
        singular="reply",
        tool=_TOOL,
        resource="RFI Replies",
        paths=(Path(f"{_PATH}/<int:parent_id>/replies", "list create"),),
        fields=(
            *BASICS[:1],
            Field("body", TEXT, required=True, shown=NEVER),
            Field("official", FLAG, default=False),
            Field("answer_date", STAMP, of=lambda reply: reply["created_at"]),
            Field("plain_text_body", TEXT, of=lambda reply: plain(reply["body"])),
            Field("rich_text_body", TEXT, of=lambda reply: reply["body"]),
            CREATED_BY,
            Field("created_by_id", WHOLE, read_only=True),
            ATTACHMENTS,
        ),
        parent=FAMILY,
        parent_key="rfi_id",
    )
)


@blueprint.patch("/v1.1/projects/<int:project_id>/rfis/<int:rfi_id>/advance_ball_in_court")
def advance_ball_in_court(project_id: int, rfi_id: int) -> Response:
    """From the manager to the assignee or back; an assignee passes it on only after a reply of their own."""
    rfi = find_as(FAMILY, rfi_id, project_id, Level.STANDARD)
    holder = rfi["ball_in_court_id"]
    if holder == rfi["rfi_manager_id"]:
        rfi["ball_in_court_id"] = rfi["assignee_ids"][0]
    elif holder not in {reply["created_by_id"] for reply in REPLIES.below(simulator().world, rfi)}:
        raise Refusal(422, "must respond first", field="ball_in_court")
    else:
        rfi["ball_in_court_id"] = rfi["rfi_manager_id"]
    tell(FAMILY, project_id, rfi, "update")
    return answer(FAMILY, FAMILY.paths[0], rfi)


@blueprint.patch("/v1.1/projects/<int:project_id>/rfis/<int:rfi_id>/forward_for_review")
def forward_for_review(project_id: int, rfi_id: int) -> Response:
    """Hand it to one person."""
    rfi = find_as(FAMILY, rfi_id, project_id, Level.STANDARD)
    chosen = writing.unwrapped(FAMILY, writing.sent(), wrapped=True).get("forwardee_ids")
    if not isinstance(chosen, list) or len(chosen) != 1:
        raise Refusal(422, "must be one person", field="forwardee_ids")
    rfi["ball_in_court_id"] = PERSON.parse(chosen[0])
    tell(FAMILY, project_id, rfi, "update")
    return answer(FAMILY, FAMILY.paths[0], rfi)


@blueprint.get(f"{_PATH}/<any(potential_assignees, potential_rfi_managers, default_distribution):which>")
def people_to_choose(project_id: int, which: str) -> Response:
    """Whom one can name on an RFI."""
    project = permitted_project(project_id, _TOOL)
    if which == "default_distribution":
        return listing([], PERSON.write)
    level = Level.STANDARD if which == "potential_rfi_managers" else Level.READ_ONLY
    return listing([person.id for person in people_of(project, _TOOL, level)], PERSON.write)
