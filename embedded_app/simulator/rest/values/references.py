"""Kinds of values that are other records: kept and sent as an id, answered with what one wants to know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from embedded_app.simulator.model.commitments import Contract
from embedded_app.simulator.model.projects import CostCode
from embedded_app.simulator.model.world import World
from embedded_app.simulator.rest.access import Refusal
from embedded_app.simulator.rest.values.formats import money
from embedded_app.simulator.rest.values.kinds import Kind, a_list, whole
from embedded_app.simulator.seed.wbs import COST_TYPES
from embedded_app.simulator.state import simulator

Look = Callable[[World, int], Any]


def to(look: Look, write: Callable[[Any], object]) -> Kind:
    """A reference to what `look` finds in the world; 422 for an id that it does not find."""

    def written(record_id: int) -> object:
        found = look(simulator().world, record_id)
        return None if found is None else write(found)

    def parse(value: object) -> int:
        record_id = whole(value)
        if look(simulator().world, record_id) is None:
            raise Refusal(422, "is invalid")
        return record_id

    return Kind(written, parse)


def many(kind: Kind) -> Kind:
    """A list of such references."""
    return Kind(
        lambda ids: [kind.write(each) for each in ids],
        lambda value: [kind.parse(each) for each in a_list(value)],
    )


def record(family: str, *names: str) -> Kind:
    """A reference to a record of this family, answered with its id and these values."""
    return to(
        lambda world, record_id: world.records.get(family, {}).get(record_id),
        lambda found: {"id": found["id"]} | {name: found.get(name) for name in names},
    )


def cost_code_of(world: World, code_id: int) -> CostCode | None:
    """The cost code of this id, of whichever project."""
    return next(
        (code for place in world.projects.values() for code in place.cost_codes if code.id == code_id), None
    )


def impact(*statuses: str) -> Kind:
    """`{status, value}` of an RFI's or punch item's impact; the value is a number, or null."""

    def parse(value: object) -> Mapping[str, object]:
        if not isinstance(value, dict) or value.get("status") not in statuses:
            raise Refusal(400, f"status must be one of {', '.join(statuses)}")
        return {"status": value["status"], "value": value.get("value")}

    return Kind(lambda value: value, parse)


def project_of(found: Any) -> object:
    """The project that a record is in, by id and name."""
    project = simulator().world.projects[found["project_id"]]
    return {"id": project.id, "name": project.name}


def of_same_project(among: Mapping[int, Any], record: Any, key: str) -> Any:
    """What this new record names under `key`; 422 where its project has no such thing."""
    found = among.get(record[key])
    if found is None or found["deleted_at"] is not None or found["project_id"] != record["project_id"]:
        raise Refusal(422, "is invalid", field=key)
    return found


def cost_code_id_of(line: Any) -> int | None:
    """The cost code in the budget code of a line."""
    return _in_wbs_code(line, "cost_code_id")


def cost_type_id_of(line: Any) -> int | None:
    """The cost type in the budget code of a line."""
    return _in_wbs_code(line, "line_item_type_id")


def _in_wbs_code(line: Any, part: str) -> int | None:
    code = simulator().world.records["wbs_codes"].get(line["wbs_code_id"])
    return None if code is None else code[part]


def currency(contract: Contract) -> object:
    """`currency_configuration`; None where the company has one currency, and the key is missing (section 4.7)."""
    base = simulator().world.companies[contract.company_id].base_currency
    if base is None:
        return None
    return {
        "currency_iso_code": contract.currency_iso_code or base,
        "currency_exchange_rate": money(contract.exchange_rate),
        "base_currency_iso_code": base,
    }


PERSON = to(
    lambda world, person_id: world.people.get(person_id),
    lambda found: {"id": found.id, "login": found.login, "name": found.name},
)
PEOPLE = many(PERSON)
VENDOR = to(
    lambda world, vendor_id: world.vendors.get(vendor_id), lambda found: {"id": found.id, "name": found.name}
)
COST_CODE = to(
    cost_code_of,
    lambda found: {"id": found.id, "full_code": found.full_code, "name": found.name, "origin_id": None},
)
LINE_ITEM_TYPE = to(
    lambda _world, type_id: next((each for each in COST_TYPES if each[0] == type_id), None),
    lambda found: dict(zip(("id", "code", "name", "base_type"), found, strict=True)) | {"origin_id": None},
)
LOCATION = record("locations", "name", "node_name", "parent_id")
WBS_CODE = record("wbs_codes", "flat_code", "description")
