"""What a record family consists of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from embedded_app.errors import InvalidField
from embedded_app.ids import ProjectId, RecordId, parse_record_id
from embedded_app.procore import CompanyApi, Read
from embedded_app.reconciliation import FieldKind, Item


@dataclass(frozen=True, slots=True)
class RecordKey:
    """Which record: ids of Procore are unique within a kind only."""

    kind: str
    """A word of the family's `kinds`."""
    record_id: RecordId

    def __str__(self) -> str:
        """The id of the record's `Item`."""
        return f"{self.kind}/{self.record_id}"

    @classmethod
    def parse(cls, claim: str) -> RecordKey:
        """The key that `str` wrote.

        Raises:
            InvalidField: it is none.
        """
        kind, slash, record_id = claim.rpartition("/")
        if not slash or not kind:
            raise InvalidField("record_id", "This is not a Procore record. Open the page from Procore again.")
        return cls(kind, parse_record_id(record_id))


@dataclass(frozen=True, slots=True)
class Record:
    """A live record as the engine takes it; its item's id is the key written out.

    The item's currency is the ISO 4217 code of its amounts, `None` in a company that has one currency only.
    """

    key: RecordKey
    item: Item


@dataclass(frozen=True, slots=True)
class FamilyField:
    """A field that panels may show and compare. `hints` are words that columns of the same meaning have."""

    name: str
    label: str
    kind: FieldKind
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Family:
    """Records of one sort, and everything about them that is not the same for all sorts.

    Args:
        name: in the database and in addresses.
        one, many: as sentences call them, in small letters.
        tool: Procore's tool, whose level decides who may read them.
        number, title, party, status: the fields by which people recognise a record.
        total: the money field that panels add up unless told otherwise.
        parts: for a money field, the fields whose sum Procore makes it; a difference is explained by them.
        kinds: each kind by its stable word, and what people call it.
        view_keys: the side panel's views that show one record of the family, and its kind.
        good_statuses: drawn with a check; `waiting_statuses`: drawn in amber; all others plain.
        read: every record of a project that the viewer may see.
        path: where Procore shows the record, below the company's web address.
    """

    name: str
    one: str
    many: str
    tool: str
    fields: tuple[FamilyField, ...]
    number: str
    title: str
    party: str
    status: str
    total: str
    parts: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, str]
    view_keys: Mapping[str, str]
    good_statuses: frozenset[str]
    waiting_statuses: frozenset[str]
    read: Callable[[CompanyApi, ProjectId], Read[tuple[Record, ...]]]
    path: Callable[[ProjectId, RecordKey], str]

    def field(self, name: str) -> FamilyField | None:
        """The field of that name, or `None`."""
        return next((field for field in self.fields if field.name == name), None)
