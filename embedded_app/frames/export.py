"""The lines that are on the screen as a CSV file, for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from decimal import Decimal

from embedded_app.frames.amounts import Currencies, Sums
from embedded_app.frames.lines import Line, Varies, differing, varies
from embedded_app.frames.presenters.sums import Sum, sums_below
from embedded_app.frames.presenters.texts import column_value, money_places, shown, value_text
from embedded_app.panels import PanelView, ShownColumn
from embedded_app.reconciliation import FieldKind, Item, Value, amount, text_of
from embedded_app.reconciliation.values import is_missing

_FORMULA_STARTS = ("=", "+", "-", "@")


def as_csv(view: PanelView, lines: Sequence[Line], all_lines: int) -> str:
    """One line for each, and below them what they add up to; all with plain numbers.

    An amount in another currency than the totals' is a text with its currency, so that no spreadsheet adds it to
    the others. Begins with a byte order mark, by which spreadsheets know UTF-8.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    file = _File(view)
    writer.writerow([_safe(head) for head in file.heads])
    writer.writerows(file.line(line) for line in lines)
    writer.writerows(file.sum(each) for each in sums_below(view, file.currencies, lines, lines, all_lines))
    return "\N{BYTE ORDER MARK}" + buffer.getvalue()


class _File:
    """The columns of the file, and what stands in them."""

    def __init__(self, view: PanelView) -> None:
        self._view = view
        self.currencies = Currencies(view)
        self._definition = view.panel.definition
        family, source, identity = view.panel.family, view.panel.source_name, self._definition.identity
        shown_fields = {column.field for column in self._definition.row_columns}
        self._names = [
            (label, name)
            for label, name in (("reference", identity.reference), ("title", identity.title))
            if name is not None and name not in shown_fields
        ]
        party = family.field(family.party)
        self.heads = ["Number", "Title", party.label if party else "Party"]
        self.heads += [f"Procore {column.label}" for column in self._definition.record_columns]
        if view.sees_source:
            self.heads += [f"{source} {label}" for label, _ in self._names]
            self.heads += [f"{source} {column.label}" for column in self._definition.row_columns]
            self.heads += [f"{source} currency", f"{source} minus Procore", "Finding", "Differs in"]

    def line(self, line: Line) -> list[str]:
        family, record_columns = self._view.panel.family, self._definition.record_columns
        values: dict[str, Value] = dict(line.record.item.values) if line.record else {}
        cells = [_safe(shown(values.get(name))) for name in (family.number, family.title, family.party)]
        items = [line.record.item] if line.record else []
        cells += [self._cell(column, items) for column in record_columns]
        if self._view.sees_source:
            for _, name in self._names:
                cells.append(_safe(", ".join(shown(row.values.get(name)) for row in line.rows)))
            cells += [self._cell(column, line.rows) for column in self._definition.row_columns]
            cells += [_safe(self._currency(line)), self._variance(line), _finding(line, self._view)]
            cells.append(_safe(", ".join(each.label for each in differing(line))))
        return cells

    def sum(self, sum_: Sum) -> list[str]:
        part = sum_.part
        cells = [_safe(sum_.label), "", "", *(_sums(sums) for sums in part.record_sums)]
        if self._view.sees_source:
            cells += [""] * len(self._names) + [_sums(sums) for sums in part.row_sums]
            variance = None if part.omission is not None else part.variance
            cells += ["", _money(variance), "total" if sum_.is_total else "left out", ""]
        return cells

    def _cell(self, column: ShownColumn, items: Sequence[Item]) -> str:
        if not items:
            return ""
        sums = self.currencies.sums(items, column.field) if column.kind is FieldKind.MONEY else None
        if sums:
            return _sums(sums)
        value = column_value(column, items)
        number = amount(value)
        if number is not None:
            return text_of(number) or ""
        if is_missing(value):
            return ""
        return _safe(value if isinstance(value, str) else text_of(value) or value_text(value, column.kind))

    def _currency(self, line: Line) -> str:
        """What the rows state of the amount that is added up."""
        total = self._definition.rules.total_comparison.row_field
        stated = dict.fromkeys(filter(None, (row.currency_of(total) for row in line.rows)))
        return ", ".join(stated)

    def _variance(self, line: Line) -> str:
        if line.variance is None:
            return ""
        total = self._definition.rules.total_comparison.record_field
        code = self.currencies.written(line.record.item, total) if line.record else ""
        return _sums({code: line.variance})


def _finding(line: Line, view: PanelView) -> str:
    """What the line is, in the words of the page."""
    match varies(line, view):
        case Varies.WITHOUT_AMOUNT:
            return "without amount"
        case Varies.OTHER_CURRENCY:
            return "another currency"
        case Varies.OTHERWISE:
            return "differs otherwise"
        case _:
            return line.kind.value.replace("_", " ") if line.kind else ""


def _sums(sums: Sums) -> str:
    """A plain number; with its currency, or several, it is a text."""
    return " + ".join(f"{_money(value)} {code}".rstrip() for code, value in sorted(sums.items()))


def _money(value: Decimal | None) -> str:
    """Plain digits; an amount is never a formula, so its sign may stand first."""
    return "" if value is None else f"{value:.{money_places(value)}f}"


def _safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA_STARTS) or text[:1].isspace() else text
