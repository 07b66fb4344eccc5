"""Comparing one record with its rows, field by field.

Most comparisons of most panels agree, so the engine asks first only *whether* a pair agrees. What each field
says is worked out from the same judges when somebody looks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from embedded_app.reconciliation.currencies import agree
from embedded_app.reconciliation.normalizers import Normalizer, chain
from embedded_app.reconciliation.rules import Comparison, Rules
from embedded_app.reconciliation.values import EXACT, FieldKind, Item, Value, amount, is_missing


class Verdict(StrEnum):
    """What a comparison found. The first three agree."""

    SAME = "same"
    """Equal as they stand, whatever they are, or missing on both sides."""
    SAME_AFTER_NORMALISING = "same_after_normalising"
    """Equal in their normal forms; for a status, mapped to the same."""
    WITHIN_TOLERANCE = "within_tolerance"
    DIFFERENT = "different"
    MISSING_IN_PROCORE = "missing_in_procore"
    MISSING_OUTSIDE = "missing_outside"
    NOT_COMPARABLE = "not_comparable"
    """Different, and not to be measured: a text where an amount belongs, a name that normalises to nothing."""
    OTHER_CURRENCY = "other_currency"
    """Both sides hold an amount, and it is not known that they are in one currency: nothing is subtracted."""

    @property
    def agrees(self) -> bool:
        """Whether this is no reason for a variance."""
        return self in _AGREEING


_AGREEING = (Verdict.SAME, Verdict.SAME_AFTER_NORMALISING, Verdict.WITHIN_TOLERANCE)


class Basis(StrEnum):
    """Which rows `Compared.row_value` stands for."""

    ONE_ROW = "one_row"
    SUM_OF_ROWS = "sum_of_rows"
    FIRST_OF_ROWS = "first_of_rows"


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of a finding, both sides.

    Attributes:
        name: that of the comparison, as are `label` and `kind`.
        row_value: what `basis` says; a sum with a missing part is missing, and so is one of several currencies.
        difference: row minus record: an amount for MONEY and NUMBER, whole days for DATE; `None` for other
            kinds and where one side holds nothing comparable.
    """

    name: str
    label: str
    kind: FieldKind
    record_value: Value
    row_value: Value
    difference: Decimal | int | None
    verdict: Verdict
    basis: Basis = Basis.ONE_ROW


Judgement = tuple[Verdict, Decimal | int | None]
"""A verdict and a difference, as in `Compared`."""
Judge = Callable[[Value, Value], Judgement]

_SAME: Judgement = (Verdict.SAME, None)
_SAME_NORMAL: Judgement = (Verdict.SAME_AFTER_NORMALISING, None)
_DIFFERENT: Judgement = (Verdict.DIFFERENT, None)
_SAME_AMOUNT: Judgement = (Verdict.SAME, Decimal(0))


class Comparer:
    """The comparisons of one panel, made ready for many pairs.

    It remembers the texts it has seen, so build one for each reconciliation and let it go afterwards.

    Attributes:
        total: the comparison that the totals add up.
        currency: of the totals, and of records that state none.
    """

    def __init__(self, rules: Rules, currency: str | None = None) -> None:
        self.total = rules.total_comparison
        self.currency = currency
        self._comparisons = [(comparison, _judge(comparison)) for comparison in rules.comparisons]
        self._judges = [(c.record_field, c.row_field, judge) for c, judge in self._comparisons]

    def agree(self, record: Item, rows: Sequence[Item]) -> bool:
        """Whether every comparison agrees."""
        row = rows[0]
        if (
            len(rows) > 1
            or row.currencies
            or row.currency not in (None, record.currency)
            or record.currencies
        ):
            return all(compared.verdict.agrees for compared in self.compare(record, rows))
        record_values, row_values = record.values, row.values
        for record_field, row_field, judge in self._judges:
            record_value, row_value = record_values.get(record_field), row_values.get(row_field)
            if record_value == row_value and type(record_value) is type(row_value):
                continue  # what every judge says of equal values, without asking it
            verdict, _ = judge(record_value, row_value)
            if verdict not in _AGREEING:
                return False
        return True

    def compare(self, record: Item, rows: Sequence[Item]) -> tuple[Compared, ...]:
        """Every comparison, in the order of the rules."""
        compared = []
        for comparison, judge in self._comparisons:
            record_value = record.values.get(comparison.record_field)
            row_value, basis = _outside(comparison, rows)
            verdict, difference = judge(record_value, row_value)
            if self._is_other_currency(comparison, record, rows):
                verdict, difference = Verdict.OTHER_CURRENCY, None
                row_value = row_value if is_one_currency(rows, comparison.row_field) else None
            compared.append(
                Compared(
                    comparison.name,
                    comparison.label,
                    comparison.kind,
                    record_value,
                    row_value,
                    difference,
                    verdict,
                    basis,
                )
            )
        return tuple(compared)

    def are_of_one_currency(self, record: Item, rows: Sequence[Item], comparison: Comparison) -> bool:
        """Whether the amounts that a comparison looks at may be subtracted."""
        inside = record.currency_of(comparison.record_field) or self.currency
        for row in rows:
            outside = row.currency_of(comparison.row_field)
            if outside is not None and not agree(inside, outside):
                return False
        return True

    def _is_other_currency(self, comparison: Comparison, record: Item, rows: Sequence[Item]) -> bool:
        if comparison.kind is not FieldKind.MONEY or self.are_of_one_currency(record, rows, comparison):
            return False
        return amount(record.values.get(comparison.record_field)) is not None and all(
            amount(row.values.get(comparison.row_field)) is not None for row in rows
        )


def is_one_currency(items: Sequence[Item], name: str) -> bool:
    """Whether the amounts that `items` hold in a field may be added."""
    first = items[0].currency_of(name)
    return all(item.currency_of(name) == first for item in items)


def _outside(comparison: Comparison, rows: Sequence[Item]) -> tuple[Value, Basis]:
    """What the rows say together."""
    values = [row.values.get(comparison.row_field) for row in rows]
    if len(values) == 1:
        return values[0], Basis.ONE_ROW
    if comparison.kind not in (FieldKind.MONEY, FieldKind.NUMBER):
        return values[0], Basis.FIRST_OF_ROWS
    total = Decimal(0)
    for value in values:
        usable = amount(value)
        if usable is None:  # missing or not comparable: the judge says which
            return value, Basis.SUM_OF_ROWS
        total = EXACT.add(total, usable)
    return total, Basis.SUM_OF_ROWS


def _judge(comparison: Comparison) -> Judge:
    match comparison.kind:
        case FieldKind.MONEY | FieldKind.NUMBER:
            return _amount_judge(Decimal(comparison.tolerance))
        case FieldKind.DATE:
            return _date_judge(Decimal(comparison.tolerance))
        case FieldKind.STATUS:
            return _status_judge(comparison.status_map)
        case FieldKind.TEXT:
            return _text_judge(comparison.normalizers)


def _not_measured(record_value: Value, row_value: Value) -> Judgement:
    """The judgement of two values of which at least one is missing or not of the comparison's kind."""
    if is_missing(record_value):
        return _SAME if is_missing(row_value) else (Verdict.MISSING_IN_PROCORE, None)
    if is_missing(row_value):
        return Verdict.MISSING_OUTSIDE, None
    return _SAME if _equal(record_value, row_value) else (Verdict.NOT_COMPARABLE, None)


def _equal(record_value: Value, row_value: Value) -> bool:
    """Whether both are equal as they stand; ``True`` is not the number 1."""
    return record_value == row_value and type(record_value) is type(row_value)


def _amount_judge(tolerance: Decimal) -> Judge:
    lowest = tolerance.copy_negate()

    def judge(record_value: Value, row_value: Value) -> Judgement:
        inside, outside = amount(record_value), amount(row_value)
        if inside is None or outside is None:
            return _not_measured(record_value, row_value)
        if inside == outside:
            return _SAME_AMOUNT
        difference = EXACT.subtract(outside, inside)
        close = lowest <= difference <= tolerance
        return (Verdict.WITHIN_TOLERANCE if close else Verdict.DIFFERENT), difference

    return judge


def _date_judge(tolerance: Decimal) -> Judge:
    def judge(record_value: Value, row_value: Value) -> Judgement:
        inside, outside = _day(record_value), _day(row_value)
        if inside is None or outside is None:
            return _not_measured(record_value, row_value)
        days = (outside - inside).days
        if days == 0:
            return Verdict.SAME, 0
        return (Verdict.WITHIN_TOLERANCE if abs(days) <= tolerance else Verdict.DIFFERENT), days

    return judge


def _day(value: Value) -> date | None:
    """The calendar day as written, whatever the time zone; `None` if `value` is no date."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def _text_judge(normalizers: Sequence[Normalizer]) -> Judge:
    normalize = chain(normalizers)

    def judge(record_value: Value, row_value: Value) -> Judgement:
        inside, outside = normalize(record_value), normalize(row_value)
        if inside is None or outside is None:
            return _not_measured(record_value, row_value)
        if inside != outside:
            return _DIFFERENT
        return _SAME if _equal(record_value, row_value) else _SAME_NORMAL

    return _remembering(judge)


def _status_judge(status_map: Mapping[str, frozenset[str]]) -> Judge:
    fold = chain((Normalizer.TRIM, Normalizer.CASE))
    same = {fold(status): {fold(outside) for outside in alike} for status, alike in status_map.items()}

    def judge(record_value: Value, row_value: Value) -> Judgement:
        inside, outside = fold(record_value), fold(row_value)
        if inside is None or outside is None:
            return _not_measured(record_value, row_value)
        if inside != outside and outside not in same.get(inside, ()):
            return _DIFFERENT
        return _SAME if _equal(record_value, row_value) else _SAME_NORMAL

    return _remembering(judge)


def _remembering(judge: Judge) -> Judge:
    """`judge`, but each pair only once: the same vendors and statuses come again and again.

    Typed, because ``True`` equals ``Decimal(1)`` and is written otherwise.
    """
    return lru_cache(maxsize=None, typed=True)(judge)
