"""How well rules fit before anybody sees them: the match rate, and every key that found nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from embedded_app.reconciliation.engine import FindingKind, reconcile
from embedded_app.reconciliation.matching import KeyOf, record_key_of, row_key_of
from embedded_app.reconciliation.rules import BY_LINK, Rules
from embedded_app.reconciliation.values import Item, Link


@dataclass(frozen=True, slots=True)
class UnmatchedKey:
    """An item without its other side, and the key it was looked for by under each rule, in their order.

    A key with several pairs is joined by " + "; it is `None` where a part of it is missing.
    """

    item: Item
    keys: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class MatchRate:
    """What rules achieve.

    Attributes:
        records: how many were given; `rows` likewise.
        by_link: records matched because a person linked them.
        by_key: records matched by each key rule, in the order of the rules; a rule that found none is there.
        ambiguous_records: records in ambiguous groups; `ambiguous_rows` likewise.
        agreeing: for each comparison, in how many matched pairs it agrees.
    """

    records: int
    rows: int
    by_link: int
    by_key: Mapping[str, int]
    ambiguous_records: int
    ambiguous_rows: int
    unmatched_records: tuple[UnmatchedKey, ...]
    unmatched_rows: tuple[UnmatchedKey, ...]
    agreeing: Mapping[str, int]

    @property
    def matched(self) -> int:
        """Records with a row."""
        return self.by_link + sum(self.by_key.values())

    @property
    def percent(self) -> int | None:
        """Matched of all records, rounded down so that 100 means all; `None` without records."""
        return 100 * self.matched // self.records if self.records else None


def preview(
    records: Sequence[Item],
    rows: Sequence[Item],
    rules: Rules,
    links: Collection[Link] = (),
    rejected: Collection[Link] = (),
) -> MatchRate:
    """What `reconcile` would match with these arguments."""
    reconciliation = reconcile(records, rows, rules, links=links, rejected=rejected)
    matched_by: Counter[str | None] = Counter()
    agreeing = {comparison.name: 0 for comparison in rules.comparisons}
    unmatched_records: list[Item] = []
    unmatched_rows: list[Item] = []
    ambiguous_records = ambiguous_rows = 0
    for finding in reconciliation.findings:
        match finding.kind:
            case FindingKind.ONLY_IN_PROCORE:
                unmatched_records += finding.records
            case FindingKind.ONLY_OUTSIDE:
                unmatched_rows += finding.rows
            case FindingKind.AMBIGUOUS:
                ambiguous_records += len(finding.records)
                ambiguous_rows += len(finding.rows)
            case FindingKind.MATCH | FindingKind.VARIANCE:
                matched_by[finding.matched_by] += 1
                for compared in finding.compared:
                    agreeing[compared.name] += compared.verdict.agrees
    return MatchRate(
        records=len(records),
        rows=len(rows),
        by_link=matched_by[BY_LINK],
        by_key={rule.name: matched_by[rule.name] for rule in rules.key_rules},
        ambiguous_records=ambiguous_records,
        ambiguous_rows=ambiguous_rows,
        unmatched_records=_keys(unmatched_records, [record_key_of(rule) for rule in rules.key_rules]),
        unmatched_rows=_keys(unmatched_rows, [row_key_of(rule) for rule in rules.key_rules]),
        agreeing=agreeing,
    )


def _keys(items: Sequence[Item], readers: Sequence[KeyOf]) -> tuple[UnmatchedKey, ...]:
    return tuple(
        UnmatchedKey(item, tuple(_shown(reader(item.values)) for reader in readers)) for item in items
    )


def _shown(key: object) -> str | None:
    if isinstance(key, tuple):
        return " + ".join(key)
    return None if key is None else str(key)
