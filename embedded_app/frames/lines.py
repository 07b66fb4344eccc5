"""The table before it is written: which lines there are, which of them are shown, and in what order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from embedded_app.frames.presenters.texts import column_value, shown, value_text
from embedded_app.frames.query import Show
from embedded_app.panels import PanelView, Record, ShownColumn
from embedded_app.reconciliation import Finding, FindingKind, Item, Value, amount
from embedded_app.reconciliation.values import is_missing

_RUN_OF_DIGITS = re.compile(r"([0-9]+)")


@dataclass(frozen=True, slots=True)
class Line:
    """A record with its rows, a record alone, or a row alone.

    An ambiguous group has a line for each of its records and rows, so that the lines add up to the totals.

    Args:
        key: names the line in addresses; not to be used as an id in HTML.
        kind: `None` while one of the sides cannot be read, because nothing can be said then.
        finding: whose line it is; `None` likewise.
        procore: what the record of this line adds to the total; `outside` likewise of the rows.
        variance: outside minus Procore of this line alone; one side alone counts in full.
    """

    key: str
    kind: FindingKind | None
    finding: Finding | None
    record: Record | None
    rows: tuple[Item, ...]
    procore: Decimal | None
    outside: Decimal | None
    variance: Decimal | None


def lines_of(view: PanelView) -> tuple[Line, ...]:
    """Every line of the panel."""
    total = view.panel.definition.rules.total_comparison

    def of_record(record: Record) -> Decimal | None:
        return amount(record.item.values.get(total.record_field))

    def of_row(row: Item) -> Decimal | None:
        return amount(row.values.get(total.row_field))

    if view.reconciliation is None:
        alone = [
            Line(record.item.id, None, None, record, (), of_record(record), None, None)
            for record in view.records.records or ()
        ]
        return (
            *alone,
            *(
                Line(f"row/{r.id}", None, None, None, (r,), None, of_row(r), None)
                for r in view.rows.rows or ()
            ),
        )
    records = {record.item.id: record for record in view.records.records or ()}
    lines: list[Line] = []
    for finding in view.reconciliation.findings:
        if finding.kind in {FindingKind.MATCH, FindingKind.VARIANCE}:
            record = records[finding.records[0].id]
            lines.append(
                Line(
                    record.item.id,
                    finding.kind,
                    finding,
                    record,
                    finding.rows,
                    finding.procore,
                    finding.outside,
                    finding.variance,
                )
            )
            continue
        for item in finding.records:
            record = records[item.id]
            value = of_record(record)
            lines.append(
                Line(
                    item.id,
                    finding.kind,
                    finding,
                    record,
                    (),
                    value,
                    None,
                    None if value is None else value.copy_negate(),
                )
            )
        for row in finding.rows:
            value = of_row(row)
            lines.append(Line(f"row/{row.id}", finding.kind, finding, None, (row,), None, value, value))
    return tuple(lines)


def is_shown(line: Line, show: Show) -> bool:
    """Whether the filter lets the line through; while nothing is compared there is nothing to filter by."""
    return show is Show.ALL or line.kind is None or line.kind.value == show.value


def found_by(lines: Iterable[Line], view: PanelView, search: str) -> list[Line]:
    """The lines that hold every word of `search` in what names them on either side."""
    words = search.casefold().split()
    if not words:
        return list(lines)
    family, identity = view.panel.family, view.panel.definition.identity
    of_row = [name for name in (identity.reference, identity.title, identity.party) if name]

    def text(line: Line) -> str:
        parts = [shown(row.values.get(name)) for row in line.rows for name in of_row]
        if line.record is not None:
            values = line.record.item.values
            parts += [shown(values.get(name)) for name in (family.number, family.title, family.party)]
        return " ".join(parts).casefold()

    return [line for line in lines if all(word in text(line) for word in words)]


def sort_lines(lines: Iterable[Line], view: PanelView, sort: str, *, is_ascending: bool) -> list[Line]:
    """In order of `sort`: ``name``, ``variance`` (its size), or a column as `column_name` writes it.

    A line without a value comes last either way, and equal ones keep the order of their names.
    """
    by_name = sorted(lines, key=lambda line: _natural(name_of(line, view)))
    if sort == "name":
        return by_name if is_ascending else by_name[::-1]
    key = _sort_key(view, sort)
    with_value = [(key(line), line) for line in by_name]
    has_value = [pair for pair in with_value if pair[0] is not None]
    has_value.sort(key=lambda pair: pair[0], reverse=not is_ascending)
    return [line for _, line in has_value] + [line for value, line in with_value if value is None]


def column_name(side: str, column: ShownColumn) -> str:
    """How `sort` names a column: ``record.status``, ``row.paid``."""
    return f"{side}.{column.field}"


def name_of(line: Line, view: PanelView) -> str:
    """The number of the record, or of the row where there is no record; possibly empty."""
    if line.record is not None:
        return shown(line.record.item.values.get(view.panel.family.number))
    reference = view.panel.definition.identity.reference
    return shown(line.rows[0].values.get(reference)) or line.rows[0].id


def _sort_key(view: PanelView, sort: str) -> Callable[[Line], Any]:
    definition = view.panel.definition
    for side, columns in (("record", definition.record_columns), ("row", definition.row_columns)):
        for column in columns:
            if column_name(side, column) == sort:
                return _column_key(side, column)
    return lambda line: None if line.variance is None else line.variance.copy_abs()


def _column_key(side: str, column: ShownColumn) -> Callable[[Line], Any]:
    def key(line: Line) -> Any:
        items: Sequence[Item] = line.rows if side == "row" else [line.record.item] if line.record else []
        return _comparable(column_value(column, items), column) if items else None

    return key


def _comparable(value: Value, column: ShownColumn) -> Any:
    """Something that can be ordered together with every other value of its column."""
    if is_missing(value):
        return None
    number = amount(value)
    if number is not None:
        return (0, number, "")
    return (1, Decimal(0), _natural(value_text(value, column.kind) if isinstance(value, str) else str(value)))


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    """Orders SC-9 before SC-10."""
    parts = _RUN_OF_DIGITS.split(text.casefold())
    return tuple((len(part.lstrip("0")), part) if at % 2 else (0, part) for at, part in enumerate(parts))
