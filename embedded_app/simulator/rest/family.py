"""What a family of records is: one description, from which every call for it is served.

A family is a module of `rest/families` that holds its `Family` and hands it to `serving.serve`. All that the API
says about it stands there: paths, fields, filters, order, views, permissions, rules of a write.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.model.world import World
from embedded_app.simulator.rest.access import Caller
from embedded_app.simulator.rest.answers import (
    DEFAULT_PER_PAGE,
    Filter,
    contains,
    equals,
    within,
)
from embedded_app.simulator.rest.values.kinds import CODE, MONEY, PLAIN, STAMP, TEXT, WHOLE, Kind
from embedded_app.simulator.rest.values.references import PERSON, WBS_CODE

ALWAYS, DETAIL, LIST, NEVER = "always", "detail", "list", "never"


@dataclass(frozen=True, slots=True)
class Field:
    """One key of the answer.

    Attributes:
        key: the name under which the value is kept and sent, where that is another one; a person is kept and sent
            as `rfi_manager_id` and answered as `rfi_manager`.
        of: computes the value from the record; such a field cannot be sent.
        required: a record cannot be created without it.
        read_only: what is sent for it is ignored.
        shown: `DETAIL` keys are only in the answer for one record and in the view `extended` of lists, `LIST` keys
            only elsewhere; `NEVER` ones can only be sent. Another word is the one view that has the key.
        optional: the key is missing, and not null, where there is no value.
        default: the value of a new record that names none.
    """

    name: str
    kind: Kind
    key: str = ""
    of: Callable[[Any], Any] | None = None
    required: bool = False
    read_only: bool = False
    shown: str = ALWAYS
    optional: bool = False
    default: Any = None

    @property
    def kept_as(self) -> str:
        return self.key or self.name

    def read(self, record: Any) -> Any:
        """The value in this record; None where it has none."""
        return self.of(record) if self.of else record.get(self.kept_as)


def each(kind: Kind, names: str, **rest: Any) -> tuple[Field, ...]:
    """Fields of one kind, from their names with spaces between."""
    return tuple(Field(name, kind, **rest) for name in names.split())


BASICS = (
    Field("id", WHOLE, read_only=True),
    Field("created_at", STAMP, read_only=True),
    Field("updated_at", STAMP, read_only=True),
)
"""What every record has."""
CREATED_BY = Field("created_by", PERSON, key="created_by_id", read_only=True)
ORIGIN = (Field("origin_id", CODE), Field("origin_data", CODE))
"""Keys of an external system (section 4.7)."""
CUSTOM_FIELDS = Field("custom_fields", PLAIN, default={}, read_only=True, shown=DETAIL)
"""Sent one by one, as `custom_field_<id>` (section 4.3)."""
ATTACHMENTS = Field("attachments", PLAIN, default=[], read_only=True, shown=DETAIL)
"""Sent as `upload_ids` (section 5.13)."""


LINE_KEYS = (
    Field("wbs_code", WBS_CODE, key="wbs_code_id", required=True),
    Field("wbs_code_id", WHOLE, of=lambda line: line["wbs_code_id"]),
    Field("description", TEXT),
    *each(MONEY, "amount quantity unit_cost"),
    Field("uom", CODE),
    Field("extended_type", CODE, of=lambda line: "manual" if line.get("quantity") is None else "calculated"),
    *each(WHOLE, "tax_code_id position"),
)
"""What the lines of contracts, change orders and costs have in common."""


@dataclass(slots=True)
class Write:
    """A create or an update on its way: `record` is what it would become, `before` what it was (None: nothing).

    `sent` are the keys that the request named, `level` what the caller may do in the tool.
    """

    record: Any
    before: Any | None
    sent: Collection[str]
    level: Level


def line_amount(write: Write) -> None:
    """A line's amount follows from quantity and unit cost, unless it is set by hand."""
    line = write.record
    if line["quantity"] is not None and line["unit_cost"] is not None and "amount" not in write.sent:
        line["amount"] = line["quantity"] * line["unit_cost"]


@dataclass(frozen=True, slots=True)
class Path:
    """Where a family is served, and what can be done there.

    `verbs` are of `list`, `show`, `create`, `update`, `delete` and `sync`. The project is in the path, as
    `project_id`, or else in query or body. The id of one record follows the path. Version 2 has the envelope.
    """

    path: str
    verbs: str = "list show"

    @property
    def is_v2(self) -> bool:
        return self.path.startswith("/v2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A family of records.

    Attributes:
        name: the family in the world, and in the control switches.
        singular: wraps what is sent in version 1: `{"rfi": {…}}`.
        tool: whose permission level counts.
        wrapping_is_open: whether the body may also come without it, since the platform does not say.
        uploads_are_open: whether a switch decides that it takes `upload_ids`, since the platform does not say.
        resource: the webhook resource that a write is told as (section 7.5), or what finds it for a record; None
            where there is none.
        sorts: the fields that lists can be put in the order of.
        parameters: filters that are parameters of their own, as `search` of RFIs is.
        views: for each value of `view` the keys it is limited to; others than these and `extended` are normal.
        in_project: whether records belong to a project; the others belong to the company.
        parent: the family that these belong to, by the id kept under `parent_key`; `parent_id` in a path is of it.
        call_key: a required value that a create names beside the record, as requisitions do `commitment_id`.
        needs: ids that a list has to be asked for with.
        locked_by_origin: whether a record that has an `origin_id` cannot be changed any more (section 4.7).
        visible: whether this record exists for this caller, who may read the tool.
        rules: raises `Refusal` where a write is against a rule of the platform.
        can_delete: raises `Refusal` where a record may not be deleted.
        prepare: completes a new record, for example with its number.
        made: what else changes with a new record, for example the total of what it belongs to.
        present: whether this project has the family at all; of one that it has not nothing is found or created.
        listed: limits lists before any filter, as the days do that daily logs are asked for; the number is that
            of project or company.
        kept: where the records are, when that is not `world.records[name]`; the
            number is that of project or company.
        store: puts a new record there; the answer is what is kept of it.
        reads_deleted: whether `filters[include_deleted]` is known; deleted records do not exist otherwise.
        omits_nulls: whether the answer for one record leaves null keys out.
    """

    name: str
    singular: str
    tool: str
    paths: tuple[Path, ...]
    fields: tuple[Field, ...]
    filters: Mapping[str, Filter[Any]] = field(default_factory=dict)
    sorts: str = ""
    parameters: Mapping[str, Filter[Any]] = field(default_factory=dict)
    views: Mapping[str, str] = field(default_factory=dict)
    wrapping_is_open: bool = False
    uploads_are_open: bool = False
    resource: str | Callable[[Any], str] | None = None
    in_project: bool = True
    parent: Family | None = None
    parent_key: str = ""
    call_key: str = ""
    needs: str = ""
    locked_by_origin: bool = False
    visible: Callable[[Any, Caller], bool] | None = None
    rules: Callable[[Write], None] | None = None
    can_delete: Callable[[Any], None] | None = None
    prepare: Callable[[Any], None] | None = None
    made: Callable[[Any], None] | None = None
    present: Callable[[World, int], bool] | None = None
    listed: Callable[[Iterable[Any], int], Iterable[Any]] | None = None
    kept: Callable[[World, int], Iterable[Any]] | None = None
    store: Callable[[World, Any], Any] | None = None
    reads_deleted: bool = False
    omits_nulls: bool = False
    create_level: Level = Level.STANDARD
    update_level: Level = Level.STANDARD
    per_page: int = DEFAULT_PER_PAGE

    def view(self, asked: str, usual: str) -> str:
        """The view to answer in: `asked`, or `usual` where the family has no such view."""
        own = {each.shown for each in self.fields} - {ALWAYS, DETAIL, LIST, NEVER}
        return asked if asked in {"extended", *self.views, *own} else usual

    def told_as(self, record: Any) -> str | None:
        """The webhook resource that a write of this record is told as."""
        return self.resource(record) if callable(self.resource) else self.resource

    def records(self, world: World, place_id: int) -> Iterable[Any]:
        """The records of a project, or of a company, deleted ones too."""
        if self.kept is not None:
            return self.kept(world, place_id)
        place = "project_id" if self.in_project else "company_id"
        return [each for each in world.records.get(self.name, {}).values() if each[place] == place_id]

    def below(self, world: World, parent: Any) -> list[Any]:
        """The records that belong to this one of the parent's, without deleted ones."""
        kept = world.records.get(self.name, {}).values()
        return [each for each in kept if each[self.parent_key] == parent["id"] and each["deleted_at"] is None]

    def __post_init__(self) -> None:
        """A filter on a key that no field keeps would pass nothing and look as if it worked.

        Raises:
            ValueError: there is such a filter, or such a key to put lists in order by.
        """
        filters = (*self.filters.values(), *self.parameters.values())
        used = {key for each in filters if isinstance(each, OfKeys) for key in each.keys}
        unknown = used.union(self.sorts.split()) - {each.kept_as for each in self.fields}
        if unknown:
            raise ValueError(f"{self.name} has no field that keeps {', '.join(sorted(unknown))}.")

    def writable(self) -> Mapping[str, Field]:
        """The fields that can be sent, by the key one sends."""
        return {each.kept_as: each for each in self.fields if not each.read_only and each.of is None}


@dataclass(frozen=True, slots=True)
class OfKeys:
    """A filter on what is kept under these keys, each of which has to be kept by a field of the family."""

    keys: tuple[str, ...]
    passes: Filter[Any]

    def __call__(self, record: Any, sent: Any) -> bool:
        return self.passes(record, sent)


def same(*keys: str) -> dict[str, Filter[Any]]:
    """Filters of these names, each for the value kept under its name."""
    return {key: is_one(key) for key in keys}


def is_one(key: str) -> OfKeys:
    """Passes a record whose value under `key`, or one of them, is one of those sent."""

    def passes(record: Any, sent: Any) -> bool:
        value = record.get(key)
        return any(str(one) in sent for one in value) if isinstance(value, list) else alone(record, sent)

    alone: Filter[Any] = equals(_reader(key))
    return OfKeys((key,), passes)


def ranges(*keys: str) -> dict[str, Filter[Any]]:
    """Filters of these names for times or days, `from...to`."""
    return {key: OfKeys((key,), within(_reader(key))) for key in keys}


def words(*keys: str) -> OfKeys:
    """Passes a record that has the text sent in one of these fields."""
    return OfKeys(keys, contains(*(_reader(key) for key in keys)))


def _reader(key: str) -> Callable[[Any], Any]:
    return lambda record: record.get(key)
