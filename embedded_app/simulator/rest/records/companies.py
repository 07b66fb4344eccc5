"""Companies, access levels and people."""

from __future__ import annotations

from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.model.people import Company, Person
from embedded_app.simulator.rest.values.formats import Json
from embedded_app.simulator.state import simulator
from embedded_app.simulator.switches import LevelIds

_SCATTERED = {Level.NONE: 9, Level.READ_ONLY: 11, Level.STANDARD: 2}


def company(record: Company, *, mine: bool) -> Json:
    """A company in the list of companies; `mine` for the one that employs the caller."""
    return {
        "id": record.id,
        "name": record.name,
        "is_active": True,
        "logo_url": None,
        "pcn_business_experience": None,
        "my_company": mine,
    }


def access_level(level: Level) -> Json:
    """A level with its number and name."""
    scattered = simulator().switches.level_ids is LevelIds.SCATTERED
    return {"id": _SCATTERED.get(level, level) if scattered else level, "name": level.label}


def person(record: Person | None) -> Json | None:
    """A person by id, name and login."""
    return None if record is None else {"id": record.id, "name": record.name, "login": record.login}
