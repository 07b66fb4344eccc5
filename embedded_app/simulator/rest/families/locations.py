"""The places in a project (docs/platform-reference.md, section 5.10)."""

from __future__ import annotations

from embedded_app.simulator.rest.family import BASICS, Family, Field, Path, ranges, same, words
from embedded_app.simulator.rest.serving import serve
from embedded_app.simulator.rest.values.kinds import CODE, TEXT, WHOLE

FAMILY = serve(
    Family(
        name="locations",
        singular="location",
        tool="home",
        resource="Locations",
        paths=(Path("/v1.0/projects/<int:project_id>/locations"),),
        fields=(
            *BASICS,
            Field("name", TEXT),
            Field("node_name", TEXT),
            Field("parent_id", WHOLE),
            Field("code", CODE),
        ),
        filters={**same("id", "parent_id", "code"), **ranges("updated_at"), "search": words("name")},
    )
)
