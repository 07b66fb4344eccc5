"""What the preview of a panel shows: how well its rules fit, and what they make of real values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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
from embedded_app.settings.known_jobs import alike

_MOST_EXAMPLES = 5


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
    jobs: tuple[str, ...]
    empty_jobs: tuple[str, ...]
    """Those without a row."""
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


def part_of(found: Preview, family: Family, known_jobs: Collection[str] | None = None) -> PreviewPart:
    """What the page shows of a preview.

    `known_jobs` are all jobs of the source, for when it has no row for the project; `None` if they cannot be read.
    """
    view = found.view
    if found.match is None:
        failure = view.records.failure or view.rows.failure
        if failure is not None:
            side = "Procore" if view.records.failure else view.panel.source_name
            return PreviewPart(None, f"{side} could not be read. {failure.sentence}", needs_job=False)
        if not view.jobs:
            return PreviewPart(None, "", needs_job=True)
        if view.rows.is_withheld:
            return PreviewPart(None, _no_row(view, known_jobs), needs_job=False)
        return PreviewPart(None, "You are not in the audience of this panel.", needs_job=False)
    definition = view.panel.definition
    omitted = view.reconciliation.totals.omitted if view.reconciliation else {}
    return PreviewPart(
        PreviewResult(
            match=found.match,
            jobs=view.jobs,
            empty_jobs=tuple(each.job for each in view.rows.empty_jobs),
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


def _no_row(view: PanelView, known_jobs: Collection[str] | None) -> str:
    """Which job was asked for, and which there are."""
    source, empty = view.panel.source_name, [each.job for each in view.rows.empty_jobs]
    asked = f"{source} has no row for job {', '.join(empty)}."
    similar = sorted({each for job in empty for each in alike(job, known_jobs or ())})
    if similar:
        return f"{asked} It has {', '.join(similar)}. Correct the job under Projects."
    if known_jobs:
        examples = ", ".join(sorted(known_jobs)[:_MOST_EXAMPLES])
        jobs = (
            "It has" if len(known_jobs) <= _MOST_EXAMPLES else f"It has {len(known_jobs):,} jobs, for example"
        )
        return f"{asked} {jobs} {examples}. If one of them is meant, correct the job under Projects."
    return f"{asked} Check the job under Projects."


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
