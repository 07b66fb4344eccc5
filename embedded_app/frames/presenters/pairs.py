"""A record and its rows, field by field, and why their totals differ where that is certain."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from embedded_app.frames.amounts import Currencies
from embedded_app.frames.presenters.parts import ComparedField, Difference, LinkedRow, RejectedRow
from embedded_app.frames.presenters.texts import (
    days_text,
    difference_text,
    is_number,
    money_text,
    shown,
    sums_text,
    value_text,
)
from embedded_app.panels import Decision, LinkState, Owner, PanelDefinition, PanelView, Record
from embedded_app.reconciliation import (
    BY_LINK,
    Compared,
    Comparison,
    FieldKind,
    Finding,
    FindingKind,
    Item,
    Verdict,
)
from embedded_app.reconciliation.values import EXACT, is_missing


def compared_fields(view: PanelView, finding: Finding) -> tuple[ComparedField, ...]:
    """Every comparison, in the order of the panel."""
    currencies = Currencies(view)
    rules = {comparison.name: comparison for comparison in view.panel.definition.rules.comparisons}
    return tuple(_field(view, currencies, finding, rules[each.name], each) for each in finding.compared)


def _field(
    view: PanelView, currencies: Currencies, finding: Finding, rule: Comparison, compared: Compared
) -> ComparedField:
    inside = outside = None
    if compared.kind is FieldKind.MONEY:
        inside = currencies.sums(finding.records, rule.record_field)
        outside = currencies.sums(finding.rows, rule.row_field)
    if compared.verdict is Verdict.OTHER_CURRENCY:
        difference = Difference(other_currency(currencies, finding.rows, rule.row_field), "differs")
    else:
        is_money = compared.kind is FieldKind.MONEY
        code = currencies.written_of(finding.records, rule.record_field) if is_money else ""
        difference = _difference(view, compared, code)
    return ComparedField(
        label=compared.label,
        procore=sums_text(inside) if inside else value_text(compared.record_value, compared.kind),
        outside=sums_text(outside) if outside else value_text(compared.row_value, compared.kind),
        is_number=is_number(compared.kind),
        differs=not compared.verdict.agrees,
        difference=difference,
        owner=owner_name(view, _owner_of(view.panel.definition, compared.name)),
    )


def other_currency(currencies: Currencies, rows: Sequence[Item], name: str, act: str = "compared") -> str:
    """Why the amounts of a field are not compared, or not added up: ``In CAD, not compared``."""
    codes = dict.fromkeys(filter(None, (currencies.written(row, name) for row in rows)))
    return f"In {' and '.join(codes) or 'another currency'}, not {act}"


def _difference(view: PanelView, compared: Compared, code: str) -> Difference:
    match compared.verdict:
        case Verdict.SAME_AFTER_NORMALISING:
            is_status = compared.kind is FieldKind.STATUS
            return Difference("Mapped to the same" if is_status else "Same after normalizing")
        case Verdict.WITHIN_TOLERANCE | Verdict.DIFFERENT:
            return _distance(compared, code)
        case Verdict.MISSING_IN_PROCORE:
            return Difference("Missing in Procore", "differs")
        case Verdict.MISSING_OUTSIDE:
            return Difference(f"Missing in {view.panel.source_name}", "differs")
        case Verdict.NOT_COMPARABLE:
            return Difference("Cannot be compared", "differs")
        case _:
            return Difference("Empty on both sides" if is_missing(compared.record_value) else "Match")


def _distance(compared: Compared, code: str) -> Difference:
    is_within = compared.verdict is Verdict.WITHIN_TOLERANCE
    if isinstance(compared.difference, int):
        words = days_text(compared.difference)
        return Difference(f"{words}, within tolerance") if is_within else Difference(words, "differs")
    if compared.difference is None:
        return Difference("Different", "differs")
    return amount_difference(compared.difference, code, is_within=is_within)


def amount_difference(difference: Decimal, code: str, *, is_within: bool) -> Difference:
    """A difference of two amounts that are both there; `code` is written behind it."""
    if not difference:
        state = "equal"
    elif is_within:
        state = "within"
    else:
        state = "above" if difference > 0 else "below"
    return Difference(difference_text(difference, code), state)


def cause_of(view: PanelView, finding: Finding) -> str:
    """Why the totals differ, if the fields themselves prove it; else nothing.

    Both totals have to be the sum of the parts that the family names, and all of them have to be compared.
    """
    if finding.kind is not FindingKind.VARIANCE:
        return ""
    rules = view.panel.definition.rules
    compared = {each.name: each for each in finding.compared}
    total = compared.get(rules.total)
    parts = view.panel.family.parts.get(rules.total_comparison.record_field, ())
    by_field = {c.record_field: compared.get(c.name) for c in rules.comparisons}
    found = [by_field.get(part) for part in parts]
    if total is None or total.verdict is not Verdict.DIFFERENT or not found:
        return ""
    sides: list[tuple[str, Decimal, Decimal]] = []
    for part in found:
        if (
            part is None
            or part.verdict is Verdict.OTHER_CURRENCY
            or not isinstance(part.record_value, Decimal)
            or not isinstance(part.row_value, Decimal)
        ):
            return ""
        sides.append((part.label, part.record_value, part.row_value))
    inside = outside = Decimal(0)
    for _, record_value, row_value in sides:
        inside, outside = EXACT.add(inside, record_value), EXACT.add(outside, row_value)
    if inside != total.record_value or outside != total.row_value:
        return ""
    source = view.panel.source_name
    code = Currencies(view).written_of(finding.records, rules.total_comparison.record_field)
    differing = [side for side in sides if side[1] != side[2]]
    if len(differing) == 1:
        label, record_value, row_value = differing[0]
        return (
            f"All of it is in {label[:1].lower()}{label[1:]}: {money_text(record_value, code)} in Procore, "
            f"{money_text(row_value, code)} in {source}."
        )
    terms = [
        f"{label[:1].lower()}{label[1:]} ({difference_text(EXACT.subtract(row_value, record_value), code)})"
        for label, record_value, row_value in differing
    ]
    return f"It adds up from {' and '.join(terms)}."


def linked_rows(view: PanelView, record: Record, finding: Finding) -> tuple[LinkedRow, ...]:
    """The rows of a match or a variance, and how each came to belong to the record."""
    return tuple(_linked(view, record, finding, row) for row in finding.rows)


def _linked(view: PanelView, record: Record, finding: Finding, row: Item) -> LinkedRow:
    decision = view.decisions.get((record.item.id, row.id))
    total = view.panel.definition.rules.total_comparison.row_field
    amount = sums_text(Currencies(view).sums([row], total))
    if finding.matched_by == BY_LINK and decision is not None:
        how, at = f"Linked by {decision.confirmed_by}", decision.confirmed_at
    else:
        how, at = f"Matched by rule “{finding.matched_by}”", None
    return LinkedRow(row_title(view, row), amount, row.id, how, at)


def rejected_rows(view: PanelView, record: Record) -> tuple[RejectedRow, ...]:
    """The rows of which somebody said that they do not belong to the record, if they are still there."""
    rows = {row.id: row for row in view.rows.rows or ()}
    return tuple(
        RejectedRow(row_title(view, rows[row_id]), row_id, decision.confirmed_by, decision.confirmed_at)
        for (record_id, row_id), decision in view.decisions.items()
        if record_id == record.item.id and row_id in rows and decision.state is LinkState.REJECTED
    )


def missing_rows(view: PanelView, record: Record) -> dict[str, Decision]:
    """The rows that somebody linked to the record and that the source does not have now, by their ids."""
    return {
        row_id: decision
        for (record_id, row_id), decision in view.missing_rows.items()
        if record_id == record.item.id
    }


def row_title(view: PanelView, row: Item) -> str:
    """``21-0417-014 · Structural steel``."""
    identity = view.panel.definition.identity
    title = shown(row.values.get(identity.title)) if identity.title else ""
    return " · ".join(filter(None, (shown(row.values.get(identity.reference)) or row.id, title)))


def record_number(view: PanelView, record: Record) -> str:
    """The record's number, or its id where it has none."""
    return shown(record.item.values.get(view.panel.family.number)) or f"No. {record.key.record_id}"


def owner_name(view: PanelView, owner: Owner) -> str:
    """The system of record as people call it."""
    return "Procore" if owner is Owner.PROCORE else view.panel.source_name


def _owner_of(definition: PanelDefinition, comparison: str) -> Owner:
    """The owner that the columns of a comparison state, else that of the panel."""
    rule = next(each for each in definition.rules.comparisons if each.name == comparison)
    for columns, field in (
        (definition.record_columns, rule.record_field),
        (definition.row_columns, rule.row_field),
    ):
        for column in columns:
            if column.field == field:
                return column.owner
    return definition.owner
