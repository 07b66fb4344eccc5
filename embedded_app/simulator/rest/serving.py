"""Serves families of records: every call that a `Family` names, over one set of functions.

An answer for one record is made once and kept until something is written (`Simulator.rendered`), since a list is
read far more often than anything changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import orjson
from flask import request
from werkzeug import Response

from embedded_app.simulator.events import Change
from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.rest import writing
from embedded_app.simulator.rest.access import (
    NOT_FOUND,
    Refusal,
    blueprint,
    caller,
    company_of_call,
    permitted_project,
    query_id,
    require,
)
from embedded_app.simulator.rest.answers import LARGEST_PER_PAGE, data, json, listing
from embedded_app.simulator.rest.family import ALWAYS, DETAIL, LIST, Family, Path
from embedded_app.simulator.state import simulator

_V2_PER_PAGE, _V2_LARGEST = 10, 100
_IDS = ("id", "_id", "_ids")


def serve(family: Family) -> Family:
    """Answer the calls of this family."""
    for path in family.paths:
        one = f"{path.path}/<int:record_id>"
        for verb in path.verbs.split():
            method, rule, view = {
                "list": ("GET", path.path, _list),
                "show": ("GET", one, _show),
                "create": ("POST", path.path, _create),
                "update": ("PATCH", one, _update),
                "delete": ("DELETE", one, _delete),
                "sync": ("PATCH", f"{path.path}/sync", _sync),
            }[verb]
            blueprint.add_url_rule(
                rule,
                f"{family.name} {verb} {path.path}".replace(".", "-"),
                _bound(view, family, path),
                methods=[method],
            )
    return family


View = Callable[[Family, Path, dict[str, int]], Response]


def _bound(view: View, family: Family, path: Path) -> Callable[..., Response]:
    return lambda **ids: view(family, path, ids)


def find(family: Family, record_id: int, place_id: int) -> Any:
    """The record; 404 where it does not exist, is deleted, or is not for this caller."""
    for record in _present(family, place_id):
        if record["id"] == record_id and record.get("deleted_at") is None:
            if family.visible is None or family.visible(record, caller()):
                return record
            break
    raise Refusal(404, NOT_FOUND)


def body_of(family: Family, record: Any, view: str, *, strings: bool) -> orjson.Fragment:
    """The record as it is answered in this view; `show` is that for one record. `strings` makes ids strings."""
    rendered = simulator().rendered
    key = (id(family), record["id"], view, strings)
    fragment = rendered.get(key)
    if fragment is None:
        body = written(family, record, view)
        fragment = rendered[key] = orjson.Fragment(orjson.dumps(with_string_ids(body) if strings else body))
    return fragment


def written(family: Family, record: Any, view: str) -> dict[str, object]:
    """The record's keys in this view, as JSON values with ids as numbers."""
    limited = family.views.get(view)
    chosen = None if limited is None else frozenset(limited.split())
    shown = {ALWAYS, view, DETAIL if view in ("show", "extended") else LIST}
    body: dict[str, object] = {}
    for each in family.fields:
        if (chosen is not None and each.name not in chosen) or each.shown not in shown:
            continue
        value = each.read(record)
        if value is not None:
            body[each.name] = each.kind.write(value)
        elif not each.optional and not (family.omits_nulls and view == "show"):
            body[each.name] = None
    return body


def with_string_ids(value: Any, name: str = "") -> Any:
    """Version 2 writes every id as a string (section 4.1)."""
    if isinstance(value, dict):
        return {key: with_string_ids(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [with_string_ids(each, name) for each in value]
    if isinstance(value, int) and not isinstance(value, bool) and (name == "id" or name.endswith(_IDS[1:])):
        return str(value)
    return value


def find_as(family: Family, record_id: int, project_id: int, at_least: Level = Level.READ_ONLY) -> Any:
    """The record for a call beside those of `Path`, which lets in who has this level in the tool."""
    permitted_project(project_id, family.tool)
    require(family.tool, project_id, at_least)
    return find(family, record_id, project_id)


def _present(family: Family, place_id: int) -> Iterable[Any]:
    """The family's records in this place, none where it does not have the family."""
    world = simulator().world
    return (
        family.records(world, place_id) if family.present is None or family.present(world, place_id) else ()
    )


def _place(family: Family, ids: dict[str, int], sent: dict[str, Any] | None = None) -> int:
    """The project or company of the call, where the caller may read the tool."""
    if not family.in_project:
        require(family.tool)
        return company_of_call()
    project_id = ids.get("project_id")
    if project_id is None and sent is not None and "project_id" in sent:
        project_id = writing.whole(sent["project_id"], "project_id")
    return permitted_project(query_id("project_id") if project_id is None else project_id, family.tool).id


def _parent(family: Family, ids: dict[str, int], place_id: int) -> int | None:
    """The id of the record that the called ones belong to; 404 where that is not for this caller."""
    if family.parent is None or "parent_id" not in ids:
        return None
    found: int = find(family.parent, ids["parent_id"], place_id)["id"]
    return found


def _of_parent(family: Family, records: Iterable[Any], parent_id: int | None) -> Iterable[Any]:
    return [each for each in records if parent_id is None or each[family.parent_key] == parent_id]


def _list(family: Family, path: Path, ids: dict[str, int]) -> Response:
    place_id = _place(family, ids)
    records = _of_parent(family, _present(family, place_id), _parent(family, ids, place_id))
    if family.listed is not None:
        records = family.listed(records, place_id)
    wanted = request.args.get("filters[include_deleted]", "") if family.reads_deleted else ""
    for name in family.needs.split():
        query_id(name)
    view, visible, who = _view(family, "normal"), family.visible, caller()
    chosen = [
        (passes, request.args.getlist(name))
        for name, passes in family.parameters.items()
        if request.args.get(name)
    ]
    return listing(
        [
            each
            for each in records
            if (wanted == "with" or (each.get("deleted_at") is not None) == (wanted == "only"))
            and (visible is None or visible(each, who))
            and all(passes(each, sent) for passes, sent in chosen)
        ],
        lambda record: body_of(family, record, view, strings=path.is_v2),
        filters=family.filters,
        sorts=writing.sorts(family),
        per_page=_V2_PER_PAGE if path.is_v2 else family.per_page,
        largest=_V2_LARGEST if path.is_v2 else LARGEST_PER_PAGE,
        envelope=path.is_v2,
    )


def _found(family: Family, ids: dict[str, int], sent: dict[str, Any] | None = None) -> tuple[Any, int]:
    """The called record, and its project or company."""
    place_id = _place(family, ids, sent)
    record = find(family, ids["record_id"], place_id)
    parent_id = _parent(family, ids, place_id)
    if parent_id is not None and record[family.parent_key] != parent_id:
        raise Refusal(404, NOT_FOUND)
    return record, place_id


def _show(family: Family, path: Path, ids: dict[str, int]) -> Response:
    record, _ = _found(family, ids)
    return answer(family, path, record, _view(family, "show"))


def _view(family: Family, usual: str) -> str:
    return family.view(request.args.get("view", ""), usual)


def answer(family: Family, path: Path, record: Any, view: str = "show", status: int = 200) -> Response:
    """One record, in the envelope of the path's version."""
    body = body_of(family, record, view, strings=path.is_v2)
    response = data(body) if path.is_v2 else json(body)
    response.status_code = status
    return response


def _admit(family: Family, place_id: int, at_least: Level) -> None:
    """Refuse with 403 a caller whose level in the family's tool is lower."""
    require(family.tool, place_id if family.in_project else None, at_least)


def _level(family: Family, place_id: int) -> Level:
    return caller().level(family.tool, place_id if family.in_project else None)


def _create(family: Family, path: Path, ids: dict[str, int]) -> Response:
    sent = writing.sent()
    place_id = _place(family, ids, sent)
    parent_id = _parent(family, ids, place_id)
    _admit(family, place_id, family.create_level)
    values = writing.unwrapped(family, sent, wrapped=not path.is_v2)
    if family.call_key:
        beside = sent.get(family.call_key, request.args.get(family.call_key))
        values = {family.call_key: beside, **values}
    return answer(family, path, create(family, place_id, values, parent_id), status=201)


def create(family: Family, place_id: int, values: dict[str, Any], parent_id: int | None = None) -> Any:
    """Make a record of what was sent, put it into the world and tell it."""
    parent = {} if parent_id is None else {family.parent_key: parent_id}
    world = simulator().world
    if family.present is not None and not family.present(world, place_id):
        raise Refusal(422, f"This project has no {family.name.replace('_', ' ')}.")
    record = writing.new(family, place_id, values, _level(family, place_id), parent)
    return put(family, place_id, record)


def put(family: Family, place_id: int, record: Any) -> Any:
    """Put a new record into the world and tell it; what is kept of it."""
    world = simulator().world
    if family.store is None:
        world.records.setdefault(family.name, {})[record["id"]] = record
    else:
        record = family.store(world, record)
    if family.made is not None:
        family.made(record)
    tell(family, place_id, record, "create")
    return record


def _update(family: Family, path: Path, ids: dict[str, int]) -> Response:
    sent = writing.sent()
    record, place_id = _found(family, ids, sent)
    _admit(family, place_id, family.update_level)
    update(family, place_id, record, writing.unwrapped(family, sent, wrapped=not path.is_v2))
    return answer(family, path, record)


def update(family: Family, place_id: int, record: Any, values: dict[str, Any]) -> None:
    """Change a record as was sent, and tell it."""
    writing.change(family, record, values, _level(family, place_id))
    tell(family, place_id, record, "update")


def _delete(family: Family, path: Path, ids: dict[str, int]) -> Response:  # noqa: ARG001 # every view has it
    record, place_id = _found(family, ids)
    _admit(family, place_id, Level.ADMIN)
    if family.can_delete is not None:
        family.can_delete(record)
    record["deleted_at"] = simulator().clock.now()
    tell(family, place_id, record, "delete")
    return Response(status=204)


def _sync(family: Family, path: Path, ids: dict[str, int]) -> Response:
    """Update or create many: always 200, each failure beside what was sent (section 4.4)."""
    sent = writing.sent()
    place_id = _place(family, ids, sent)
    parent_id = _parent(family, ids, place_id)
    _admit(family, place_id, family.create_level)
    entities: list[object] = []
    errors: list[object] = []
    for values in writing.updates(sent):
        try:
            record = _synced(family, place_id, values, parent_id)
            entities.append(body_of(family, record, "normal", strings=path.is_v2))
        except Refusal as refusal:
            errors.append({**values, "errors": refusal.by_field()})
    return json({"entities": entities, "errors": errors})


def _synced(family: Family, place_id: int, values: dict[str, Any], parent_id: int | None) -> Any:
    simulator().rendered.clear()
    of_parent = _of_parent(family, _present(family, place_id), parent_id)
    live = [each for each in of_parent if each.get("deleted_at") is None]
    wanted, origin_id = values.get("id"), values.get("origin_id")
    if wanted is not None:
        found = next((each for each in live if str(each["id"]) == str(wanted)), None)
        if found is None:
            raise Refusal(404, "Entity with this ID not found", field="id")
    else:
        found = next(
            (each for each in live if origin_id is not None and each.get("origin_id") == origin_id), None
        )
    if found is None:
        return create(family, place_id, values, parent_id)
    update(family, place_id, found, values)
    return found


def tell(family: Family, place_id: int, record: Any, event_type: str) -> None:
    """Forget the answers that were made before this write, and let those who listen know of it."""
    running = simulator()
    running.rendered.clear()
    resource = family.told_as(record)
    if resource is not None:
        project_id = place_id if family.in_project else None
        running.changes.tell(
            Change(company_of_call(), project_id, resource, record["id"], event_type, caller().user_id)
        )
