"""What of a panel a viewer sees, by the audiences that they are in. Pure.

Whatever is hidden is taken out here, before anybody writes a page: fields and columns out of the items, and
comparisons out of the rules. What differs only in a hidden field is then no variance, a search or a sort finds
nothing to look at, and no page has to remember to hide anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from embedded_app.panels.currencies import with_currencies
from embedded_app.panels.definition import Audience, PanelDefinition, ShownColumn
from embedded_app.panels.families import Record
from embedded_app.reconciliation import Item


@dataclass(frozen=True, slots=True)
class Visible:
    """A panel as one viewer may see it.

    Args:
        definition: without the columns and comparisons that are hidden from them.
        hidden_fields: of the records.
        has_hidden_columns: whether anything of either side is hidden from them, if they see that side.
        sees_source: whether they see what comes from the source.
        sees_unmatched: whether they also see rows without a record.
        may_link: whether they also decide what belongs together.
    """

    definition: PanelDefinition
    hidden_fields: frozenset[str]
    has_hidden_columns: bool
    sees_source: bool
    sees_unmatched: bool
    may_link: bool

    def record(self, record: Record) -> Record:
        """The record without what is hidden, in the currency of its amounts."""
        item, otherwise = record.item, self.definition.currency.otherwise
        if not self.hidden_fields and (item.currency is not None or otherwise is None):
            return record
        values = {name: value for name, value in item.values.items() if name not in self.hidden_fields}
        return replace(record, item=Item(item.id, values, item.currency or otherwise))

    def rows(self, rows: Iterable[Item]) -> tuple[Item, ...]:
        """The rows with what the visible part of the panel needs, and nothing else of the source."""
        needed, currency = sorted(self.definition.needed_columns), self.definition.currency
        return tuple(with_currencies(row, needed, currency) for row in rows)


def audiences_in(definition: PanelDefinition) -> frozenset[Audience]:
    """Every audience that the panel names; about any other one nobody has to be asked."""
    return frozenset(
        {
            definition.audience,
            definition.unmatched_audience,
            definition.link_audience,
            *definition.comparison_audiences.values(),
            *(column.audience for column in (*definition.record_columns, *definition.row_columns)),
        }
    )


def visible_to(
    definition: PanelDefinition, audiences: Collection[Audience], row_key: str | None = None
) -> Visible:
    """What somebody sees who is in these audiences; nobody who cannot read the records is in any.

    `row_key` is the column whose values are the ids of the rows. Addresses hold ids, so somebody from whom it is
    hidden sees no row; the editor does not let it come to that.

    A column is hidden if a limit of its own or of a comparison hides it; a comparison likewise if one of its
    fields is hidden. A limited comparison leaves the field of the record: Procore shows it to the viewer anyway.
    """
    hidden_fields = _fields_hidden_by(definition.record_columns, audiences)
    limited = {
        comparison.name
        for comparison in definition.rules.comparisons
        if _hides(definition.audience_of(comparison), audiences)
    }
    hidden_columns = _fields_hidden_by(definition.row_columns, audiences) | {
        comparison.row_field for comparison in definition.rules.comparisons if comparison.name in limited
    }
    comparisons = tuple(
        comparison
        for comparison in definition.rules.comparisons
        if comparison.record_field not in hidden_fields and comparison.row_field not in hidden_columns
    )
    identity = definition.identity
    sees_source = definition.audience in audiences and row_key not in hidden_columns
    sees_unmatched = sees_source and definition.unmatched_audience in audiences
    return Visible(
        replace(
            definition,
            rules=replace(definition.rules, comparisons=comparisons),
            identity=replace(
                identity,
                title=None if identity.title in hidden_columns else identity.title,
                party=None if identity.party in hidden_columns else identity.party,
            ),
            record_columns=tuple(c for c in definition.record_columns if c.field not in hidden_fields),
            row_columns=tuple(c for c in definition.row_columns if c.field not in hidden_columns),
            comparison_audiences={
                comparison.name: definition.comparison_audiences[comparison.name]
                for comparison in comparisons
                if comparison.name in definition.comparison_audiences
            },
        ),
        hidden_fields,
        has_hidden_columns=bool(hidden_fields) or (sees_source and bool(hidden_columns)),
        sees_source=sees_source,
        sees_unmatched=sees_unmatched,
        may_link=sees_unmatched and definition.link_audience in audiences,
    )


def _fields_hidden_by(columns: Iterable[ShownColumn], audiences: Collection[Audience]) -> frozenset[str]:
    return frozenset(column.field for column in columns if _hides(column.audience, audiences))


def _hides(limit: Audience, audiences: Collection[Audience]) -> bool:
    """Whether a limit within the panel keeps somebody out; one to the readers is none."""
    return limit is not Audience.READERS and limit not in audiences
