"""From what an administrator typed to a definition, and back. Every mistake is named by its field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from embedded_app.errors import InvalidField
from embedded_app.panels.definition import (
    Audience,
    Currency,
    Owner,
    PanelDefinition,
    RowIdentity,
    ShownColumn,
    as_compared,
)
from embedded_app.panels.families import Family, FamilyField
from embedded_app.panels.form_limits import limited
from embedded_app.panels.forms import ColumnLine, ComparisonLine, KeyLine, PanelForm
from embedded_app.reconciliation import Comparison, FieldKind, KeyPair, KeyRule, Normalizer, Rules
from embedded_app.sources import Column
from embedded_app.web.typed_numbers import number_text, typed_number

Choice = TypeVar("Choice", bound=StrEnum)

_NAME_LENGTH = 120
_LABEL_LENGTH = 60
_TOLERANCE_LIMIT = Decimal(10) ** 12
_TOLERANCE_PLACES = 6
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_COMPARABLE: Mapping[FieldKind, frozenset[FieldKind]] = {
    # A column may hold only some samples, so its kind is a guess; text can hold anything.
    FieldKind.MONEY: frozenset({FieldKind.MONEY, FieldKind.NUMBER}),
    FieldKind.NUMBER: frozenset({FieldKind.MONEY, FieldKind.NUMBER}),
    FieldKind.DATE: frozenset({FieldKind.DATE}),
    FieldKind.TEXT: frozenset(FieldKind),
    FieldKind.STATUS: frozenset(FieldKind),
}
_VENDOR_NORMALIZERS = (
    Normalizer.UNICODE,
    Normalizer.CASE,
    Normalizer.PUNCTUATION,
    Normalizer.COMPANY_SUFFIX,
)
_TEXT_NORMALIZERS = (Normalizer.TRIM, Normalizer.UNICODE, Normalizer.CASE)


def parse_name(form: PanelForm) -> str:
    """The panel's name.

    Raises:
        InvalidField: it is empty or too long.
    """
    name = " ".join(form.name.split())
    if not name:
        raise InvalidField("name", "Give the panel a name. People see it on its tab.")
    if len(name) > _NAME_LENGTH:
        raise InvalidField("name", f"The name is too long. Use at most {_NAME_LENGTH} characters.")
    return name


def parse_form(
    form: PanelForm, family: Family, columns: Sequence[Column], *, row_key: str | None = None
) -> PanelDefinition:
    """The definition that `form` describes, for a source with `columns`, of which `row_key` identifies a row.

    Raises:
        InvalidField: named as `PanelForm` says; the first mistake in the order of the page.
    """
    by_name = {column.name: column for column in columns}
    job_column = _column(form.job_column, by_name, "job_column").name
    identity = RowIdentity(
        _column(form.reference, by_name, "reference").name,
        _column(form.title, by_name, "title").name if form.title else None,
        _column(form.party, by_name, "party").name if form.party else None,
    )
    owner = _choice(Owner, form.owner, "owner")
    comparisons = _comparisons(form, family, by_name)
    if not any(c.name == form.total and c.kind is FieldKind.MONEY for c in comparisons):
        raise InvalidField(
            "total", "Choose the amount that the tiles add up. It has to be one that is compared."
        )
    rules = Rules(_key_rules(form.keys, family, by_name), comparisons, form.total)
    unlimited = PanelDefinition(
        rules=rules,
        job_column=job_column,
        identity=identity,
        record_columns=_record_columns(form, family, owner),
        row_columns=as_compared(_row_columns(form, by_name, owner), rules),
        audience=_choice(Audience, form.audience, "audience"),
        owner=owner,
        unmatched_audience=_choice(Audience, form.unmatched_audience, "unmatched_audience"),
        link_audience=_choice(Audience, form.link_audience, "link_audience"),
        currency=_currency(form, by_name),
    )
    return limited(unlimited, form, always_seen=(family.number, row_key))


def form_of(definition: PanelDefinition, *, name: str, family: str, source_id: str) -> PanelForm:
    """The form that `parse_form` would read as `definition`."""
    return PanelForm(
        name=name,
        family=family,
        source_id=source_id,
        job_column=definition.job_column,
        reference=definition.identity.reference,
        title=definition.identity.title or "",
        party=definition.identity.party or "",
        keys=tuple(
            KeyLine(
                rule=rule.name,
                record_field=_one(pair.record_field),
                column=_one(pair.row_field),
                record_normalizers=tuple(pair.record_normalizers),
                row_normalizers=tuple(pair.row_normalizers),
            )
            for rule in definition.rules.key_rules
            for pair in rule.pairs
        ),
        comparisons=tuple(
            ComparisonLine(
                record_field=comparison.record_field,
                column=comparison.row_field,
                label=comparison.label,
                tolerance=number_text(Decimal(comparison.tolerance)) if comparison.tolerance else "",
                status_map="\n".join(
                    f"{status} = {', '.join(sorted(same))}" for status, same in comparison.status_map.items()
                ),
                audience=definition.audience_of(comparison),
            )
            for comparison in definition.rules.comparisons
        ),
        total=definition.rules.total,
        record_columns=tuple(_line_of(column) for column in definition.record_columns),
        row_columns=tuple(_line_of(column) for column in definition.row_columns),
        audience=definition.audience,
        unmatched_audience=definition.unmatched_audience,
        link_audience=definition.link_audience,
        owner=definition.owner,
        currency_column=definition.currency.column or "",
        currency=definition.currency.otherwise or "",
    )


def as_read(form: PanelForm, definition: PanelDefinition) -> PanelForm:
    """The form with each number as `definition`, which `parse_form` made of it, has it."""
    read = form_of(definition, name=form.name, family=form.family, source_id=form.source_id)
    return replace(
        form,
        comparisons=tuple(
            replace(line, tolerance=same.tolerance)
            for line, same in zip(form.comparisons, read.comparisons, strict=True)
        ),
    )


def _currency(form: PanelForm, columns: Mapping[str, Column]) -> Currency:
    column = _column(form.currency_column, columns, "currency_column") if form.currency_column else None
    if column is not None and column.kind not in {FieldKind.TEXT, FieldKind.STATUS}:
        raise InvalidField(
            "currency_column",
            f"{column.name} holds {column.kind}. Choose the column that names the currency, such as USD.",
        )
    code = form.currency.strip().upper()
    if code and not _CURRENCY.fullmatch(code):
        raise InvalidField(
            "currency", f"{form.currency} is no currency. Write its three letters, such as USD or CAD."
        )
    return Currency(column.name if column else None, code or None)


def _line_of(column: ShownColumn) -> ColumnLine:
    return ColumnLine(column.field, column.label, column.owner, column.audience)


def _one(fields: str | tuple[str, ...]) -> str:
    return fields if isinstance(fields, str) else "-".join(fields)


def _key_rules(
    lines: Sequence[KeyLine], family: Family, columns: Mapping[str, Column]
) -> tuple[KeyRule, ...]:
    if not lines:
        raise InvalidField(
            "keys", "Choose at least one pair of fields by which a record and a row are recognised."
        )
    rules: dict[str, list[KeyPair]] = {}
    for number, line in enumerate(lines):
        at = f"keys.{number}"
        name = line.rule.strip() or "Key"
        if name == "link":
            raise InvalidField(f"{at}.rule", "Use another name than “link” for this rule.")
        rules.setdefault(name, []).append(
            KeyPair(
                record_field=_family_field(line.record_field, family, f"{at}.record_field").name,
                row_field=_column(line.column, columns, f"{at}.column").name,
                record_normalizers=_normalizers(line.record_normalizers, f"{at}.record_normalizers"),
                row_normalizers=_normalizers(line.row_normalizers, f"{at}.row_normalizers"),
            )
        )
    return tuple(KeyRule(name, tuple(pairs)) for name, pairs in rules.items())


def _comparisons(form: PanelForm, family: Family, columns: Mapping[str, Column]) -> tuple[Comparison, ...]:
    comparisons: list[Comparison] = []
    for number, line in enumerate(form.comparisons):
        at = f"comparisons.{number}"
        field = _family_field(line.record_field, family, f"{at}.record_field")
        column = _column(line.column, columns, f"{at}.column")
        if any(comparison.name == field.name for comparison in comparisons):
            raise InvalidField(f"{at}.record_field", f"{field.label} is compared already.")
        if column.kind not in _COMPARABLE[field.kind]:
            raise InvalidField(
                f"{at}.column",
                f"{column.name} holds {column.kind}. {field.label} is {field.kind}: choose another.",
            )
        comparisons.append(
            Comparison(
                name=field.name,
                label=_label(line.label, field.label, f"{at}.label"),
                record_field=field.name,
                row_field=column.name,
                kind=field.kind,
                tolerance=_tolerance(line.tolerance, field.kind, f"{at}.tolerance"),
                status_map=_status_map(line.status_map, f"{at}.status_map")
                if field.kind is FieldKind.STATUS
                else {},
                normalizers=_text_normalizers(field, family),
            )
        )
    return tuple(comparisons)


def _text_normalizers(field: FamilyField, family: Family) -> tuple[Normalizer, ...]:
    if field.kind is not FieldKind.TEXT:
        return ()
    return _VENDOR_NORMALIZERS if field.name == family.party else _TEXT_NORMALIZERS


def _record_columns(form: PanelForm, family: Family, default: Owner) -> tuple[ShownColumn, ...]:
    shown: list[ShownColumn] = []
    for number, line in enumerate(form.record_columns):
        at = f"record_columns.{number}"
        field = _family_field(line.field, family, f"{at}.field")
        shown.append(
            ShownColumn(
                field=field.name,
                label=_label(line.label, field.label, f"{at}.label"),
                kind=field.kind,
                owner=_choice(Owner, line.owner or default, f"{at}.owner"),
                is_share=field.kind is FieldKind.MONEY and field.name in {"invoiced", "paid"},
            )
        )
    return tuple(shown)


def _row_columns(form: PanelForm, columns: Mapping[str, Column], default: Owner) -> tuple[ShownColumn, ...]:
    shown: list[ShownColumn] = []
    for number, line in enumerate(form.row_columns):
        at = f"row_columns.{number}"
        column = _column(line.field, columns, f"{at}.field")
        words = set(words_of(column.name))
        shown.append(
            ShownColumn(
                field=column.name,
                label=_label(line.label, label_of(column.name), f"{at}.label"),
                kind=column.kind,
                owner=_choice(Owner, line.owner or default, f"{at}.owner"),
                is_share=column.kind is FieldKind.MONEY and bool(words & {"paid", "invoiced", "billed"}),
            )
        )
    return tuple(shown)


def words_of(column_name: str) -> tuple[str, ...]:
    """The words of a column's name in small letters: ``sub_no``, ``SubNo`` and ``Sub No.`` are "sub", "no"."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column_name)
    return tuple(re.findall(r"[a-z0-9]+", spaced.casefold()))


def label_of(column_name: str) -> str:
    """How a column is called on the page when nobody gave it a label: ``paid_amt`` is "Paid amt"."""
    return " ".join(words_of(column_name)).capitalize() or column_name


def _column(name: str, columns: Mapping[str, Column], at: str) -> Column:
    try:
        return columns[name]
    except KeyError as error:
        text = (
            f"The source has no column {name}. Choose another." if name else "Choose a column of the source."
        )
        raise InvalidField(at, text) from error


def _family_field(name: str, family: Family, at: str) -> FamilyField:
    field = family.field(name)
    if field is None:
        raise InvalidField(at, "Choose a field of the record.")
    return field


def _label(typed: str, otherwise: str, at: str) -> str:
    label = " ".join(typed.split()) or otherwise
    if len(label) > _LABEL_LENGTH:
        raise InvalidField(at, f"The label is too long. Use at most {_LABEL_LENGTH} characters.")
    return label


def _choice(options: type[Choice], typed: str, at: str) -> Choice:
    try:
        return options(typed)
    except ValueError as error:
        raise InvalidField(at, "Choose one of the options.") from error


def _normalizers(typed: Sequence[str], at: str) -> tuple[Normalizer, ...]:
    return tuple(_choice(Normalizer, name, at) for name in typed)


def _tolerance(typed: str, kind: FieldKind, at: str) -> Decimal:
    if not typed.strip():
        return Decimal(0)
    if kind not in {FieldKind.MONEY, FieldKind.NUMBER, FieldKind.DATE}:
        raise InvalidField(at, "Only amounts, numbers and dates have a tolerance. Leave this empty.")
    unit = "a whole number of days" if kind is FieldKind.DATE else "an amount such as 1.00"
    expected = f"{typed} is no tolerance. Write {unit}."
    number = typed_number(typed, at, expected, whole=kind is FieldKind.DATE)
    if number >= _TOLERANCE_LIMIT or number != round(number, _TOLERANCE_PLACES):
        raise InvalidField(at, expected)
    return number


def _status_map(typed: str, at: str) -> Mapping[str, frozenset[str]]:
    mapping: dict[str, frozenset[str]] = {}
    for line in filter(None, (line.strip() for line in typed.splitlines())):
        status, equals, outside = line.partition("=")
        same = frozenset(filter(None, (part.strip() for part in outside.split(","))))
        if not equals or not status.strip() or not same:
            raise InvalidField(
                at, f"“{line}” cannot be read. Write one line per status: Complete = Closed, Done."
            )
        mapping[status.strip()] = mapping.get(status.strip(), frozenset()) | same
    return mapping
