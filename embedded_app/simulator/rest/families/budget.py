"""Budget lines (docs/platform-reference.md, section 5.9). Numbers, not strings, and no origin fields."""

from __future__ import annotations

from werkzeug import Response

from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.rest.access import Refusal, blueprint, permitted_project
from embedded_app.simulator.rest.answers import json
from embedded_app.simulator.rest.family import BASICS, Family, Field, Path, Write, each
from embedded_app.simulator.rest.serving import serve
from embedded_app.simulator.rest.values.kinds import CODE, NUMBER, WHOLE, one_of
from embedded_app.simulator.rest.values.references import COST_CODE, WBS_CODE, cost_code_id_of
from embedded_app.simulator.state import simulator

TOOL = "budget"


def _rules(write: Write) -> None:
    """A code has one line; quantity and unit cost make the amount where they are the strategy."""
    line = write.record
    others = FAMILY.records(simulator().world, line["project_id"])
    if any(each["wbs_code_id"] == line["wbs_code_id"] and each["id"] != line["id"] for each in others):
        raise Refusal(422, "has already been taken", field="wbs_code_id")
    if line["calculation_strategy"] == "automatic" and line["quantity"] and line["unit_cost"]:
        line["original_budget_amount"] = line["quantity"] * line["unit_cost"]


FAMILY = serve(
    Family(
        name="budget_line_items",
        singular="budget_line_item",
        tool=TOOL,
        resource="Budget Line Items",
        paths=(Path("/v1.1/budget_line_items", "list show create update"),),
        fields=(
            *BASICS,
            Field("wbs_code", WBS_CODE, key="wbs_code_id", required=True),
            Field("wbs_code_id", WHOLE, of=lambda line: line["wbs_code_id"]),
            Field("cost_code", COST_CODE, of=cost_code_id_of),
            *each(NUMBER, "original_budget_amount quantity unit_cost"),
            Field("uom", CODE),
            Field("calculation_strategy", one_of("manual", "automatic"), default="manual"),
        ),
        create_level=Level.ADMIN,
        update_level=Level.ADMIN,
        rules=_rules,
    )
)


@blueprint.get("/v1.0/projects/<int:project_id>/budget")
def budget(project_id: int) -> Response:
    """Whether the budget is locked."""
    return json({"locked": permitted_project(project_id, TOOL).budget_locked})
