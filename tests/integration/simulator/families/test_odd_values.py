"""A write with a value of the wrong shape is taken or refused, and leaves nothing behind where it is refused."""

from __future__ import annotations

import inspect
from copy import deepcopy
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from embedded_app.simulator.model.world import World
from embedded_app.simulator.options import Options
from embedded_app.simulator.rest.family import Family, Path
from embedded_app.simulator.server import create_simulator
from tests.integration.simulator.families.api import Api
from tests.integration.simulator.families.test_every_family import address, first_in
from tests.integration.simulator.world import HOLLIS

ODD: tuple[object, ...] = (5, "x", ["x"], [5], {"a": 1}, [{}], [{"amount": "x"}], [{"id": 5}], [{"a": 1}, 5])


def _written() -> list[tuple[str, Family, Path]]:
    """Each verb by which the simulator writes records of a family, and the path that it has it at."""
    views = sorted(create_simulator(Options()).view_functions.items())
    bound = [(name.split()[1], inspect.getclosurevars(view).nonlocals) for name, view in views if " " in name]
    return [
        (verb, found["family"], found["path"])
        for verb, found in bound
        if verb in ("create", "update", "sync") and found["family"].paths[0].verbs != "list"
    ]


WRITTEN = _written()


def _json(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _values(family: Family, record: Any) -> dict[str, Any]:
    """What somebody would send to make such a record again."""
    return {
        name: _json(record.get(name))
        for name in family.writable()
        if name not in ("origin_id", "line_items", "items") and record.get(name) not in (None, [], {})
    }


def _everything(world: World) -> object:
    """What exists: the ids of all records, and of what contracts are made of."""
    return (
        {name: list(kept) for name, kept in world.records.items()},
        {key: [len(each.lines), len(each.requisitions)] for key, each in world.contracts.items()},
        list(world.vendors),
        list(world.people),
    )


@pytest.mark.parametrize(
    ("verb", "family", "path"), WRITTEN, ids=[f"{each[0]} {each[2].path}" for each in WRITTEN]
)
def test_an_odd_value_is_refused_without_a_trace(api: Api, verb: str, family: Family, path: Path) -> None:
    world = api.simulator.running.world
    listed = address(world, family, path)
    place_id = listed.project_id or HOLLIS
    before = first_in(world, family, place_id)
    values = {} if before is None else _values(family, before)
    method, one = ("POST", "") if verb == "create" else ("PATCH", f"/{before and before['id']}")
    path_of, question, query = listed.path.partition("?")
    target = f"{path_of}{one}{question}{query}" if verb != "sync" else f"{path_of}/sync{question}{query}"
    refused = 0
    for name in family.writable():
        for odd in ODD:
            sent = values | {name: odd}
            body = {"updates": [sent]} if verb == "sync" else sent if path.is_v2 else {family.singular: sent}
            if family.call_key and family.call_key in sent:
                body |= {family.call_key: sent[family.call_key]}
            exists, was = _everything(world), deepcopy(before)
            answer = api.write(method, target, body)
            assert answer.status_code < 500, (name, odd)
            told: Any = answer.json
            if answer.status_code >= 400 or (verb == "sync" and told["errors"]):
                refused += 1
                assert _everything(world) == exists, (name, odd)
                assert before == was, (name, odd)
    assert refused
