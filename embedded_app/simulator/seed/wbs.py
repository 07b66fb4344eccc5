"""Budget codes: every cost code of a project with the cost types that are used with it."""

from __future__ import annotations

from collections.abc import Iterator

from embedded_app.simulator.model.record import Record
from embedded_app.simulator.seed.plan import AS_OF
from embedded_app.simulator.seed.site import Site

COST_TYPES = (
    # id, code, name, base type
    (71, "S", "Subcontract", "commitment"),
    (72, "M", "Materials", "materials"),
    (73, "L", "Labor", "labor"),
    (74, "E", "Equipment", "equipment"),
    (75, "O", "Owner Cost", "owner_cost"),
)


def _segment(number: int, item_id: int, code: str, name: str) -> dict[str, object]:
    return {"id": item_id, "segment_id": number, "code": code, "name": name, "path_code": code}


def wbs_codes(site: Site) -> Iterator[Record]:
    """Subcontract and materials for every cost code, labor for every other; a few are inactive."""
    for step, code in enumerate(site.cost_codes, start=1):
        for type_id, letter, name, _ in COST_TYPES[: 3 if step % 2 else 2]:
            made = site.record(
                0,
                AS_OF,
                None,
                flat_code=f"{code.full_code}.{letter}",
                flat_name=f"{code.name}.{name}",
                description=f"{code.name}.{name}",
                status="inactive" if step % 9 == 0 and letter == "M" else "active",
                cost_code_id=code.id,
                line_item_type_id=type_id,
                wbs_pattern_id=1,
                segment_items=[
                    _segment(1, code.id, code.full_code, code.name),
                    _segment(2, type_id, letter, name),
                ],
            )
            made["id"] = code.wbs_code_id(type_id)
            yield made
