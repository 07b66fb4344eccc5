"""Changing records from outside: single fields, and canary markers in every text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from itertools import count
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from embedded_app.simulator.model.commitments import ChangeOrder, Contract, LineItem, Requisition
from embedded_app.simulator.model.projects import CostCode, Project
from embedded_app.simulator.model.record import Record
from embedded_app.simulator.model.vendors import Insurance, Vendor
from embedded_app.simulator.model.world import World
from embedded_app.simulator.rest.access import Refusal
from embedded_app.simulator.rest.families import FAMILIES
from embedded_app.simulator.rest.values.kinds import STAMP

_TEXTS: Mapping[type, tuple[str, ...]] = {
    Project: ("name", "address", "city", "description"),
    CostCode: ("name",),
    Vendor: ("name", "city", "trade_name", "business_phone", "email_address"),
    Insurance: ("insurance_type", "insurance_provider", "policy_number"),
    Contract: ("title", "description", "origin_data", "payment_terms"),
    LineItem: ("description",),
    ChangeOrder: ("title", "description"),
    Requisition: ("invoice_number",),
}
"""What people wrote into records. Numbers and codes are keys, and stay; so do companies and people, who are known
by name outside the records."""
_IN_CONTRACTS = ("line_items", "change_orders", "requisitions")
"""Families whose records are kept in their commitment."""


def edit(world: World, family: str, record_id: int, values: Mapping[str, object]) -> None:
    """Set fields of one record from JSON values.

    `family` is `projects`, `vendors`, `contracts`, `change_orders`, `companies`, `people`, `configurations`, or
    one of `FAMILIES`.

    Raises:
        LookupError: there is no such family, record or field.
        ValueError: a value does not fit its field.
    """
    record = find(world, family, record_id)
    if isinstance(record, Record):
        record.update(_parsed(family, values))
        return
    hints = get_type_hints(type(record))
    known = {each.name for each in fields(record)}
    parsed = {}
    for name, value in values.items():
        if name not in known:
            raise LookupError(f"{family} have no field {name}.")
        parsed[name] = _parse(hints[name], value)
    for name, value in parsed.items():
        setattr(record, name, value)


def _parsed(family: str, values: Mapping[str, object]) -> dict[str, object]:
    kinds = {each.kept_as: each.kind for each in FAMILIES[family].fields if each.of is None} | {
        "deleted_at": STAMP
    }
    unknown = values.keys() - kinds.keys()
    if unknown:
        raise LookupError(f"{family} have no field {min(unknown)}.")
    try:
        return {name: None if value is None else kinds[name].parse(value) for name, value in values.items()}
    except Refusal as refusal:
        raise ValueError(f"A value of {family} {refusal.messages[0]}.") from refusal


def delete(world: World, family: str, record_id: int) -> None:
    """Remove one record, as if it had never been.

    Raises:
        LookupError: there is no such family or record.
    """
    record = find(world, family, record_id)
    if family in _IN_CONTRACTS:
        holder = next(each for each in world.contracts.values() if record in getattr(each, family))
        getattr(holder, family).remove(record)
    elif isinstance(record, Record):
        del world.records[family][record_id]
    else:
        getattr(world, family).pop(record_id)


def plant(world: World, prefix: str) -> list[str]:
    """Append a marker, unique and beginning with `prefix`, to every text of every record; lists them."""
    planted: list[str] = []
    numbers = count(1)

    def mark(text: str) -> str:
        planted.append(f"{prefix}{next(numbers):05d}")
        return f"{text} {planted[-1]}"

    for project in world.projects.values():
        _mark(project, mark)
        project.cost_codes = tuple(replace(code, **_marked(code, mark)) for code in project.cost_codes)
    for vendor in world.vendors.values():
        _mark(vendor, mark)
        vendor.insurances = tuple(replace(each, **_marked(each, mark)) for each in vendor.insurances)
    for contract in world.contracts.values():
        _mark(contract, mark)
        for name in _IN_CONTRACTS:
            for record in getattr(contract, name):
                _mark(record, mark)
    for name, family in FAMILIES.items():
        words = [each.kept_as for each in family.fields if each.kind.words and each.of is None]
        for record in world.records.get(name, {}).values():
            record.update({word: mark(record[word]) for word in words if record.get(word) is not None})
    return planted


def _marked(record: object, mark: Callable[[str], str]) -> dict[str, Any]:
    texts = ((name, getattr(record, name)) for name in _TEXTS[type(record)])
    return {name: mark(text) for name, text in texts if text is not None}


def _mark(record: object, mark: Callable[[str], str]) -> None:
    for name, text in _marked(record, mark).items():
        setattr(record, name, text)


def find(world: World, family: str, record_id: int) -> Any:
    """One record of a family.

    Raises:
        LookupError: there is no such family or record.
    """
    families: Mapping[str, Mapping[int, object]] = {
        "companies": world.companies,
        "people": world.people,
        "projects": world.projects,
        "vendors": world.vendors,
        "contracts": world.contracts,
        "configurations": world.configurations,
        **world.records,
        **{name: {each.id: each for each in _of_contracts(world, name)} for name in _IN_CONTRACTS},
    }
    if family not in families or record_id not in families[family]:
        raise LookupError(f"There is no record {record_id} among {family}.")
    return families[family][record_id]


def _of_contracts(world: World, name: str) -> Iterator[Any]:
    return (each for contract in world.contracts.values() for each in getattr(contract, name))


def _parse(kind: Any, value: Any) -> Any:
    if isinstance(kind, UnionType):
        if value is None:
            return None
        kind = next(each for each in get_args(kind) if each is not type(None))
    if get_origin(kind) in (frozenset, list):
        return kind(value)
    if kind in (datetime, date):
        return kind.fromisoformat(value)
    if kind is Decimal:
        try:
            return Decimal(str(value))
        except InvalidOperation as malformed:
            raise ValueError(f"{value!r} is not a number.") from malformed
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if kind in (str, int, bool) and isinstance(value, kind):
        return value
    raise ValueError(f"{value!r} does not fit {kind}.")
