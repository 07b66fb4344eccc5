"""From what somebody sent to a record: bodies, fields, rules (docs/platform-reference.md, sections 4.3 to 4.5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from typing import Any

from flask import request

from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.model.record import Record
from embedded_app.simulator.rest import attachments
from embedded_app.simulator.rest.access import Refusal, caller, company_of_call
from embedded_app.simulator.rest.family import Family, Field, Write
from embedded_app.simulator.rest.values import custom_fields
from embedded_app.simulator.rest.values.bodies import sent_json
from embedded_app.simulator.rest.values.numbers import written_id
from embedded_app.simulator.state import simulator
from embedded_app.simulator.switches import UnknownFields

_MOST_UPDATES = 1000
_PART = re.compile(r"\[([^\]]*)\]")
_CUSTOM = re.compile(r"custom_field_(\d+)")
_KEYS = frozenset({"id", "project_id", "company_id", "upload_ids", "send_emails"})
"""Names that belong to a call and not to a record."""


def sent() -> dict[str, Any]:
    """The body: a JSON object, or a form whose names are like `rfi[assignee_ids][]`."""
    if request.form or request.mimetype == "multipart/form-data":
        return _nested()
    return sent_json()


def _nested() -> dict[str, Any]:
    body: dict[str, Any] = {}
    for name, values in request.form.lists():
        head = name.partition("[")[0]
        parts = [head, *_PART.findall(name)]
        place = body
        is_list = parts[-1] == ""
        if is_list:
            parts.pop()
        for part in parts[:-1]:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise Refusal(400, "is both a value and an object", field=part)
        place[parts[-1]] = values if is_list else values[-1]
    return body


def unwrapped(family: Family, body: Mapping[str, Any], *, wrapped: bool) -> dict[str, Any]:
    """The values of the record; version 1 has them below the family's singular."""
    if not wrapped:
        return dict(body)
    values = body.get(family.singular)
    if values is None and family.wrapping_is_open:
        return dict(body)
    if not isinstance(values, dict):
        raise Refusal(400, "is required", field=family.singular)
    return values


def updates(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a sync action is to write, at most a thousand."""
    found = a_list_of(body, "updates")
    if not all(isinstance(each, dict) for each in found):
        raise Refusal(400, "is required", field="updates")
    if len(found) > _MOST_UPDATES:
        raise Refusal(413, "at most 1000 updates at once", field="updates")
    return found


def a_list_of(body: Mapping[str, Any], name: str) -> list[Any]:
    """The list that was sent under this name."""
    value = body.get(name)
    if not isinstance(value, list):
        raise Refusal(400, "is required", field=name)
    return value


def whole(value: object, name: str) -> int:
    """An id that was sent under this name."""
    found = written_id(value) if isinstance(value, str) else value
    if not isinstance(found, int) or isinstance(found, bool):
        raise Refusal(400, "is not an id", field=name)
    return found


def new(
    family: Family,
    place_id: int,
    values: Mapping[str, Any],
    level: Level,
    parent: Mapping[str, int],
    *,
    beside: Sequence[Record] = (),
) -> Record:
    """A new record of what was sent, below `parent` (its id by its key); it is not in the world yet.

    `beside` are records of the family that the same call makes, which are not in the world yet either.
    """
    running = simulator()
    now = running.clock.now()
    company_id = company_of_call()
    record = Record(
        {each.kept_as: copy(each.default) for each in family.fields if each.of is None},
        id=_next_id(family, company_id) + len(beside),
        company_id=company_id,
        project_id=place_id if family.in_project else None,
        created_at=now,
        updated_at=now,
        created_by_id=caller().user_id,
        deleted_at=None,
    )
    record.update(_parsed(family, values) | dict(parent))
    missing = [each.kept_as for each in family.fields if each.required and not _given(record, each)]
    if missing:
        raise Refusal(400, fields={name: ["required"] for name in missing})
    if family.prepare is not None:
        family.prepare(record)
    _hold(family, Write(record, None, values.keys(), level), beside)
    return record


def change(family: Family, record: Any, values: Mapping[str, Any], level: Level) -> None:
    """Change this record as was sent, or not at all."""
    if family.locked_by_origin and record.get("origin_id") is not None:
        raise Refusal(422, "It is kept by another system and cannot be changed.")
    after = copy(record)
    parsed = _parsed(family, values, record)
    for name, value in parsed.items():
        after[name] = value
    emptied = [
        each.kept_as
        for each in family.fields
        if each.kept_as in parsed and each.required and not _given(after, each)
    ]
    if emptied:
        raise Refusal(400, fields={name: ["required"] for name in emptied})
    after["updated_at"] = simulator().clock.now()
    _hold(family, Write(after, record, values.keys(), level))
    for name in after if isinstance(after, Record) else type(after).__dataclass_fields__:
        record[name] = after[name]


def sorts(family: Family) -> Mapping[str, Callable[[Any], Any]]:
    """How the family's lists are put in order, by the names one sends."""
    return {name: _sort_key(name) for name in family.sorts.split()}


def _sort_key(name: str) -> Callable[[Any], Any]:
    def key(record: Any) -> tuple[bool, Any]:
        value = record.get(name)
        return value is None, value

    return key


def _given(record: Any, each: Field) -> bool:
    return record.get(each.kept_as) not in (None, "")


def _parsed(family: Family, values: Mapping[str, Any], before: Any = None) -> dict[str, Any]:
    fields = family.writable()
    parsed: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    status = 400
    for name, value in values.items():
        if name not in fields:
            if not _CUSTOM.fullmatch(name) and name not in _KEYS:
                _meet_unknown(name)
            continue
        try:
            parsed[name] = None if value is None else fields[name].kind.parse(value)
        except Refusal as refusal:
            wrong[name] = [*refusal.messages]
            status = refusal.status
    if wrong:
        raise Refusal(status, fields=wrong)
    names = {each.name for each in family.fields}
    if "attachments" in names and "upload_ids" in values:
        if family.uploads_are_open and not simulator().switches.uploads_everywhere:
            _meet_unknown("upload_ids")
        else:
            parsed["attachments"] = attachments.written(
                before and before.get("attachments"), values["upload_ids"]
            )
    if "custom_fields" in names:
        parsed["custom_fields"] = custom_fields.written(
            company_of_call(), family.name, before and before.get("custom_fields"), values
        )
    return parsed


def _meet_unknown(name: str) -> None:
    if simulator().switches.unknown_fields is UnknownFields.REFUSE:
        raise Refusal(406, "is unknown", field=name)


def _hold(family: Family, write: Write, beside: Sequence[Record] = ()) -> None:
    """The rules of every family, then those of this one."""
    origin_id = write.record.get("origin_id")
    if origin_id is not None and "origin_id" in write.sent:
        taken = any(
            each.get("origin_id") == origin_id and each["id"] != write.record["id"]
            for each in (*beside, *everywhere(family, company_of_call()))
        )
        if taken:  # unique per company and type of record, also across projects (section 4.4)
            raise Refusal(422, "has already been taken", field="origin_id")
    if request.args.get("run_configurable_validations") == "true":
        empty = custom_fields.missing(company_of_call(), family.name, write.record.get("custom_fields"))
        if empty:
            raise Refusal(422, fields={name: ["required"] for name in empty})
    if family.rules is not None:
        family.rules(write)


def everywhere(family: Family, company_id: int) -> Iterator[Any]:
    """The family's records of a whole company, deleted ones too."""
    world = simulator().world
    places = [project.id for project in world.projects_of(company_id)] if family.in_project else [company_id]
    return (record for place_id in places for record in family.records(world, place_id))


def _next_id(family: Family, company_id: int) -> int:
    return 1 + max((each["id"] for each in everywhere(family, company_id)), default=company_id * 10)
