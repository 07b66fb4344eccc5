"""The table before it is written: which lines there are, which of them are shown, and in what order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from embedded_app.frames.presenters.texts import column_value, shown, value_text
from embedded_app.frames.query import Show
from embedded_app.panels import PanelView, Record, ShownColumn
from embedded_app.reconciliation import Compared, Finding, FindingKind, Item, Omission, Value, amount
from embedded_app.reconciliation.values import is_missing

_RUN_OF_DIGITS = re.compile(r"([0-9]+)")


class Varies(StrEnum):
    """In what a variance is one."""

    BEYOND = "beyond"
    """The totals are further apart than the tolerance."""
    WITHOUT_AMOUNT = "without_amount"
    """One side has no total."""
    OTHER_CURRENCY = "other_currency"
    OTHERWISE = "otherwise"
    """In nothing that the totals add up."""


@dataclass(frozen=True, slots=True)
class Line:
    """A record with its rows, a record alone, or a row alone.

    An ambiguous group has a line for each of its records and rows, so that the lines add up to the totals.

    Args:
        key: names the line in addresses; not to be used as an id in HTML.
        kind: `None` while one of the sides cannot be read, because nothing can be said then.
        finding: whose line it is; `None` likewise.
        procore: the amount of its record; `outside` likewise of its rows. See `Entry`.
        variance: outside minus Procore of this line alone; one side alone counts in full.
        omission: why it is in the totals of neither side; `None` if it is in those of both.
    """

    key: str
    kind: FindingKind | None
    finding: Finding | None
    record: Record | None
    rows: tuple[Item, ...]
    procore: Decimal | None
    outside: Decimal | None
    variance: Decimal | None
    omission: Omission | None


def lines_of(view: PanelView) -> tuple[Line, ...]:
    """Every line of the panel."""
    if view.reconciliation is None:
        return _lines_of_one_side(view)
    records = {record.item.id: record for record in view.records.records or ()}
    return tuple(
        Line(
            key=f"row/{entry.rows[0].id}" if entry.record is None else entry.record.id,
            kind=finding.kind,
            finding=finding,
            record=None if entry.record is None else records[entry.record.id],
            rows=entry.rows,
            procore=entry.procore,
            outside=entry.outside,
            variance=entry.variance,
            omission=entry.omission,
        )
        for finding in view.reconciliation.findings
        for entry in finding.entries
    )


def _lines_of_one_side(view: PanelView) -> tuple[Line, ...]:
    total = view.panel.definition.rules.total_comparison
    return (
        *(
            Line(
                record.item.id,
                None,
                None,
                record,
                (),
                amount(record.item.values.get(total.record_field)),
                None,
                None,
                None,
            )
            for record in view.records.records or ()
        ),
        *(
            Line(
                f"row/{row.id}",
                None,
                None,
                None,
                (row,),
                None,
                amount(row.values.get(total.row_field)),
                None,
                None,
            )
            for row in view.rows.rows or ()
        ),
    )


def varies(line: Line, view: PanelView) -> Varies | None:
    """In what the line is a variance; `None` of every other kind."""
    if line.kind is not FindingKind.VARIANCE:
        return None
    match line.omission:
        case Omission.OTHER_CURRENCY:
            return Varies.OTHER_CURRENCY
        case Omission.NO_AMOUNT_IN_PROCORE | Omission.NO_AMOUNT_OUTSIDE:
            return Varies.WITHOUT_AMOUNT
    tolerance = Decimal(view.panel.definition.rules.total_comparison.tolerance)
    is_beyond = line.variance is not None and line.variance.copy_abs() > tolerance
    return Varies.BEYOND if is_beyond else Varies.OTHERWISE


def differing(line: Line) -> tuple[Compared, ...]:
    """The compared fields of a pair that do not agree, in the order of the panel."""
    if line.finding is None:
        return ()
    return tuple(each for each in line.finding.compared if not each.verdict.agrees)


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
