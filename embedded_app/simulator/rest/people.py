"""Who may do what in a project, as the pick lists of a family offer people."""

from __future__ import annotations

from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.model.people import Person
from embedded_app.simulator.model.projects import Project
from embedded_app.simulator.state import simulator


def people_of(project: Project, tool: str, at_least: Level = Level.READ_ONLY) -> list[Person]:
    """The people of a project with this level in the tool, or a higher one."""
    world = simulator().world
    return [
        person
        for person in world.people.values()
        if world.level(person.id, project.company_id, tool, project.id) >= at_least
    ]
