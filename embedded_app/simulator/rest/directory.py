"""The people of a project (docs/platform-reference.md, section 5.1)."""

from __future__ import annotations

from werkzeug import Response

from embedded_app.simulator.model import Person
from embedded_app.simulator.rest.access import blueprint, permitted_project
from embedded_app.simulator.rest.answers import contains, equals, listing
from embedded_app.simulator.state import simulator


@blueprint.get("/v1.0/projects/<int:project_id>/users")
def project_users(project_id: int) -> Response:
    """Those who are in the project, for whoever may read its directory."""
    project = permitted_project(project_id, "directory")
    world = simulator().world
    people = [
        world.people[membership.user_id]
        for membership in world.memberships.values()
        if membership.company_id == project.company_id and membership.sees(project_id)
    ]
    return listing(
        people,
        _user,
        filters={
            "id": equals(lambda person: person.id),
            "search": contains(lambda person: f"{person.name} {person.login}"),
        },
    )


def _user(person: Person) -> dict[str, object]:
    first, _, last = person.name.partition(" ")
    return {
        "id": person.id,
        "name": person.name,
        "first_name": first,
        "last_name": last,
        "email_address": person.login,
        "job_title": person.job_title,
        "is_active": True,
        "is_employee": True,
    }
