"""Which rows might belong to a record that no rule matched. A person decides; nothing links by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from heapq import nsmallest
from operator import itemgetter
from typing import NamedTuple

from embedded_app.reconciliation.currencies import agree
from embedded_app.reconciliation.matching import part_reader
from embedded_app.reconciliation.normalizers import Normalizer, chain
from embedded_app.reconciliation.rules import Comparison, KeyRule, Rules
from embedded_app.reconciliation.similarity import SimilarityIndex
from embedded_app.reconciliation.values import EXACT, FieldKind, Item, Link, amount


class ReasonKind(StrEnum):
    """Why a row is, or is not, likely to belong to a record."""

    SAME_COMPANY = "same_company"
    SIMILAR_COMPANY = "similar_company"
    DIFFERENT_COMPANY = "different_company"
    SAME_AMOUNT = "same_amount"
    AMOUNT_DIFFERS = "amount_differs"
    SAME_NUMBER_END = "same_number_end"
    """The last segments of the numbers are equal, as in SC-031 and 21-0417-031."""
    DIFFERENT_NUMBER = "different_number"
    SIMILAR_TEXT = "similar_text"
    LINKED_ELSEWHERE = "linked_elsewhere"


class Reason(NamedTuple):
    """One piece of evidence, for a presenter to put into words.

    Attributes:
        name: of the comparison, or of the key rule, that it comes from; `None` for LINKED_ELSEWHERE.
        similarity: whole percent, for the kinds of companies and texts.
        amount: the amount on both sides, for SAME_AMOUNT.
        difference: row minus record, for AMOUNT_DIFFERS.
        record_id: whose row it is already, for LINKED_ELSEWHERE.
    """

    kind: ReasonKind
    name: str | None = None
    similarity: int | None = None
    amount: Decimal | None = None
    difference: Decimal | None = None
    record_id: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposed row. `score` goes from 0 to 100; 95 and up is as sure as evidence without a key gets."""

    row: Item
    score: int
    reasons_for: tuple[Reason, ...]
    reasons_against: tuple[Reason, ...]


LEAST_SCORE = 10
"""What scores less is not worth a person's time."""

# The share of the remaining doubt that a sign in favour takes away. Set so that the same company with the same
# amount is "very likely" and needs one more sign to be "almost certain"; docs/reconciliation.md works it out.
_COMPANY = 0.5
_EQUAL_AMOUNT = 0.8
_NEAR_AMOUNT = 0.4
_NUMBER_END = 0.5
_TEXT = 0.4
# The share of the score that a sign against leaves.
_DIFFERENT_COMPANY = 0.6
_DIFFERENT_AMOUNT = 0.7
_DIFFERENT_NUMBER = 0.95
_LINKED_ELSEWHERE = 0.5

_SIMILAR = 0.5
"""From this similarity on, two texts are called similar."""

_TEXT_FORM = (Normalizer.UNICODE, Normalizer.CASE, Normalizer.PUNCTUATION)
_COMPANY_FORM = (Normalizer.COMPANY_SUFFIX, *_TEXT_FORM)
_NUMBER_END_FORM = (Normalizer.UNICODE, Normalizer.CASE, Normalizer.LAST_SEGMENT, Normalizer.LEADING_ZEROS)


class _Sign(NamedTuple):
    """What one piece of evidence does to the score: doubt it takes away, score it leaves."""

    reason: Reason
    takes: float = 0.0
    leaves: float = 1.0


class _View(NamedTuple):
    """What one piece of evidence says about one record.

    `favoured` are positions of rows that it speaks for on its own; `sign` tells what it says about any row.
    """

    favoured: Collection[int]
    sign: Callable[[int], _Sign | None]


class Proposer:
    """Proposes the likeliest rows for as many records as one asks about.

    The evidence comes from the rules: a TEXT comparison that ignores company suffixes names a company, any other
    TEXT comparison is a text, the total is the amount, and the first pair of each key rule is a number.

    Args:
        rows: do not give those of `Reconciliation.linked_elsewhere`; they belong to somebody.
        matched: from the id of a row to the id of the record it is matched with, as in `Reconciliation.matched`.
        rejected: pairs of which a person said "Not this one"; they are not proposed.
        currency: of records that state none, as in `Reconciliation.currency`.
    """

    def __init__(
        self,
        rows: Sequence[Item],
        rules: Rules,
        *,
        matched: Mapping[str, str] | None = None,
        rejected: Collection[Link] = (),
        currency: str | None = None,
    ) -> None:
        self._rows = rows
        self._matched = matched or {}
        self._rejected: dict[str, set[str]] = defaultdict(set)
        for pair in rejected:
            self._rejected[pair.record_id].add(pair.row_id)
        self._evidence: list[_Texts | _Amounts | _Numbers] = [
            *(_Texts(rows, each) for each in rules.comparisons if each.kind is FieldKind.TEXT),
            _Amounts(rows, rules.total_comparison, currency),
            *(_Numbers(rows, rule) for rule in rules.key_rules),
        ]

    def candidates(self, record: Item, limit: int = 5) -> tuple[Candidate, ...]:
        """At most `limit` rows that score `LEAST_SCORE` or more, best first, equals by id."""
        views = [evidence.about(record) for evidence in self._evidence]
        likely: set[int] = set().union(*(view.favoured for view in views))
        rejected = self._rejected.get(record.id, set())
        found = []
        for position in likely:
            row = self._rows[position]
            owner = self._matched.get(row.id)
            if row.id in rejected or owner == record.id:
                continue
            signs = [sign for view in views if (sign := view.sign(position)) is not None]
            if owner is not None:
                elsewhere = Reason(ReasonKind.LINKED_ELSEWHERE, record_id=owner)
                signs.append(_Sign(elsewhere, leaves=_LINKED_ELSEWHERE))
            score = _score(signs)
            if score >= LEAST_SCORE:
                found.append((-score, row.id, row, signs))
        return tuple(
            Candidate(
                row,
                -negative,
                tuple(sign.reason for sign in signs if sign.leaves == 1.0),
                tuple(sign.reason for sign in signs if sign.leaves < 1.0),
            )
            for negative, _, row, signs in nsmallest(limit, found, key=itemgetter(0, 1))
        )


def _score(signs: Iterable[_Sign]) -> int:
    doubt, left = 1.0, 1.0
    for sign in signs:
        doubt *= 1.0 - sign.takes
        left *= sign.leaves
    return int(100 * (1.0 - doubt) * left)


class _Texts:
    """How alike a text of the record and of each row are."""

    def __init__(self, rows: Sequence[Item], comparison: Comparison) -> None:
        self._name, self._field = comparison.name, comparison.record_field
        self._is_company = Normalizer.COMPANY_SUFFIX in comparison.normalizers
        self._normalize = chain(_COMPANY_FORM if self._is_company else _TEXT_FORM)
        self._forms = [self._normalize(row.values.get(comparison.row_field)) for row in rows]
        self._index = SimilarityIndex(self._forms)

    def about(self, record: Item) -> _View:
        form = self._normalize(record.values.get(self._field))
        similar = {
            position: similarity
            for position, similarity in self._index.similar(form).items()
            if similarity >= _SIMILAR
        }

        def sign(position: int) -> _Sign | None:
            if form is None or self._forms[position] is None:
                return None
            similarity = similar.get(position)
            if similarity is None:
                different = Reason(ReasonKind.DIFFERENT_COMPANY, self._name)
                return _Sign(different, leaves=_DIFFERENT_COMPANY) if self._is_company else None
            if not self._is_company:
                kind = ReasonKind.SIMILAR_TEXT
            elif form == self._forms[position]:
                kind = ReasonKind.SAME_COMPANY
            else:
                kind = ReasonKind.SIMILAR_COMPANY
            weight = _COMPANY if self._is_company else _TEXT
            return _Sign(Reason(kind, self._name, int(100 * similarity)), takes=weight * similarity)

        return _View(similar.keys(), sign)


class _Amounts:
    """How near the totals are. Zero equals zero everywhere, so it says nothing, and so do other currencies."""

    def __init__(self, rows: Sequence[Item], comparison: Comparison, currency: str | None) -> None:
        self._name, self._field = comparison.name, comparison.record_field
        self._currency = currency
        self._currencies = [row.currency_of(comparison.row_field) for row in rows]
        self._amounts = [amount(row.values.get(comparison.row_field)) for row in rows]
        self._positions: dict[Decimal, list[int]] = defaultdict(list)
        for position, value in enumerate(self._amounts):
            if value:
                self._positions[value].append(position)

    def about(self, record: Item) -> _View:
        inside = amount(record.values.get(self._field))
        currency = record.currency_of(self._field) or self._currency

        def sign(position: int) -> _Sign | None:
            outside = self._amounts[position]
            if not inside or not outside or not agree(currency, self._currencies[position]):
                return None
            if inside == outside:
                return _Sign(Reason(ReasonKind.SAME_AMOUNT, self._name, amount=inside), takes=_EQUAL_AMOUNT)
            difference = EXACT.subtract(outside, inside)
            nearness = max(0.0, 1.0 - float(abs(difference) / max(abs(inside), abs(outside))))
            reason = Reason(ReasonKind.AMOUNT_DIFFERS, self._name, difference=difference)
            return _Sign(reason, takes=_NEAR_AMOUNT * nearness**2, leaves=_DIFFERENT_AMOUNT)

        return _View(self._positions.get(inside, ()) if inside else (), sign)


class _Numbers:
    """Whether the numbers, which are not equal or a key rule had matched them, at least end alike."""

    def __init__(self, rows: Sequence[Item], rule: KeyRule) -> None:
        pair = rule.pairs[0]
        self._name = rule.name
        self._end_of = part_reader(pair.record_field, _NUMBER_END_FORM)
        row_end_of = part_reader(pair.row_field, _NUMBER_END_FORM)
        self._ends = [row_end_of(row.values) for row in rows]
        self._positions: dict[str, list[int]] = defaultdict(list)
        for position, end in enumerate(self._ends):
            if end is not None:
                self._positions[end].append(position)

    def about(self, record: Item) -> _View:
        inside = self._end_of(record.values)

        def sign(position: int) -> _Sign | None:
            outside = self._ends[position]
            if inside is None or outside is None:
                return None
            if inside == outside:
                return _Sign(Reason(ReasonKind.SAME_NUMBER_END, self._name), takes=_NUMBER_END)
            return _Sign(Reason(ReasonKind.DIFFERENT_NUMBER, self._name), leaves=_DIFFERENT_NUMBER)

        return _View(self._positions.get(inside, ()) if inside is not None else (), sign)
