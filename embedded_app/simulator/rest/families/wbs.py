"""Budget codes, each a cost code with a cost type, and their parts (docs/platform-reference.md, section 5.9)."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug import Response

from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.rest import writing
from embedded_app.simulator.rest.access import (
    Refusal,
    blueprint,
    company_of_call,
    permitted_project,
    query_id,
    require,
)
from embedded_app.simulator.rest.answers import equals, json, listing
from embedded_app.simulator.rest.family import BASICS, Family, Field, Path, each, ranges, same
from embedded_app.simulator.rest.serving import answer, create, serve, update
from embedded_app.simulator.rest.values.kinds import CODE, PLAIN, TEXT, WHOLE, one_of
from embedded_app.simulator.seed.wbs import COST_TYPES
from embedded_app.simulator.state import simulator

_TOOL = "home"  # who is in a project reads its codes
_STRUCTURE = "/v1.0/projects/<int:project_id>/work_breakdown_structure"
_COST_CODE, _COST_TYPE = 1, 2
_SEGMENTS = (
    {"id": _COST_CODE, "name": "Cost Code", "type": "cost_code"},
    {"id": _COST_TYPE, "name": "Cost Type", "type": "line_item_type"},
)
_PATTERN = {"id": 1, "name": "Cost Code.Cost Type", "segments": list(_SEGMENTS)}


def _items(project_id: int, segment_id: int) -> list[dict[str, Any]]:
    if segment_id == _COST_TYPE:
        rows = [(type_id, code, name) for type_id, code, name, _ in COST_TYPES]
    else:
        codes = simulator().world.projects[project_id].cost_codes
        rows = [(code.id, code.full_code, code.name) for code in codes]
    return [
        {"id": item_id, "segment_id": segment_id, "code": code, "name": name, "path_code": code}
        for item_id, code, name in rows
    ]


CODES = serve(
    Family(
        name="wbs_codes",
        singular="wbs_code",
        tool=_TOOL,
        paths=(Path(f"{_STRUCTURE}/wbs_codes"),),
        fields=(
            *BASICS,
            *each(CODE, "flat_code", read_only=True),
            *each(TEXT, "flat_name", read_only=True),
            Field("description", TEXT),
            Field("status", one_of("active", "inactive")),
            Field("segment_items", PLAIN),
            Field("wbs_pattern_id", WHOLE, read_only=True),
        ),
        filters={**same("id", "status"), **ranges("updated_at")},
        sorts="flat_code",
    )
)
NEWER = serve(
    Family(
        name="wbs_codes",
        singular="wbs_code",
        tool=_TOOL,
        paths=(Path("/v2.0/companies/<int:company_id>/projects/<int:project_id>/wbs/codes", "list"),),
        fields=(
            *BASICS,
            Field("code", CODE, of=lambda code: code["flat_code"]),
            Field("description", TEXT),
            Field("status", CODE),
            Field("attributes", PLAIN, of=lambda code: [item["name"] for item in code["segment_items"]]),
        ),
        filters={**same("id", "status"), **ranges("updated_at")},
    )
)


@blueprint.post(f"{_STRUCTURE}/wbs_codes")
def make_code(project_id: int) -> Response:
    """Make the code of these segment items; the combination that exists is updated."""
    permitted_project(project_id, _TOOL)
    require(_TOOL, project_id, Level.STANDARD)
    sent = writing.sent()
    chosen = [_item(project_id, part) for part in writing.a_list_of(sent, "segment_items")]
    if [item["segment_id"] for item in chosen] != [_COST_CODE, _COST_TYPE]:
        raise Refusal(422, "must be a cost code and a cost type", field="segment_items")
    flat_code = ".".join(str(item["code"]) for item in chosen)
    flat_name = ".".join(str(item["name"]) for item in chosen)
    found = [each for each in CODES.records(simulator().world, project_id) if each["flat_code"] == flat_code]
    if found:
        update(CODES, project_id, found[0], {"description": sent.get("description")})
        return answer(CODES, CODES.paths[0], found[0])
    values = {
        "description": sent.get("description") or flat_name,
        "status": "active",
        "segment_items": chosen,
    }
    made = create(CODES, project_id, values)
    made.update(flat_code=flat_code, flat_name=flat_name, wbs_pattern_id=_PATTERN["id"])
    made.update(cost_code_id=chosen[0]["id"], line_item_type_id=chosen[1]["id"])
    return answer(CODES, CODES.paths[0], made, status=201)


def _item(project_id: int, part: object) -> dict[str, Any]:
    wanted = part if isinstance(part, dict) else {}
    for item in _items(project_id, wanted.get("segment_id", 0)):
        if str(item["id"]) == str(wanted.get("segment_item_id")):
            return item
    raise Refusal(422, "is invalid", field="segment_items")


@blueprint.get(f"{_STRUCTURE}/patterns")
def patterns(project_id: int) -> Response:
    """How codes are put together; there is one way here."""
    permitted_project(project_id, _TOOL)
    return json([_PATTERN])


@blueprint.get(f"{_STRUCTURE}/segments")
def segments(project_id: int) -> Response:
    """The parts of a code."""
    permitted_project(project_id, _TOOL)
    return json(_SEGMENTS)


@blueprint.get(f"{_STRUCTURE}/segments/<int:segment_id>/segment_items")
def segment_items(project_id: int, segment_id: int) -> Response:
    """What a part can be."""
    permitted_project(project_id, _TOOL)
    return listing(_items(project_id, segment_id), lambda item: item)


@blueprint.get("/v1.0/line_item_types")
def line_item_types() -> Response:
    """The cost types of the company, which its projects share."""
    if "project_id" in request.args:
        permitted_project(query_id("project_id"))
    company_of_call()
    return listing(
        COST_TYPES,
        lambda row: {
            "id": row[0],
            "code": row[1],
            "name": row[2],
            "base_type": row[3],
            "origin_id": None,
            "origin_data": None,
        },
        filters={"id": equals(lambda row: row[0])},
    )
