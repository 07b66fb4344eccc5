"""What a panel is made of, as one frozen value, and the JSON it is stored as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from embedded_app.reconciliation import Comparison, FieldKind, KeyPair, KeyRule, Normalizer, Rules


class Audience(StrEnum):
    """Who sees a part of a panel (what comes from the source, rows without a record, a column), and who links."""

    READERS = "readers"
    """Everybody who can read the records themselves."""
    STANDARD = "standard"
    """Whoever is Standard or Admin in the records' tool on the project."""
    ADMINS = "admins"
    """Whoever is Admin in the records' tool on the project."""
    ADMINISTRATORS = "administrators"
    """The company's administrators."""


def narrowest(*audiences: Audience) -> Audience:
    """The one that names all of them best, of audiences that somebody has to be in at once."""
    return max(audiences, key=list(Audience).index)


class Owner(StrEnum):
    """Which system is the system of record: where a wrong value is put right."""

    PROCORE = "procore"
    SOURCE = "source"

    @property
    def other(self) -> Owner:
        return Owner.SOURCE if self is Owner.PROCORE else Owner.PROCORE


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column of the table.

    `is_share` draws the amount as a part of the panel's total: paid of committed. `audience` limits who sees the
    column, within those who see its side at all.
    """

    field: str
    label: str
    kind: FieldKind
    owner: Owner
    is_share: bool = False
    audience: Audience = Audience.READERS


@dataclass(frozen=True, slots=True)
class RowIdentity:
    """The columns by which people recognise a row: its number, and if there are any its title and its party."""

    reference: str
    title: str | None = None
    party: str | None = None


@dataclass(frozen=True, slots=True)
class Currency:
    """In which currency a row's amounts are, where they do not say it themselves.

    Args:
        column: the column that says it; a row that holds nothing there is in `otherwise`.
        otherwise: ISO 4217 code of rows that state none, and of records in a company where Procore names none.
            Without either, the rows are taken to be in the currency of the records.
    """

    column: str | None = None
    otherwise: str | None = None


@dataclass(frozen=True, slots=True)
class PanelDefinition:
    """All of a panel but its name, family and source.

    Args:
        rules: what belongs together and what is compared.
        job_column: the column that holds the job; rows are limited to the jobs of the project by it.
        identity: how a row is named.
        record_columns: shown of the record, in order.
        row_columns: shown of the row, in order.
        audience: who sees what comes from the source.
        owner: the system of record of the panel as a whole.
        unmatched_audience: who of them also sees the rows that have no record. Somebody from whom Procore hides a
            record would otherwise find its row among them; Admins of the tool see every record.
        link_audience: who of those also links, unlinks and keeps apart, which changes what everybody sees.
        comparison_audiences: by name of the comparison, who of them also sees it; without an entry all do.
        currency: of the rows.

    Raises:
        ValueError: when something is limited that `needed_by_all` names, or a comparison that does not exist.
    """

    rules: Rules
    job_column: str
    identity: RowIdentity
    record_columns: tuple[ShownColumn, ...]
    row_columns: tuple[ShownColumn, ...]
    audience: Audience
    owner: Owner
    unmatched_audience: Audience = Audience.ADMINS
    link_audience: Audience = Audience.ADMINS
    comparison_audiences: Mapping[str, Audience] = field(default_factory=dict)
    currency: Currency = Currency()

    def __post_init__(self) -> None:
        names = {comparison.name for comparison in self.rules.comparisons}
        unknown = self.comparison_audiences.keys() - names
        if unknown:
            raise ValueError(f"There are no comparisons {sorted(unknown)!r} to limit.")
        fields, columns = self.needed_by_all
        for column in self.record_columns:
            if column.audience is not Audience.READERS and column.field in fields:
                raise ValueError(f"The field {column.field!r} cannot be limited.")
        for column in self.row_columns:
            if column.audience is not Audience.READERS and column.field in columns:
                raise ValueError(f"The column {column.field!r} cannot be limited.")
        for comparison in self.rules.comparisons:
            if self.audience_of(comparison) is not Audience.READERS and comparison.row_field in columns:
                raise ValueError(f"The comparison {comparison.name!r} cannot be limited.")

    def audience_of(self, comparison: Comparison) -> Audience:
        """Who sees it, but for the limits of the columns that it compares."""
        return self.comparison_audiences.get(comparison.name, Audience.READERS)

    @property
    def unmatched_reach(self) -> Audience:
        """Who sees rows without a record in the end: of the panel's audience."""
        return narrowest(self.audience, self.unmatched_audience)

    @property
    def link_reach(self) -> Audience:
        """Who links in the end: of those who see rows without a record."""
        return narrowest(self.unmatched_reach, self.link_audience)

    @property
    def needed_by_all(self) -> tuple[frozenset[str], frozenset[str]]:
        """The record's fields and the row's columns that whoever sees the panel sees.

        By the keys one could tell the values from what matches, the reference is the row's name, and the totals
        with their currency are of everybody.
        """
        pairs = [pair for rule in self.rules.key_rules for pair in rule.pairs]
        total = self.rules.total_comparison
        fields = {name for pair in pairs for name in _names(pair.record_field)}
        columns = {name for pair in pairs for name in _names(pair.row_field)}
        return (
            frozenset({total.record_field, *fields}),
            frozenset(
                {total.row_field, self.job_column, self.identity.reference, *columns, *self._currency_column}
            ),
        )

    @property
    def needed_columns(self) -> frozenset[str]:
        """Every column of the source that the panel reads; without one of them it cannot be shown."""
        identity = {self.identity.reference, self.identity.title, self.identity.party} - {None}
        keys = {
            name for rule in self.rules.key_rules for pair in rule.pairs for name in _names(pair.row_field)
        }
        compared = {comparison.row_field for comparison in self.rules.comparisons}
        shown = {column.field for column in self.row_columns}
        named = {self.job_column, *(name for name in identity if name), *self._currency_column}
        return frozenset({*named, *keys, *compared, *shown})

    @property
    def _currency_column(self) -> tuple[str, ...]:
        return () if self.currency.column is None else (self.currency.column,)

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads; plain values only."""
        return {
            "job_column": self.job_column,
            "identity": {
                "reference": self.identity.reference,
                "title": self.identity.title,
                "party": self.identity.party,
            },
            "key_rules": [
                {"name": rule.name, "pairs": [_pair_to_json(pair) for pair in rule.pairs]}
                for rule in self.rules.key_rules
            ],
            "comparisons": [_comparison_to_json(comparison) for comparison in self.rules.comparisons],
            "total": self.rules.total,
            "record_columns": [_column_to_json(column) for column in self.record_columns],
            "row_columns": [_column_to_json(column) for column in self.row_columns],
            "audience": self.audience.value,
            "owner": self.owner.value,
            "unmatched_audience": self.unmatched_audience.value,
            "link_audience": self.link_audience.value,
            "comparison_audiences": {
                name: audience.value for name, audience in self.comparison_audiences.items()
            },
            "currency": {"column": self.currency.column, "otherwise": self.currency.otherwise},
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> PanelDefinition:
        """The definition that `to_json` wrote, also before parts could be limited and a currency be stated.

        Raises:
            KeyError, TypeError, ValueError: when it is not of that shape.
        """
        audience = Audience(stored["audience"])
        unmatched_audience = Audience(stored.get("unmatched_audience", audience))
        rules = Rules(
            key_rules=tuple(
                KeyRule(rule["name"], tuple(_pair_from_json(pair) for pair in rule["pairs"]))
                for rule in stored["key_rules"]
            ),
            comparisons=tuple(_comparison_from_json(each) for each in stored["comparisons"]),
            total=stored["total"],
        )
        return cls(
            rules=rules,
            job_column=stored["job_column"],
            identity=RowIdentity(**stored["identity"]),
            record_columns=tuple(_column_from_json(column) for column in stored["record_columns"]),
            row_columns=as_compared((_column_from_json(column) for column in stored["row_columns"]), rules),
            audience=audience,
            owner=Owner(stored["owner"]),
            unmatched_audience=unmatched_audience,
            link_audience=Audience(
                stored.get("link_audience", _linked_before_it_was_chosen(audience, unmatched_audience))
            ),
            comparison_audiences={
                name: Audience(audience) for name, audience in stored.get("comparison_audiences", {}).items()
            },
            currency=Currency(**stored.get("currency", {})),
        )


def _linked_before_it_was_chosen(audience: Audience, unmatched_audience: Audience) -> Audience:
    """Who goes on linking in a panel of before: those whom its audiences name, but nobody who can only read."""
    chosen = audience if unmatched_audience is Audience.READERS else unmatched_audience
    return Audience.STANDARD if chosen is Audience.READERS else chosen


def as_compared(columns: Iterable[ShownColumn], rules: Rules) -> tuple[ShownColumn, ...]:
    """The columns of rows: a number that is compared with money is money, to be written and added as such."""
    money = {c.row_field for c in rules.comparisons if c.kind is FieldKind.MONEY}
    return tuple(
        replace(column, kind=FieldKind.MONEY)
        if column.kind is FieldKind.NUMBER and column.field in money
        else column
        for column in columns
    )


def _names(fields: str | tuple[str, ...]) -> tuple[str, ...]:
    return (fields,) if isinstance(fields, str) else fields


def _pair_to_json(pair: KeyPair) -> dict[str, Any]:
    return {
        "record_field": pair.record_field if isinstance(pair.record_field, str) else list(pair.record_field),
        "row_field": pair.row_field if isinstance(pair.row_field, str) else list(pair.row_field),
        "record_normalizers": [normalizer.value for normalizer in pair.record_normalizers],
        "row_normalizers": [normalizer.value for normalizer in pair.row_normalizers],
    }


def _pair_from_json(stored: Mapping[str, Any]) -> KeyPair:
    def fields(value: str | list[str]) -> str | tuple[str, ...]:
        return value if isinstance(value, str) else tuple(value)

    return KeyPair(
        record_field=fields(stored["record_field"]),
        row_field=fields(stored["row_field"]),
        record_normalizers=tuple(Normalizer(name) for name in stored["record_normalizers"]),
        row_normalizers=tuple(Normalizer(name) for name in stored["row_normalizers"]),
    )


def _comparison_to_json(comparison: Comparison) -> dict[str, Any]:
    return {
        "name": comparison.name,
        "label": comparison.label,
        "record_field": comparison.record_field,
        "row_field": comparison.row_field,
        "kind": comparison.kind.value,
        "tolerance": str(comparison.tolerance),
        "status_map": {status: sorted(same) for status, same in comparison.status_map.items()},
        "normalizers": [normalizer.value for normalizer in comparison.normalizers],
    }


def _comparison_from_json(stored: Mapping[str, Any]) -> Comparison:
    return Comparison(
        name=stored["name"],
        label=stored["label"],
        record_field=stored["record_field"],
        row_field=stored["row_field"],
        kind=FieldKind(stored["kind"]),
        tolerance=Decimal(stored["tolerance"]),
        status_map={status: frozenset(same) for status, same in stored["status_map"].items()},
        normalizers=tuple(Normalizer(name) for name in stored["normalizers"]),
    )


def _column_to_json(column: ShownColumn) -> dict[str, Any]:
    return {
        "field": column.field,
        "label": column.label,
        "kind": column.kind.value,
        "owner": column.owner.value,
        "is_share": column.is_share,
        "audience": column.audience.value,
    }


def _column_from_json(stored: Mapping[str, Any]) -> ShownColumn:
    return ShownColumn(
        field=stored["field"],
        label=stored["label"],
        kind=FieldKind(stored["kind"]),
        owner=Owner(stored["owner"]),
        is_share=stored["is_share"],
        audience=Audience(stored.get("audience", Audience.READERS)),
    )
