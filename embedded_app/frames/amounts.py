"""Amounts of a view that may be in several currencies: what is added up, and what stands below the lines.

Amounts are added only to amounts in the same currency, so what stands below a column has a sum for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from embedded_app.frames.lines import Line
from embedded_app.panels import PanelView, ShownColumn
from embedded_app.reconciliation import UNKNOWN, FieldKind, Item, Omission, agree, amount
from embedded_app.reconciliation.values import EXACT

Sums = Mapping[str, Decimal]
"""Exact sums by the currency that is written behind them; "" is that of the totals, which is not written."""


class Currencies:
    """Which amounts of a view are in the currency of its totals, and what the others are in."""

    def __init__(self, view: PanelView) -> None:
        of_records = {record.item.currency for record in view.records.records or ()}
        self.of_records = next(iter(of_records)) if len(of_records) == 1 else None
        """The one that Procore states for all records, if it does."""
        self.add_up = len(of_records) <= 1
        """Whether the records may be added up at all."""
        if view.reconciliation is not None:
            self.of_totals = view.reconciliation.currency
        else:
            self.of_totals = self.of_records if of_records and self.add_up else UNKNOWN

    def written(self, item: Item, name: str) -> str:
        """What stands behind the amount of a field."""
        stated = item.currency_of(name)
        return "" if stated is None or agree(stated, self.of_totals) else stated

    def written_of(self, records: Sequence[Item], name: str) -> str:
        """What stands behind the amounts of a field that these records and their rows are compared by."""
        return self.written(records[0], name) if records else ""

    def sums(self, items: Iterable[Item], name: str) -> Sums | None:
        """What several items hold in a field together; `None` if one of them holds no amount, or there is none."""
        found: dict[str, Decimal] = {}
        for item in items:
            value = amount(item.values.get(name))
            if value is None:
                return None
            _add(found, self.written(item, name), value)
        return found or None


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the lines, added up.

    Args:
        omission: why they are left out of the totals; `None` of those that are not.
        lines: how many they are.
        records, rows: how many they show.
        procore: what the records hold of the panel's total; `outside` likewise the rows.
        record_sums: of each column of the records, empty of one that is no money; likewise `row_sums`.
        variance: the sum of those that the lines show, `None` if they show none.
    """

    omission: Omission | None
    lines: int
    records: int
    rows: int
    procore: Sums
    outside: Sums
    record_sums: tuple[Sums, ...]
    row_sums: tuple[Sums, ...]
    variance: Decimal | None


def part_of(
    lines: Sequence[Line], view: PanelView, currencies: Currencies, omission: Omission | None = None
) -> Part:
    """What `lines` add up to, exactly as they show it."""
    definition = view.panel.definition
    total = definition.rules.total_comparison
    inside = [[line.record.item] for line in lines if line.record is not None]
    outside = [line.rows for line in lines if line.rows]
    variances = [line.variance for line in lines if line.variance is not None]
    return Part(
        omission=omission,
        lines=len(lines),
        records=len(inside),
        rows=sum(len(rows) for rows in outside),
        procore=together(currencies.sums(items, total.record_field) for items in inside),
        outside=together(currencies.sums(items, total.row_field) for items in outside),
        record_sums=tuple(_column(inside, column, currencies) for column in definition.record_columns),
        row_sums=tuple(_column(outside, column, currencies) for column in definition.row_columns),
        variance=_sum(variances) if variances and currencies.add_up else None,
    )


def parts_of(lines: Sequence[Line], view: PanelView, currencies: Currencies) -> tuple[Part, ...]:
    """What is left out of the totals, a part for each reason, and then the totals: together all lines."""
    by_omission: dict[Omission | None, list[Line]] = {each: [] for each in (*Omission, None)}
    for line in lines:
        by_omission[line.omission].append(line)
    return tuple(
        part_of(of_part, view, currencies, omission)
        for omission, of_part in by_omission.items()
        if of_part or (omission is None and not lines)
    )


def empty_cells(lines: Sequence[Line], view: PanelView) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """How many cells of each column of money are empty, of the records' columns and of the rows'."""
    definition = view.panel.definition
    inside = [[line.record.item] for line in lines if line.record is not None]
    outside = [line.rows for line in lines if line.rows]
    return (
        tuple(_empty(inside, column) for column in definition.record_columns),
        tuple(_empty(outside, column) for column in definition.row_columns),
    )


def _empty(cells: Sequence[Sequence[Item]], column: ShownColumn) -> int:
    if column.kind is not FieldKind.MONEY:
        return 0
    return sum(any(amount(item.values.get(column.field)) is None for item in items) for items in cells)


def _column(cells: Iterable[Sequence[Item]], column: ShownColumn, currencies: Currencies) -> Sums:
    if column.kind is not FieldKind.MONEY or not currencies.add_up:
        return {}
    return together(currencies.sums(items, column.field) for items in cells)


def together(sums: Iterable[Sums | None]) -> Sums:
    """Several sums as one."""
    found: dict[str, Decimal] = {}
    for each in sums:
        for code, value in (each or {}).items():
            _add(found, code, value)
    return found


def _add(sums: dict[str, Decimal], code: str, value: Decimal) -> None:
    sums[code] = EXACT.add(sums[code], value) if code in sums else value


def _sum(values: Iterable[Decimal]) -> Decimal:
    total = Decimal(0)
    for value in values:
        total = EXACT.add(total, value)
    return total
