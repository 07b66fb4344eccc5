from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest

from embedded_app.simulator.control import editing
from embedded_app.simulator.model.commitments import ChangeOrder, Contract, LineItem, Requisition
from embedded_app.simulator.model.projects import CostCode, Project
from embedded_app.simulator.model.vendors import Insurance, Vendor
from embedded_app.simulator.model.world import World
from embedded_app.simulator.rest.families import FAMILIES
from embedded_app.simulator.seed import build_world

RECORDS = (Project, CostCode, Vendor, Insurance, Contract, LineItem, ChangeOrder, Requisition)
KEYS = {
    # names, numbers and words of the platform: a marker in them would make another record of it
    Project: {"project_number", "state_code", "stage", "country_code", "time_zone", "tz_name"},
    CostCode: {"division", "code"},
    Vendor: {"state_code", "country_code", "origin_code"},
    Insurance: {"status"},
    Contract: {"number", "status", "origin_id", "origin_code", "currency_iso_code", "accounting_method"},
    LineItem: {"uom", "origin_id"},
    ChangeOrder: {"number", "status"},
    Requisition: {"status"},
}


def records(value: Any) -> Iterator[Any]:
    """Every record in a value of the world, however deep."""
    if isinstance(value, RECORDS):
        yield value
    if isinstance(value, dict):
        value = list(value.values())
    elif is_dataclass(value):
        value = [getattr(value, each.name) for each in fields(value)]
    if isinstance(value, list | tuple):
        for each in value:
            yield from records(each)


def words_of_families(world: World) -> Iterator[str]:
    """What people wrote into the records whose fields are described, and not declared as those above."""
    for name, family in FAMILIES.items():
        keys = [each.kept_as for each in family.fields if each.kind.words and each.of is None]
        for record in world.records.get(name, {}).values():
            yield from (record[key] for key in keys if record.get(key) is not None)


def texts(world: World) -> Iterator[tuple[type, str, str]]:
    for record in records(world):
        for each in fields(record):
            value = getattr(record, each.name)
            if isinstance(value, str) and not isinstance(value, Enum):
                yield type(record), each.name, value


def test_a_canary_is_in_every_text_of_every_record() -> None:
    world = build_world()
    markers = editing.plant(world, "KITE-")
    assert len(set(markers)) == len(markers)
    seen = set()
    for kind, name, text in texts(world):
        if name in KEYS[kind]:
            assert "KITE-" not in text
        else:
            assert "KITE-" in text, f"{kind.__name__}.{name}"
            seen.add(text.rpartition(" ")[2])
    for text in words_of_families(world):
        assert "KITE-" in text
        seen.add(text.rpartition(" ")[2])
    assert seen == set(markers)


def test_planting_changes_nothing_but_texts() -> None:
    planted, plain = build_world(), build_world()
    editing.plant(planted, "KITE-")
    for before, after in zip(plain.contracts.values(), planted.contracts.values(), strict=True):
        assert (before.id, before.number, before.revised_contract) == (
            after.id,
            after.number,
            after.revised_contract,
        )


def test_fields_are_parsed_by_their_type() -> None:
    world = build_world()
    contract = next(iter(world.contracts.values()))
    editing.edit(
        world,
        "contracts",
        contract.id,
        {
            "paid": "12.30",
            "executed": True,
            "contract_date": "2026-01-02",
            "updated_at": "2026-01-02T03:04:05+00:00",
            "accessor_ids": [1, 2],
            "kind": "purchase_order_contracts",
            "title": None,
        },
    )
    assert contract.paid == Decimal("12.30")
    assert contract.executed is True
    assert contract.contract_date == date(2026, 1, 2)
    assert contract.updated_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert contract.accessor_ids == [1, 2]
    assert contract.kind.value == "purchase_order_contracts"
    assert contract.title is None


@pytest.mark.parametrize(
    ("family", "values", "problem"),
    [
        ("contracts", {"grand_total": "1"}, LookupError),  # derived from its lines
        ("contracts", {"executed": "yes"}, ValueError),
        ("contracts", {"paid": "much"}, ValueError),
        ("clouds", {}, LookupError),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(
    family: str, values: dict[str, object], problem: type[Exception]
) -> None:
    world, plain = build_world(), build_world()
    first = next(iter(world.contracts))
    with pytest.raises(problem):
        editing.edit(world, family, first, {"status": "Void", **values})
    assert world == plain
