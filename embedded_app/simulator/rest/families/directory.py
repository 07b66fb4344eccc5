"""The people of a company and of a project (docs/platform-reference.md, section 5.1)."""

from __future__ import annotations

from typing import Any

from embedded_app.simulator.model.people import Membership
from embedded_app.simulator.model.record import Record
from embedded_app.simulator.model.world import World
from embedded_app.simulator.rest.answers import never
from embedded_app.simulator.rest.family import (
    BASICS,
    NEVER,
    ORIGIN,
    Family,
    Field,
    Path,
    each,
    ranges,
    same,
    words,
)
from embedded_app.simulator.rest.serving import serve
from embedded_app.simulator.rest.values.kinds import CODE, FLAG, PLAIN, STAMP, TEXT

_TOOL = "directory"


def _user(world: World, membership: Membership) -> Record:
    person, company = world.people[membership.user_id], world.companies[membership.company_id]
    first, _, last = person.name.rpartition(" ")
    template = {"id": 1 if membership.is_company_admin else 2, "project_specific": False, "type": "global"}
    name = "Administrators" if membership.is_company_admin else "Members"
    begun = min(project.created_at for project in world.projects.values())
    return Record(
        id=person.id,
        name=person.name,
        first_name=first,
        last_name=last,
        initials=f"{first[:1]}{last[:1]}",
        login=person.login,
        email_address=person.login,
        job_title=person.job_title,
        is_active=True,
        is_employee=True,
        vendor=None,
        company_name=company.name,
        permission_template={**template, "name": name},
        company_permission_template={**template, "name": name, "type": "company_tools"},
        country_code=company.country_code,
        created_at=begun,
        updated_at=begun,
    )


def _of_company(world: World, company_id: int) -> list[Record]:
    return [_user(world, each) for each in world.memberships.values() if each.company_id == company_id]


def _of_project(world: World, project_id: int) -> list[Record]:
    company_id = world.projects[project_id].company_id
    members = [each for each in world.memberships.values() if each.company_id == company_id]
    return [_user(world, each) for each in members if each.sees(project_id)]


def _everybody(record: Any, sent: Any) -> bool:
    """`employee`: everybody here is one."""
    return "true" in sent or not record["is_employee"]


_FIELDS = (
    *BASICS,
    *each(TEXT, "name first_name last_name initials job_title"),
    *each(CODE, "login email_address employee_id business_phone mobile_phone"),
    *each(FLAG, "is_active is_employee"),
    *each(CODE, "address city state_code country_code zip avatar contact_id work_classification_id"),
    *each(PLAIN, "vendor permission_template company_permission_template"),
    Field("company_name", TEXT, shown=NEVER),
    Field("last_login_at", STAMP),
    *ORIGIN,
)

COMPANY_USERS = serve(
    Family(
        name="company_users",
        singular="user",
        tool=_TOOL,
        in_project=False,
        paths=(Path("/v1.3/companies/<int:company_id>/users"),),
        fields=_FIELDS,
        filters={
            **same("id", "origin_id"),
            **dict.fromkeys(("vendor_id", "trade_id"), never()),
            **ranges("created_at", "updated_at"),
            "search": words("name", "email_address", "job_title"),
        },
        sorts="name email_address first_name last_name",
        views={"ids_only": "id"},
        kept=_of_company,
    )
)
PROJECT_USERS = serve(
    Family(
        name="project_users",
        singular="user",
        tool=_TOOL,
        paths=(Path("/v1.0/projects/<int:project_id>/users"),),
        fields=_FIELDS,
        filters={
            **same("id", "origin_id"),
            "vendor_id": never(),
            **ranges("updated_at"),
            "search": words("name", "email_address", "job_title"),
            "employee": _everybody,
            "permission_template": lambda record, sent: str(record["permission_template"]["id"]) in sent,
        },
        sorts="name",
        views={"compact": "id name first_name last_name login"},
        kept=_of_project,
        omits_nulls=True,
    )
)
