"""Who sees which column and comparison: read last of the editor's form, because it needs the rest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from embedded_app.errors import InvalidField
from embedded_app.panels.definition import Audience, PanelDefinition, ShownColumn
from embedded_app.panels.forms import ColumnLine, PanelForm
from embedded_app.panels.visibility import visible_to


def limited(
    definition: PanelDefinition, form: PanelForm, *, always_seen: Collection[str | None]
) -> PanelDefinition:
    """`definition` with the limits of `form`; `always_seen` are fields and columns that name a record or a row.

    Raises:
        InvalidField: a limit on what everybody who sees the panel has to see, named by its line.
    """
    fields, columns = definition.needed_by_all
    record_columns = _limited(
        definition.record_columns, form.record_columns, "record_columns", fields.union(always_seen)
    )
    row_columns = _limited(
        definition.row_columns, form.row_columns, "row_columns", columns.union(always_seen)
    )
    comparison_audiences = {}
    for number, (comparison, line) in enumerate(
        zip(definition.rules.comparisons, form.comparisons, strict=True)
    ):
        at = f"comparisons.{number}.audience"
        audience = _audience(line.audience, at)
        if audience is Audience.READERS:
            continue
        if comparison.row_field in columns.union(always_seen):
            raise InvalidField(at, _needed(comparison.label))
        comparison_audiences[comparison.name] = audience
    found = replace(
        definition,
        record_columns=record_columns,
        row_columns=row_columns,
        comparison_audiences=comparison_audiences,
    )
    seen_by_all = visible_to(found, {Audience.READERS}).definition
    for group, shown, seen in (
        ("record_columns", record_columns, seen_by_all.record_columns),
        ("row_columns", row_columns, seen_by_all.row_columns),
    ):
        if shown and not seen:
            raise InvalidField(
                f"{group}.0.audience", "Leave one column to everybody, or limit the whole panel below."
            )
    return found


def _limited(
    columns: Sequence[ShownColumn], lines: Sequence[ColumnLine], group: str, needed: Collection[str | None]
) -> tuple[ShownColumn, ...]:
    found = []
    for number, (column, line) in enumerate(zip(columns, lines, strict=True)):
        at = f"{group}.{number}.audience"
        audience = _audience(line.audience, at)
        if audience is not Audience.READERS and column.field in needed:
            raise InvalidField(at, _needed(column.label))
        found.append(replace(column, audience=audience))
    return tuple(found)


def _audience(typed: str, at: str) -> Audience:
    try:
        return Audience(typed)
    except ValueError as error:
        raise InvalidField(at, "Choose one of the options.") from error


def _needed(label: str) -> str:
    return (
        f"{label} names a row, matches it or is added up, so whoever sees the panel sees it. "
        "Limit the whole panel below instead."
    )
