"""What the preview of a panel shows: how well its rules fit, and what they make of real values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from embedded_app.panels import PanelView, Preview, RowIdentity
from embedded_app.panels.families import Family
from embedded_app.reconciliation import (
    UNKNOWN,
    FindingKind,
    Item,
    KeyPair,
    MatchRate,
    Normalizer,
    Omission,
    Reconciliation,
    Rules,
    UnmatchedKey,
    Value,
    chain,
    text_of,
)


@dataclass(frozen=True, slots=True)
class KeyExample:
    """A key pair on a matched record and row: what is written on either side, and what is compared."""

    rule: str
    record_written: str
    row_written: str
    record_compared: str
    row_compared: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """In how many of the matched pairs a comparison agrees; `percent` is `None` without pairs."""

    label: str
    agreeing: int
    percent: int | None


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An item without its other side, and the key it was looked for by under each rule.

    A key is `None` where a part of it is missing.
    """

    number: str
    title: str
    keys: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class PreviewResult:
    """What the definition would find."""

    match: MatchRate
    examples: tuple[KeyExample, ...]
    agreements: tuple[Agreement, ...]
    only_in_procore: tuple[Unmatched, ...]
    only_outside: tuple[Unmatched, ...]
    without_amount: int
    """Lines in no total because a side has no amount; `other_currency` likewise of those in another currency."""
    other_currency: int
    currencies: tuple[str, ...]
    """Those that the rows state of the total, `UNKNOWN` among them where a row should state one and does not."""
    needs_currency: bool
    """Whether Procore names no currency and the rows several, so that only the panel can say what to compare."""
    rejected_lines: int
    is_partial: bool
    """Whether the definition hides something from the administrator who looks."""


@dataclass(frozen=True, slots=True)
class PreviewPart:
    """The preview on the page: a `result`, or why there is none."""

    result: PreviewResult | None
    obstacle: str
    """A sentence, empty when there is a result."""
    needs_job: bool
    """Whether the obstacle is that the project has no job."""


def part_of(found: Preview, family: Family) -> PreviewPart:
    """What the page shows of a preview."""
    view = found.view
    if found.match is None:
        failure = view.records.failure or view.rows.failure
        if failure is not None:
            side = "Procore" if view.records.failure else view.panel.source_name
            return PreviewPart(None, f"{side} could not be read. {failure.sentence}", needs_job=False)
        if not view.jobs:
            return PreviewPart(None, "", needs_job=True)
        return PreviewPart(None, "You are not in the audience of this panel.", needs_job=False)
    definition = view.panel.definition
    omitted = view.reconciliation.totals.omitted if view.reconciliation else {}
    return PreviewPart(
        PreviewResult(
            match=found.match,
            examples=_examples(definition.rules, view.reconciliation),
            agreements=_agreements(definition.rules, found.match),
            only_in_procore=_unmatched(
                found.match.unmatched_records, RowIdentity(family.number, family.title)
            ),
            only_outside=_unmatched(found.match.unmatched_rows, definition.identity),
            without_amount=sum(n for why, n in omitted.items() if why is not Omission.OTHER_CURRENCY),
            other_currency=omitted.get(Omission.OTHER_CURRENCY, 0),
            currencies=_currencies(view),
            needs_currency=_needs_currency(view),
            rejected_lines=view.rows.rejected_lines,
            is_partial=view.has_hidden_columns or not view.sees_unmatched,
        ),
        "",
        needs_job=False,
    )


def _needs_currency(view: PanelView) -> bool:
    is_named = any(record.item.currency is not None for record in view.records.records or ())
    return not is_named and view.reconciliation is not None and view.reconciliation.currency == UNKNOWN


def _currencies(view: PanelView) -> tuple[str, ...]:
    total = view.panel.definition.rules.total_comparison.row_field
    stated = {row.currency_of(total) for row in view.rows.rows or ()}
    return tuple(sorted(code for code in stated if code))


def _examples(rules: Rules, reconciliation: Reconciliation | None) -> tuple[KeyExample, ...]:
    """For each rule the first pair that it matched."""
    examples: list[KeyExample] = []
    findings = reconciliation.findings if reconciliation else ()
    for rule in rules.key_rules:
        for finding in findings:
            if finding.kind in {FindingKind.MATCH, FindingKind.VARIANCE} and finding.matched_by == rule.name:
                examples += (
                    _example(rule.name, pair, finding.records[0], finding.rows[0]) for pair in rule.pairs
                )
                break
    return tuple(examples)


def _example(rule: str, pair: KeyPair, record: Item, row: Item) -> KeyExample:
    record_written = _written(record, pair.record_field)
    row_written = _written(row, pair.row_field)
    return KeyExample(
        rule,
        record_written,
        row_written,
        _compared(record_written, pair.record_normalizers),
        _compared(row_written, pair.row_normalizers),
    )


def _written(item: Item, fields: str | tuple[str, ...]) -> str:
    names = (fields,) if isinstance(fields, str) else fields
    return "-".join(text_of(item.values.get(name)) or "" for name in names)


def _compared(written: str, normalizers: Iterable[Normalizer]) -> str:
    return chain(tuple(normalizers))(written) or ""


def _agreements(rules: Rules, match: MatchRate) -> tuple[Agreement, ...]:
    return tuple(
        Agreement(
            comparison.label,
            match.agreeing[comparison.name],
            100 * match.agreeing[comparison.name] // match.matched if match.matched else None,
        )
        for comparison in rules.comparisons
    )


def _unmatched(keys: Iterable[UnmatchedKey], identity: RowIdentity) -> tuple[Unmatched, ...]:
    return tuple(
        Unmatched(
            _text(unmatched.item.values, identity.reference),
            _text(unmatched.item.values, identity.title),
            unmatched.keys,
        )
        for unmatched in keys
    )


def _text(values: Mapping[str, Value], field: str | None) -> str:
    return (text_of(values.get(field)) if field else None) or "—"
