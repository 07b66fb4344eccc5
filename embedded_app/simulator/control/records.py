"""Records, changed as if by somebody in the company's pages."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug import Response

from embedded_app.simulator.control import editing, telling
from embedded_app.simulator.control.blueprint import answered, blueprint, body_sent, done
from embedded_app.simulator.events import Change
from embedded_app.simulator.state import simulator


@blueprint.patch("/records/<family>/<int:record_id>")
def edit(family: str, record_id: int) -> Response:
    """Set fields of a record, by their names in the model, and tell webhooks of it."""
    world = simulator().world
    editing.edit(world, family, record_id, body_sent())
    _tell(telling.changes(world, family, record_id, "update"))
    return done()


@blueprint.delete("/records/<family>/<int:record_id>")
def delete(family: str, record_id: int) -> Response:
    """Remove a record, and tell webhooks of it."""
    world = simulator().world
    told = telling.changes(world, family, record_id, "delete")
    editing.delete(world, family, record_id)
    _tell(told)
    return done()


@blueprint.post("/events")
def tell() -> Response:
    """Tell of a change that did not happen: the fields of `Change`, by the service account unless they say who."""
    simulator().changes.tell(Change(**{"project_id": None, "user_id": None, **body_sent()}))
    return done()


def _tell(changes: Iterable[Change]) -> None:
    for each in changes:
        simulator().changes.tell(each)


@blueprint.post("/canary")
def canary() -> Response:
    """Append a marker, unique and beginning with `prefix`, to every text of every record; answers with them."""
    return answered({"markers": editing.plant(simulator().world, str(body_sent()["prefix"]))})
