"""What budgets are looked at as: views, their columns and their rows (docs/platform-reference.md, section 5.9).

A row has a key of its own for every column of the view; the key is the column's id.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from flask import request
from werkzeug import Response

from embedded_app.simulator.model import ZERO
from embedded_app.simulator.model.projects import Project
from embedded_app.simulator.rest import writing
from embedded_app.simulator.rest.access import NOT_FOUND, Refusal, blueprint, permitted_project, query_id
from embedded_app.simulator.rest.answers import json, listing
from embedded_app.simulator.rest.families.budget import FAMILY, TOOL
from embedded_app.simulator.rest.values.formats import Json, money
from embedded_app.simulator.seed.wbs import COST_TYPES
from embedded_app.simulator.state import simulator

_COLUMNS = (
    "Original Budget Amount",
    "Budget Modifications",
    "Approved Change Orders",
    "Revised Budget",
    "Committed Costs",
    "Direct Costs",
    "Projected Over Under",
)
_LIVE = frozenset({"Approved", "Complete", "Received", "Partially Received", "Closed"})
_TYPES = {row[0]: row for row in COST_TYPES}
_Row = dict[str, Any]


def _view_id(project: Project) -> int:
    """Each company has one view."""
    return project.company_id * 10 + 1


def _column_id(project: Project, index: int) -> str:
    return str(_view_id(project) * 100 + index)


def _view_of(view_id: int) -> Project:
    project = permitted_project(query_id("project_id"), TOOL)
    if _view_id(project) != view_id:
        raise Refusal(404, NOT_FOUND)
    return project


@blueprint.get("/v1.0/budget_views")
def budget_views() -> Response:
    """The views of the company."""
    project = permitted_project(query_id("project_id"), TOOL)
    view_id = _view_id(project)
    base = f"/rest/v1.0/budget_views/{view_id}"
    view = {
        "id": view_id,
        "name": "Standard Budget",
        "description": "",
        "role": "standard",
        "created_by": None,
        "links": {"detail_rows": f"{base}/detail_rows", "summary_rows": f"{base}/summary_rows"},
    }
    return listing([view], lambda each: each)


@blueprint.get("/v1.0/budget_views/<int:view_id>/budget_detail_columns")
def columns(view_id: int) -> Response:
    """The columns of a view; their ids are the keys in its rows."""
    project = _view_of(view_id)
    return listing(
        list(enumerate(_COLUMNS, start=1)),
        lambda each: {
            "id": _column_id(project, each[0]),
            "name": each[1],
            "position": each[0],
            "type": "currency",
        },
    )


@blueprint.get("/v1.0/budget_views/<int:view_id>/detail_rows")
def detail_rows(view_id: int) -> Response:
    """One row for each budget code that has a budget, or costs without one."""
    project = _view_of(view_id)
    wanted = request.args.get("budget_row_type", "all")
    if wanted not in ("budgeted", "unbudgeted", "all"):
        raise Refusal(400, "must be budgeted, unbudgeted or all", field="budget_row_type")
    rows = [row for row in _rows(project) if wanted == "all" or row["budgeted"] is (wanted == "budgeted")]
    for name in ("cost_code_id", "category_id", "budget_line_item_id", "biller"):
        sent = request.args.getlist(f"{name}[]") or request.args.getlist(name)
        rows = [row for row in rows if not sent or str(row[name]) in sent]
    return listing(rows, lambda row: _detail(project, row))


@blueprint.get("/v1.0/budget_views/<int:view_id>/summary_rows")
def summary_rows(view_id: int) -> Response:
    """Rows of the same project, category, cost code or division, added up."""
    project = _view_of(view_id)
    group_by = request.args.get("group_by", "project")
    keys = {"project": "biller", "biller": "biller", "category": "category", "cost_code": "cost_code"}
    if group_by not in {*keys, "root_cost_code"}:
        raise Refusal(400, "is not known", field="group_by")
    key = keys.get(group_by, group_by)
    groups: dict[str, list[_Row]] = {}
    for row in _rows(project):
        groups.setdefault(str(row[key]), []).append(row)
    return listing(
        list(groups.items()),
        lambda each: {"name": each[0], group_by: each[0], **_amounts(project, each[1])},
    )


@blueprint.post("/v1.0/budget_views/<int:view_id>/budget_details")
def budget_details(view_id: int) -> Response:
    """The rows that pass the filters of the body, by codes."""
    project = _view_of(view_id)
    filters = writing.sent().get("filters")
    chosen = filters if isinstance(filters, dict) else {}
    codes, types = ({str(each) for each in chosen.get(name) or ()} for name in ("cost_code", "cost_type"))
    rows = [
        row
        for row in _rows(project)
        if (not codes or str(row["cost_code_id"]) in codes)
        and (not types or str(row["category_id"]) in types)
    ]
    return json([_detail(project, row) for row in rows])


def _rows(project: Project) -> list[_Row]:
    """What is known of each budget code: its line, if it has one, and its costs."""
    committed, changed = _commitments(project)
    direct = _direct_costs(project)
    lines = {line["wbs_code_id"]: line for line in FAMILY.records(simulator().world, project.id)}
    codes = simulator().world.records["wbs_codes"]
    found = []
    for wbs_code_id in dict.fromkeys((*lines, *committed, *direct)):
        line, code = lines.get(wbs_code_id), codes.get(wbs_code_id)
        if code is None:
            continue
        of_type = _TYPES[code["line_item_type_id"]]
        full_code = code["flat_code"].rpartition(".")[0]
        found.append(
            {
                "id": line["id"] if line else wbs_code_id,
                "budget_line_item_id": line["id"] if line else None,
                "budgeted": line is not None,
                "wbs_code_id": wbs_code_id,
                "cost_code_id": code["cost_code_id"],
                "cost_code": f"{full_code} - {code['flat_name'].rpartition('.')[0]}",
                "root_cost_code": full_code.partition("-")[0],
                "category_id": of_type[0],
                "category": of_type[2],
                "biller": project.name,
                "original": line["original_budget_amount"] if line else ZERO,
                "modifications": (line["budget_modifications"] or ZERO) if line else ZERO,
                "changed": changed.get(wbs_code_id, ZERO),
                "committed": committed.get(wbs_code_id, ZERO),
                "direct": direct.get(wbs_code_id, ZERO),
            }
        )
    return found


def _commitments(project: Project) -> tuple[dict[int, Decimal], dict[int, Decimal]]:
    """What is committed on each code, approved change orders included, and these alone."""
    committed: dict[int, Decimal] = {}
    changed: dict[int, Decimal] = {}
    for contract in simulator().world.contracts_of(project.id):
        if contract.status not in _LIVE:
            continue
        for line in contract.lines:
            _add(committed, line.wbs_code_id, line.amount)
        if contract.lines:
            _add(committed, contract.lines[0].wbs_code_id, contract.approved_change_orders)
            _add(changed, contract.lines[0].wbs_code_id, contract.approved_change_orders)
    return committed, changed


def _direct_costs(project: Project) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    world = simulator().world
    for line in world.records["direct_cost_lines"].values():
        cost = world.records["direct_costs"].get(line["direct_cost_id"])
        if line["project_id"] == project.id and cost and cost["status"] == "approved":
            _add(found, line["wbs_code_id"], line["amount"])
    return found


def _add(to: dict[int, Decimal], key: int, amount: Decimal) -> None:
    to[key] = to.get(key, ZERO) + amount


def _amounts(project: Project, rows: Iterable[_Row]) -> Json:
    """The columns of the view, by their ids, of these rows together."""
    rows = list(rows)
    total = {
        name: sum((row[name] for row in rows), ZERO)
        for name in ("original", "modifications", "changed", "committed", "direct")
    }
    revised = total["original"] + total["modifications"]
    values = (
        total["original"],
        total["modifications"],
        total["changed"],
        revised,
        total["committed"],
        total["direct"],
        revised - total["committed"] - total["direct"],
    )
    return {_column_id(project, index): money(value) for index, value in enumerate(values, start=1)}


def _detail(project: Project, row: _Row) -> Json:
    names = (
        "id",
        "wbs_code_id",
        "cost_code_id",
        "cost_code",
        "root_cost_code",
        "category_id",
        "category",
        "biller",
    )
    return {
        **{name: row[name] for name in names},
        "cost_code_origin_id": None,
        "biller_type": "Project",
        "budget_line_item_id": row["budget_line_item_id"],
        "original_budget_amount": money(row["original"]),
        "budget_modifications": money(row["modifications"]),
        "budget_forecast": {"amount": money(row["committed"] + row["direct"])},
        "unbudgeted_reason": None if row["budgeted"] else "unbudgeted_cost",
        **_amounts(project, [row]),
    }
