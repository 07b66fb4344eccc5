"""From two lists and the rules to findings and totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from enum import StrEnum

from embedded_app.reconciliation.comparing import Compared, Comparer
from embedded_app.reconciliation.matching import Group, match
from embedded_app.reconciliation.rules import Rules
from embedded_app.reconciliation.values import EXACT, Item, Link, amount


class FindingKind(StrEnum):
    """What a person has to do: nothing, explain a difference, or find the other side."""

    MATCH = "match"
    VARIANCE = "variance"
    ONLY_IN_PROCORE = "only_in_procore"
    ONLY_OUTSIDE = "only_outside"
    AMBIGUOUS = "ambiguous"
    """Several records or rows share a key. All of them are listed, none is paired; a link decides."""


@dataclass(slots=True)
class Finding:
    """One line of the panel. Nobody changes it after it was made.

    Attributes:
        records: one, none, or, of an ambiguous group, all; likewise `rows`. A record that is no part of an
            ambiguous group has several rows only by links; they come in the order of their ids.
        matched_by: name of the key rule, `BY_LINK`, or `None` if there is no other side.
        procore: what the records total, exact; `None` if there is no record, or one of them has no total.
        outside: the same of the rows.
    """

    kind: FindingKind
    records: tuple[Item, ...]
    rows: tuple[Item, ...]
    matched_by: str | None
    procore: Decimal | None
    outside: Decimal | None
    _comparer: Comparer = field(repr=False, compare=False)

    @property
    def record(self) -> Item | None:
        """The one record; `None` if there is none or several."""
        return self.records[0] if len(self.records) == 1 else None

    @property
    def compared(self) -> tuple[Compared, ...]:
        """Every comparison of a match or a variance, worked out anew at each call; empty for other kinds."""
        if self.kind is FindingKind.MATCH or self.kind is FindingKind.VARIANCE:
            return self._comparer.compare(self.records[0], self.rows)
        return ()

    @property
    def variance(self) -> Decimal | None:
        """Outside minus Procore. One side alone counts in full; a missing total makes it `None`, never zero."""
        if self.kind is FindingKind.ONLY_IN_PROCORE:
            return None if self.procore is None else self.procore.copy_negate()
        if self.kind is FindingKind.ONLY_OUTSIDE:
            return self.outside
        if self.procore is None or self.outside is None:
            return None
        return EXACT.subtract(self.outside, self.procore)


@dataclass(frozen=True, slots=True)
class Subtotal:
    """The findings of one kind: how many there are and what their records and rows add up to, exactly."""

    findings: int
    procore: Decimal
    outside: Decimal

    @property
    def variance(self) -> Decimal:
        """Outside minus Procore."""
        return EXACT.subtract(self.outside, self.procore)


@dataclass(frozen=True, slots=True)
class Totals:
    """Both sides added up, exactly. The subtotals of all kinds add up to the totals.

    Attributes:
        by_kind: has every kind, also those without a finding.
        records: how many were counted; `rows` likewise.
        records_without_total: how many of them hold no amount to add; `rows_without_total` likewise.
    """

    procore: Decimal
    outside: Decimal
    by_kind: Mapping[FindingKind, Subtotal]
    records: int
    rows: int
    records_without_total: int
    rows_without_total: int

    @property
    def variance(self) -> Decimal:
        """Outside minus Procore."""
        return EXACT.subtract(self.outside, self.procore)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The answer of the engine.

    Attributes:
        findings: every record, and every row that is not `linked_elsewhere`, is in exactly one of them.
        linked_elsewhere: rows linked to a record that was not given: deleted, in another project, or hidden
            from this viewer. They belong to somebody, so they are no finding and in no total.
        broken_links: links of a given record to a row that was not given.
    """

    findings: tuple[Finding, ...]
    totals: Totals
    linked_elsewhere: tuple[Item, ...]
    broken_links: tuple[Link, ...]

    @property
    def matched(self) -> dict[str, str]:
        """From the id of each row that has its record to the id of that record."""
        return {
            row.id: finding.records[0].id
            for finding in self.findings
            if finding.kind is FindingKind.MATCH or finding.kind is FindingKind.VARIANCE
            for row in finding.rows
        }


def reconcile(
    records: Sequence[Item],
    rows: Sequence[Item],
    rules: Rules,
    *,
    links: Collection[Link] = (),
    rejected: Collection[Link] = (),
) -> Reconciliation:
    """Match both sides, compare what matches, and add everything up.

    Args:
        records: one side, as read for this viewer.
        rows: the other side, limited to the same project.
        rules: the panel's.
        links: what people confirmed; they win over keys. A record may have several rows, a row one record.
        rejected: pairs that people said do not belong together; no key matches them. A link wins.

    Raises:
        ValueError: when an id occurs twice on one side, or a row is linked to two records.
    """
    comparer = Comparer(rules.comparisons)
    matching = match(records, rows, rules.key_rules, links, rejected)
    inside, outside = _Sum(rules.total_comparison.record_field), _Sum(rules.total_comparison.row_field)
    findings = []
    with localcontext(EXACT):
        for group in matching.groups:
            kind = _kind(group, comparer)
            findings.append(
                Finding(
                    kind,
                    group.records,
                    group.rows,
                    group.matched_by,
                    inside.add(kind, group.records),
                    outside.add(kind, group.rows),
                    comparer,
                )
            )
        totals = _totals(findings, inside, outside)
    return Reconciliation(
        tuple(findings), totals, tuple(matching.linked_elsewhere), tuple(matching.broken_links)
    )


def _kind(group: Group, comparer: Comparer) -> FindingKind:
    if not group.rows:
        return FindingKind.ONLY_IN_PROCORE
    if not group.records:
        return FindingKind.ONLY_OUTSIDE
    if group.is_ambiguous:
        return FindingKind.AMBIGUOUS
    return FindingKind.MATCH if comparer.agree(group.records[0], group.rows) else FindingKind.VARIANCE


class _Sum:
    """What one side adds up to. Use it inside the exact context."""

    def __init__(self, field_name: str) -> None:
        self._field = field_name
        self.by_kind = dict.fromkeys(FindingKind, Decimal(0))
        self.items = 0
        self.without_total = 0

    def add(self, kind: FindingKind, items: Sequence[Item]) -> Decimal | None:
        """Count `items`; returns their sum, `None` if there are none or one of them holds no amount."""
        known = [value for item in items if (value := amount(item.values.get(self._field))) is not None]
        self.items += len(items)
        self.without_total += len(items) - len(known)
        if not known:
            return None
        together = sum(known[1:], known[0])
        self.by_kind[kind] += together
        return together if len(known) == len(items) else None


def _totals(findings: Sequence[Finding], inside: _Sum, outside: _Sum) -> Totals:
    counts = Counter(finding.kind for finding in findings)
    return Totals(
        sum(inside.by_kind.values(), Decimal(0)),
        sum(outside.by_kind.values(), Decimal(0)),
        {kind: Subtotal(counts[kind], inside.by_kind[kind], outside.by_kind[kind]) for kind in FindingKind},
        inside.items,
        outside.items,
        inside.without_total,
        outside.without_total,
    )
