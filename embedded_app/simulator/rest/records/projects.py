"""Projects and their budget codes."""

from __future__ import annotations

from embedded_app.simulator.model.projects import CostCode, Project
from embedded_app.simulator.rest.values.formats import Json, day, stamp


def project(record: Project, view: str, company_name: str) -> Json:
    """A project in the view `ids`, `minimal`, `compact`, `normal` or `extended`."""
    if view == "ids":
        return {"id": record.id}
    label = f"{record.project_number} - {record.name}" if record.project_number else record.name
    brief: Json = {
        "id": record.id,
        "name": record.name,
        "display_name": label,
        "project_number": record.project_number,
        "active": record.active,
        "company": {"id": record.company_id, "name": company_name},
    }
    if view in ("minimal", "compact"):
        return brief
    normal: Json = {
        **brief,
        "address": record.address,
        "city": record.city,
        "state_code": record.state_code,
        "country_code": record.country_code,
        "time_zone": record.time_zone,
        "tz_name": record.tz_name,
        "start_date": day(record.start_date),
        "completion_date": day(record.completion_date),
        "project_stage": {"id": 1, "name": record.stage},
        "stage": record.stage,
        "is_demo": False,
        "template": False,
        "origin_id": None,
        "origin_code": None,
        "created_at": stamp(record.created_at),
        "updated_at": stamp(record.updated_at),
    }
    if view == "extended":
        normal |= {"description": record.description, "departments": [], "custom_fields": {}}
    return normal


def project_in_brief(record: Project) -> Json:
    """A project as the company's list has it; what counts as an open item is not documented."""
    return {
        "id": record.id,
        "name": record.name,
        "project_number": record.project_number,
        "stage_name": record.stage,
        "status_name": "Active" if record.active else "Inactive",
        "type_name": None,
        "open_items": None,
    }


def cost_code(record: CostCode) -> Json:
    """A budget code of a project."""
    return {
        "id": record.id,
        "code": record.code,
        "full_code": record.full_code,
        "name": record.name,
        "sortable_code": record.full_code,
        "budgeted": True,
        "parent": {"id": None},
        "origin_id": None,
        "origin_data": None,
        "line_item_types": [],
    }
