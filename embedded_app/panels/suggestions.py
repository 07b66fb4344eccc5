"""A first proposal for a panel, from nothing but the columns' names and kinds. A person checks and changes it."""

from __future__ import annotations

from collections.abc import Sequence

from embedded_app.panels.definition import Owner
from embedded_app.panels.families import Family, FamilyField
from embedded_app.panels.form_parsing import label_of, words_of
from embedded_app.panels.forms import ColumnLine, ComparisonLine, KeyLine, PanelForm
from embedded_app.reconciliation import FieldKind, Normalizer
from embedded_app.sources import Column

_CURRENCY_WORDS = {"currency", "curr", "ccy", "curncy"}
_JOB_WORDS = ("job", "project", "site")
_NUMBER_NORMALIZERS = (Normalizer.LAST_SEGMENT, Normalizer.DIGITS, Normalizer.LEADING_ZEROS)
_MONEY_TOLERANCE = "1.00"
_COMPARABLE = {
    FieldKind.MONEY: {FieldKind.MONEY, FieldKind.NUMBER},
    FieldKind.NUMBER: {FieldKind.NUMBER},
    FieldKind.DATE: {FieldKind.DATE},
    FieldKind.TEXT: {FieldKind.TEXT},
    FieldKind.STATUS: {FieldKind.TEXT, FieldKind.STATUS},
}


def suggest(family: Family, columns: Sequence[Column], *, source_id: str, source_name: str) -> PanelForm:
    """A form filled in as far as the columns' names and kinds allow; what nothing speaks for stays empty."""
    found = _pair_up(family, columns)
    job = next((c.name for word in _JOB_WORDS for c in columns if word in words_of(c.name)), "")
    number = found.get(family.number)
    comparisons = [
        ComparisonLine(
            record_field=field.name,
            column=found[field.name].name,
            label=field.label,
            tolerance=_MONEY_TOLERANCE if field.kind is FieldKind.MONEY else "",
        )
        for field in family.fields
        if field.name in found and field.name != family.number
    ]
    money = [line.record_field for line in comparisons if _kind(family, line.record_field) is FieldKind.MONEY]
    return PanelForm(
        name=f"{family.many.capitalize()} vs {source_name}",
        family=family.name,
        source_id=source_id,
        job_column=job,
        reference=number.name if number else "",
        title=found[family.title].name if family.title in found else "",
        party=found[family.party].name if family.party in found else "",
        keys=(
            (KeyLine("Number", family.number, number.name, _NUMBER_NORMALIZERS, _NUMBER_NORMALIZERS),)
            if number
            else ()
        ),
        comparisons=tuple(comparisons),
        total=family.total if family.total in money else next(iter(money), ""),
        record_columns=tuple(
            ColumnLine(name) for name in (family.status, family.total, "invoiced") if family.field(name)
        ),
        row_columns=_row_columns(family, columns, found),
        currency_column=_currency_column(columns),
    )


def _currency_column(columns: Sequence[Column]) -> str:
    """The first column of texts that is called a currency: ``curr_code``, ``Currency``, ``CurCode``."""
    for column in columns:
        words = set(words_of(column.name))
        is_named = bool(words & _CURRENCY_WORDS) or {"cur", "code"} <= words
        if is_named and column.kind in {FieldKind.TEXT, FieldKind.STATUS}:
            return column.name
    return ""


def _row_columns(
    family: Family, columns: Sequence[Column], found: dict[str, Column]
) -> tuple[ColumnLine, ...]:
    names = [found[name].name for name in (family.number, family.total, "paid") if name in found]
    names += [c.name for c in columns if "retainage" in words_of(c.name) and c.name not in names]
    labels = {found[field.name].name: field.label for field in family.fields if field.name in found}
    if family.number in found:
        labels[found[family.number].name] = "Reference"
    shared = {found[name].name for name in (family.number, family.total) if name in found}
    return tuple(
        ColumnLine(name, labels.get(name, label_of(name)), "" if name in shared else Owner.SOURCE.value)
        for name in names
    )


def _pair_up(family: Family, columns: Sequence[Column]) -> dict[str, Column]:
    """The best column for each field, best pairs first; a column serves one field."""
    scored = sorted(
        (
            (_score(field, column), -at, field.name, column)
            for at, column in enumerate(columns)
            for field in family.fields
            if column.kind in _COMPARABLE[field.kind]
        ),
        key=lambda entry: entry[:2],
        reverse=True,
    )
    found: dict[str, Column] = {}
    taken: set[str] = set()
    for score, _, name, column in scored:
        if score and name not in found and column.name not in taken:
            found[name] = column
            taken.add(column.name)
    return found


def _score(field: FamilyField, column: Column) -> int:
    """How much the column's name says for the field; an earlier hint says more than a later one."""
    words = words_of(column.name)
    if any(word in words for word in _JOB_WORDS):
        return 0
    hits = sum(len(field.hints) - at + 3 for at, hint in enumerate(field.hints) if hint in words)
    return hits and hits * 10 - len(words)


def _kind(family: Family, name: str) -> FieldKind | None:
    field = family.field(name)
    return field.kind if field else None
