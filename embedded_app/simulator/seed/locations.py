"""The places of a project: two levels, each with two areas."""

from __future__ import annotations

from collections.abc import Iterator

from embedded_app.simulator.model.record import Record
from embedded_app.simulator.seed.plan import AS_OF
from embedded_app.simulator.seed.site import Site

_LEVELS = ("Level 1", "Level 2")
_AREAS = ("North", "South")


def locations(site: Site) -> Iterator[Record]:
    """Levels, and the areas in them as `Level 1>North`."""
    step = 0
    for level in _LEVELS:
        step += 1
        parent = site.record(step, AS_OF, None, name=level, node_name=level, parent_id=None, code=None)
        yield parent
        for area in _AREAS:
            step += 1
            yield site.record(
                step,
                AS_OF,
                None,
                name=f"{level}>{area}",
                node_name=area,
                parent_id=parent["id"],
                code=f"L{step}",
            )
