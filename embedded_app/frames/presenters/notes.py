"""The small print below the table: the sign, the tolerance, who owns what, and what the totals leave out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from embedded_app.frames.amounts import Currencies, empty_cells
from embedded_app.frames.lines import Line
from embedded_app.frames.presenters.pairs import owner_name
from embedded_app.frames.presenters.texts import money_text
from embedded_app.panels import Audience, PanelView
from embedded_app.reconciliation import UNKNOWN, FindingKind, Reconciliation
from embedded_app.web.formatting import plural

_MOST_NAMED = 5


def footnotes(view: PanelView, lines: Sequence[Line]) -> tuple[str, ...]:
    """One sentence or two each, about the `lines` that are shown.

    For a viewer who sees Procore alone only what is hidden of it.
    """
    if not view.sees_source:
        return hidden_parts(view)
    notes = [_sign(view), *_currency(view), _owners(view), *hidden_parts(view), *_empty_cells(view, lines)]
    if any(line.omission for line in lines):
        notes.append(
            "A line without an amount on one side, or in another currency, is in the totals of neither side; "
            "it is counted and added up above them."
        )
    if view.reconciliation is not None:
        notes += _left_out(view, view.reconciliation, lines)
    return tuple(notes)


def hidden_parts(view: PanelView) -> tuple[str, ...]:
    """What an administrator hides from this viewer within the panel; never how much of it there is."""
    notes = []
    if view.sees_source and not view.sees_unmatched and view.jobs:
        one, source = view.panel.family.one, view.panel.source_name
        notes.append(
            f"You see rows of {source} beside their {one}. Rows without a {one} are hidden from you: they are "
            "not listed, counted or added up."
        )
    if view.has_hidden_columns:
        notes.append(
            "A company administrator hides some columns of this panel from you. They are not compared for you."
        )
    if view.sees_source and not view.may_link and view.jobs:
        notes.append(linking_note(view))
    return tuple(notes)


def linking_note(view: PanelView) -> str:
    """For whom linking is, to somebody for whom it is not."""
    many = view.panel.family.many
    who = {
        Audience.READERS: f"everybody who reads {many}",
        Audience.STANDARD: f"people with Standard or Admin on {many}",
        Audience.ADMINS: f"people with Admin on {many}",
        Audience.ADMINISTRATORS: "company administrators",
    }[view.panel.definition.link_reach]
    return f"Linking is for {who}. You see what is linked, and only they change it."


def _sign(view: PanelView) -> str:
    tolerance = Decimal(view.panel.definition.rules.total_comparison.tolerance)
    sign = f"Variance is {view.panel.source_name} minus Procore. An unmatched record counts in full."
    return f"{sign} Amounts within {money_text(tolerance)} count as equal." if tolerance else sign


def _currency(view: PanelView) -> list[str]:
    """In which currency a side is taken to be that does not say it."""
    if view.reconciliation is None:
        return []
    source, of_totals = view.panel.source_name, view.reconciliation.currency
    if of_totals is None:
        return []
    currencies = Currencies(view)
    taken = of_totals if of_totals != UNKNOWN else f"the currency of their {view.panel.family.one}"
    total = view.panel.definition.rules.total_comparison.row_field
    rows = [row for finding in view.reconciliation.findings for row in finding.rows]
    notes = []
    if any(row.currency_of(total) is None for row in rows):
        notes.append(f"Amounts for which {source} names no currency are taken to be in {taken}.")
    if currencies.add_up and currencies.of_records is None and of_totals != UNKNOWN:
        notes.append(
            f"Procore names no currency. Its amounts are taken to be in {of_totals}, as {source} says."
        )
    return notes


def _empty_cells(view: PanelView, lines: Sequence[Line]) -> list[str]:
    """Which sums lack something."""
    definition, source = view.panel.definition, view.panel.source_name
    in_records, in_rows = empty_cells(lines, view)
    found = [
        f"{count:,} of {column.label} in {side}"
        for side, columns, counts in (
            ("Procore", definition.record_columns, in_records),
            (source, definition.row_columns, in_rows),
        )
        for column, count in zip(columns, counts, strict=True)
        if count
    ]
    return [f"Sums are without empty cells: {', '.join(found)}."] if found else []


def _owners(view: PanelView) -> str:
    """Which system owns the panel, and which columns are owned by the other one."""
    definition, source = view.panel.definition, view.panel.source_name
    others = [
        f"{column.label} in {side}"
        for side, columns in (("Procore", definition.record_columns), (source, definition.row_columns))
        for column in columns
        if column.owner is not definition.owner
    ]
    owner, other = owner_name(view, definition.owner), owner_name(view, definition.owner.other)
    return f"System of record: {owner}" + (f"; {other} for {', '.join(others)}." if others else ".")


def _left_out(view: PanelView, reconciliation: Reconciliation, lines: Sequence[Line]) -> list[str]:
    """What is in no line that one might expect there."""
    family, source = view.panel.family, view.panel.source_name
    notes = []
    notes += _doubled(view)
    if any(line.kind is FindingKind.ONLY_OUTSIDE for line in lines):
        notes.append(f"Not in Procore: Procore shows you no such {family.one}; it may be private.")
    if view.has_rows_elsewhere:
        notes.append(
            f"Rows that are linked to {family.many} that Procore does not show you here are left out."
        )
    if reconciliation.broken_links:
        text = plural(len(reconciliation.broken_links), "link leads", "links lead")
        notes.append(f"{text} to a row that {source} no longer has.")
    return notes


def _doubled(view: PanelView) -> list[str]:
    """Rows whose keys differ by blanks alone; their ids keep the blanks, those of all others have none."""
    keys = sorted({row.id.strip() for row in view.rows.rows or () if row.id != row.id.strip()})
    if not keys:
        return []
    named = ", ".join(keys[:_MOST_NAMED]) + (
        f" and {len(keys) - _MOST_NAMED} more" if keys[_MOST_NAMED:] else ""
    )
    twice = (
        f"{view.panel.source_name} has {named} more than once, the same but for blanks around it. "
        "Each of these rows counts in the totals."
    )
    return [twice]
