"""From two lists and the rules to findings and totals."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from enum import StrEnum
from itertools import chain

from embedded_app.reconciliation.comparing import Compared, Comparer
from embedded_app.reconciliation.matching import Group, match
from embedded_app.reconciliation.rules import Comparison, Rules
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
    """

    kind: FindingKind
    records: tuple[Item, ...]
    rows: tuple[Item, ...]
    matched_by: str | None
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
    def procore(self) -> Decimal | None:
        """What the records total, exact; `None` if there is no record, or one of them holds no amount."""
        return _complete_sum(self.records, self._comparer.total.record_field)

    @property
    def outside(self) -> Decimal | None:
        """What the rows total, exact; `None` if there is no row, or one of them holds no amount."""
        return _complete_sum(self.rows, self._comparer.total.row_field)

    @property
    def variance(self) -> Decimal | None:
        """Outside minus Procore. One side alone counts in full; a missing amount makes it `None`, never zero."""
        procore, outside = self.procore, self.outside
        if self.kind is FindingKind.ONLY_IN_PROCORE:
            return None if procore is None else procore.copy_negate()
        if self.kind is FindingKind.ONLY_OUTSIDE:
            return outside
        return None if procore is None or outside is None else EXACT.subtract(outside, procore)


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
            from this viewer. They belong to somebody, so they are no finding and in no total. Empty when
            unpaired rows were not wanted.
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
    with_unpaired_rows: bool = True,
) -> Reconciliation:
    """Match both sides, compare what matches, and add everything up.

    Args:
        records: one side, as read for this viewer.
        rows: the other side, limited to the same project.
        rules: the panel's.
        links: what people confirmed; they win over keys. A record may have several rows, a row one record.
        rejected: pairs that people said do not belong together; no key matches them. A link wins.
        with_unpaired_rows: `False` leaves rows that have no record of their own out of the findings and of the
            totals, for somebody who may not see them. Records of an ambiguous group are still listed as such.

    Raises:
        ValueError: when an id occurs twice on one side, or a row is linked to two records.
    """
    comparer = Comparer(rules)
    matching = match(records, rows, rules.key_rules, links, rejected)
    groups = matching.groups if with_unpaired_rows else _without_unpaired_rows(matching.groups)
    findings = tuple(
        Finding(_kind(group, comparer), group.records, group.rows, group.matched_by, comparer)
        for group in groups
    )
    return Reconciliation(
        findings,
        _totals(findings, comparer.total),
        tuple(matching.linked_elsewhere) if with_unpaired_rows else (),
        tuple(matching.broken_links),
    )


def _without_unpaired_rows(groups: Iterable[Group]) -> list[Group]:
    return [replace(group, rows=()) if group.is_ambiguous else group for group in groups if group.records]


def _kind(group: Group, comparer: Comparer) -> FindingKind:
    if group.is_ambiguous:
        return FindingKind.AMBIGUOUS
    if not group.rows:
        return FindingKind.ONLY_IN_PROCORE
    if not group.records:
        return FindingKind.ONLY_OUTSIDE
    return FindingKind.MATCH if comparer.agree(group.records[0], group.rows) else FindingKind.VARIANCE


def _totals(findings: Sequence[Finding], total: Comparison) -> Totals:
    by_kind = {}
    records = rows = known_records = known_rows = 0
    for kind in FindingKind:
        of_kind = [finding for finding in findings if finding.kind is kind]
        inside = _amounts(chain.from_iterable([finding.records for finding in of_kind]), total.record_field)
        outside = _amounts(chain.from_iterable([finding.rows for finding in of_kind]), total.row_field)
        by_kind[kind] = Subtotal(len(of_kind), _sum(inside), _sum(outside))
        records += sum([len(finding.records) for finding in of_kind])
        rows += sum([len(finding.rows) for finding in of_kind])
        known_records += len(inside)
        known_rows += len(outside)
    return Totals(
        procore=_sum([subtotal.procore for subtotal in by_kind.values()]),
        outside=_sum([subtotal.outside for subtotal in by_kind.values()]),
        by_kind=by_kind,
        records=records,
        rows=rows,
        records_without_total=records - known_records,
        rows_without_total=rows - known_rows,
    )


def _amounts(items: Iterable[Item], field_name: str) -> list[Decimal]:
    """The amounts that `items` hold; fewer than items if some hold none."""
    return [value for item in items if (value := amount(item.values.get(field_name))) is not None]


def _sum(amounts: Sequence[Decimal]) -> Decimal:
    with localcontext(EXACT):
        return sum(amounts, Decimal(0))


def _complete_sum(items: Sequence[Item], field_name: str) -> Decimal | None:
    amounts = _amounts(items, field_name)
    return _sum(amounts) if items and len(amounts) == len(items) else None
