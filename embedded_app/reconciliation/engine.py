"""From two lists and the rules to findings and totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from enum import StrEnum
from typing import NamedTuple

from embedded_app.reconciliation.comparing import Compared, Comparer, is_one_currency
from embedded_app.reconciliation.currencies import agree, common
from embedded_app.reconciliation.matching import Group, match
from embedded_app.reconciliation.rules import Rules
from embedded_app.reconciliation.values import EXACT, FieldKind, Item, Link, amount


class FindingKind(StrEnum):
    """What a person has to do: nothing, explain a difference, or find the other side."""

    MATCH = "match"
    VARIANCE = "variance"
    ONLY_IN_PROCORE = "only_in_procore"
    ONLY_OUTSIDE = "only_outside"
    AMBIGUOUS = "ambiguous"
    """Several records or rows share a key. All of them are listed, none is paired; a link decides."""


class Omission(StrEnum):
    """Why an entry is in the totals of neither side."""

    NO_AMOUNT_IN_PROCORE = "no_amount_in_procore"
    NO_AMOUNT_OUTSIDE = "no_amount_outside"
    NO_AMOUNT = "no_amount"
    """On neither side."""
    OTHER_CURRENCY = "other_currency"


class Entry(NamedTuple):
    """What a record with its rows, a record alone or a row alone brings to the totals.

    Attributes:
        record: `None` of a row alone; likewise `rows` are empty of a record alone.
        procore: the amount of the record, `None` if it has none; likewise `outside`, the sum of the rows. Rows of
            several currencies have no sum.
        omission: `None` if both amounts are in the totals. Otherwise neither is.
    """

    record: Item | None
    rows: tuple[Item, ...]
    procore: Decimal | None
    outside: Decimal | None
    omission: Omission | None

    @property
    def variance(self) -> Decimal | None:
        """Outside minus Procore. One side alone counts in full; what is in no total has none."""
        if self.omission is not None:
            return None
        return EXACT.subtract(self.outside or _ZERO, self.procore or _ZERO)


@dataclass(slots=True)
class Finding:
    """What is said about items that belong together, or about one alone. Nobody changes it after it was made.

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
    def is_pair(self) -> bool:
        """Whether a record stands beside its rows."""
        return self.kind is FindingKind.MATCH or self.kind is FindingKind.VARIANCE

    @property
    def compared(self) -> tuple[Compared, ...]:
        """Every comparison of a pair, worked out at each call; empty for other kinds."""
        return self._comparer.compare(self.records[0], self.rows) if self.is_pair else ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """One of a pair; otherwise one of each record and each row. Worked out at each call."""
        if self.is_pair:
            return (_entry_of_pair(self.records[0], self.rows, self._comparer),)
        return (
            *(_entry_of_record(record, self._comparer) for record in self.records),
            *(_entry_of_row(row, self._comparer) for row in self.rows),
        )


_ZERO = Decimal(0)


def _entry_of_pair(record: Item, rows: tuple[Item, ...], comparer: Comparer) -> Entry:
    total = comparer.total
    procore = amount(record.values.get(total.record_field))
    is_one = comparer.are_of_one_currency(record, rows, total)
    if len(rows) == 1:
        outside = amount(rows[0].values.get(total.row_field))
        has_outside = outside is not None
    else:
        amounts = [amount(row.values.get(total.row_field)) for row in rows]
        has_outside = None not in amounts
        has_sum = has_outside and (is_one or is_one_currency(rows, total.row_field))
        outside = _sum(amounts) if has_sum else None
    omission: Omission | None
    if procore is None:
        omission = Omission.NO_AMOUNT_IN_PROCORE if has_outside else Omission.NO_AMOUNT
    elif not has_outside:
        omission = Omission.NO_AMOUNT_OUTSIDE
    else:
        omission = None if is_one else Omission.OTHER_CURRENCY
    return Entry(record, rows, procore, outside, omission)


def _entry_of_record(record: Item, comparer: Comparer) -> Entry:
    procore = amount(record.values.get(comparer.total.record_field))
    return Entry(record, (), procore, None, Omission.NO_AMOUNT_IN_PROCORE if procore is None else None)


def _entry_of_row(row: Item, comparer: Comparer) -> Entry:
    name = comparer.total.row_field
    outside = amount(row.values.get(name))
    if outside is None:
        return Entry(None, (row,), None, None, Omission.NO_AMOUNT_OUTSIDE)
    is_other = not agree(comparer.currency, row.currency_of(name))
    return Entry(None, (row,), None, outside, Omission.OTHER_CURRENCY if is_other else None)


@dataclass(frozen=True, slots=True)
class Totals:
    """Both sides added up, exactly: for each entry that counts both of its amounts, for all others neither.

    Attributes:
        records: how many are in `procore`; `rows` likewise in `outside`.
        omitted: how many entries are left out for each reason; a reason without any is not there.
    """

    procore: Decimal
    outside: Decimal
    records: int
    rows: int
    omitted: Mapping[Omission, int]

    @property
    def variance(self) -> Decimal:
        """Outside minus Procore; the sum of the variances of the entries."""
        return EXACT.subtract(self.outside, self.procore)


def add_up(entries: Iterable[Entry]) -> Totals:
    """The totals of some entries."""
    inside: list[Decimal] = []
    outside: list[Decimal] = []
    rows = 0
    omitted: Counter[Omission] = Counter()
    for entry in entries:
        if entry.omission is not None:
            omitted[entry.omission] += 1
            continue
        if entry.procore is not None:
            inside.append(entry.procore)
        if entry.outside is not None:
            outside.append(entry.outside)
            rows += len(entry.rows)
    return Totals(_sum(inside), _sum(outside), len(inside), rows, omitted)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The answer of the engine.

    Attributes:
        findings: every record, and every row that is not `linked_elsewhere`, is in exactly one of them.
        totals: of all entries of all findings.
        currency: that of the totals. Of the records; where those state none, of the rows; `None` where nobody
            states one. `UNKNOWN` where there are several: then records of several currencies are not added up.
        linked_elsewhere: rows linked to a record that was not given: deleted, in another project, or hidden
            from this viewer. They belong to somebody, so they are no finding and in no total. Empty when
            unpaired rows were not wanted.
        broken_links: links of a given record to a row that was not given.
    """

    findings: tuple[Finding, ...]
    totals: Totals
    currency: str | None
    linked_elsewhere: tuple[Item, ...]
    broken_links: tuple[Link, ...]

    @property
    def matched(self) -> dict[str, str]:
        """From the id of each row that has its record to the id of that record."""
        return {
            row.id: finding.records[0].id
            for finding in self.findings
            if finding.is_pair
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
    matching = match(records, rows, rules.key_rules, links, rejected)
    groups = matching.groups if with_unpaired_rows else _without_unpaired_rows(matching.groups)
    currency = _currency(records, groups, rules)
    comparer = Comparer(rules, currency)
    findings = tuple(
        Finding(_kind(group, comparer), group.records, group.rows, group.matched_by, comparer)
        for group in groups
    )
    return Reconciliation(
        findings,
        add_up(entry for finding in findings for entry in finding.entries),
        currency,
        tuple(matching.linked_elsewhere) if with_unpaired_rows else (),
        tuple(matching.broken_links),
    )


def _currency(records: Sequence[Item], groups: Iterable[Group], rules: Rules) -> str | None:
    """That of the totals, from nothing but what is in the findings."""
    stated = common(record.currency for record in records)
    if stated is not None:
        return stated
    money = [c.row_field for c in rules.comparisons if c.kind is FieldKind.MONEY]
    of_rows: set[str | None] = set()
    for group in groups:
        for row in group.rows:
            if row.currencies:
                of_rows.update(row.currency_of(name) for name in money)
            elif row.currency is not None:
                of_rows.add(row.currency)
    return common(of_rows - {None})


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


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    """Of amounts that are all there."""
    with localcontext(EXACT):
        return sum((each for each in amounts if each is not None), _ZERO)
