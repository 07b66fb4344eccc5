"""The lines that are on the screen as a CSV file, for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

from embedded_app.frames.lines import Line
from embedded_app.frames.presenters.texts import column_value, money_places, shown, value_text
from embedded_app.panels import PanelView
from embedded_app.reconciliation import FieldKind, Value, amount, text_of
from embedded_app.reconciliation.values import is_missing

_FORMULA_STARTS = ("=", "+", "-", "@")


def as_csv(view: PanelView, lines: Iterable[Line]) -> str:
    """One line for each, with plain numbers; begins with a byte order mark, by which spreadsheets know UTF-8."""
    definition, family, source = view.panel.definition, view.panel.family, view.panel.source_name
    identity = definition.identity
    shown_fields = {column.field for column in definition.row_columns}
    names = [
        (label, name)
        for label, name in (("reference", identity.reference), ("title", identity.title))
        if name is not None and name not in shown_fields
    ]
    party = family.field(family.party)
    heads = ["Number", "Title", party.label if party else "Party"]
    heads += [f"Procore {column.label}" for column in definition.record_columns]
    if view.sees_source:
        heads += [f"{source} {label}" for label, _ in names]
        heads += [f"{source} {column.label}" for column in definition.row_columns]
        heads += [f"{source} minus Procore", "Finding"]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([_safe(head) for head in heads])
    for line in lines:
        values: dict[str, Value] = dict(line.record.item.values) if line.record else {}
        cells: list[str] = [
            _safe(shown(values.get(name))) for name in (family.number, family.title, family.party)
        ]
        items = [line.record.item] if line.record else []
        cells += [_cell(column_value(c, items), c.kind) if items else "" for c in definition.record_columns]
        if view.sees_source:
            cells += [_safe(", ".join(shown(row.values.get(name)) for row in line.rows)) for _, name in names]
            cells += [
                _cell(column_value(c, line.rows), c.kind) if line.rows else "" for c in definition.row_columns
            ]
            cells += [_money(line.variance), line.kind.value.replace("_", " ") if line.kind else ""]
        writer.writerow(cells)
    return "\N{BYTE ORDER MARK}" + buffer.getvalue()


def _cell(value: Value, kind: FieldKind) -> str:
    number = amount(value)
    if number is not None:
        return _money(number) if kind is FieldKind.MONEY else text_of(number) or ""
    if is_missing(value):
        return ""
    return _safe(value if isinstance(value, str) else text_of(value) or value_text(value, kind))


def _money(value: Decimal | None) -> str:
    """Plain digits; an amount is never a formula, so its sign may stand first."""
    return "" if value is None else f"{value:.{money_places(value)}f}"


def _safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA_STARTS) or text[:1].isspace() else text
