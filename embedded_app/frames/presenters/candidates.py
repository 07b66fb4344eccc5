"""Candidates with their reasons in words. Only the best one gets the primary button."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from embedded_app.frames.amounts import Currencies
from embedded_app.frames.presenters.pairs import record_number, row_title
from embedded_app.frames.presenters.parts import CandidateCard, Reason
from embedded_app.frames.presenters.texts import money_text, shown, sums_text
from embedded_app.panels import LinkState, PanelView, Record, pairs_of
from embedded_app.reconciliation import (
    Candidate,
    FindingKind,
    Item,
    Proposer,
    ReasonKind,
)
from embedded_app.reconciliation import Reason as Evidence

_CONFIDENCE = ((95, "Almost certain"), (80, "Very likely"), (40, "Possible"), (0, "Unlikely"))
_MOST_FOR_A_ROW = 5
_WORDS: Mapping[ReasonKind, str] = {
    ReasonKind.SAME_COMPANY: "Same {small_label}",
    ReasonKind.SIMILAR_COMPANY: "{label} is similar, not equal",
    ReasonKind.DIFFERENT_COMPANY: "A different {small_label}",
    ReasonKind.SAME_AMOUNT: "Same amount",
    ReasonKind.AMOUNT_DIFFERS: "Amount differs by {difference}",
    ReasonKind.SAME_NUMBER_END: "Both numbers end alike",
    ReasonKind.DIFFERENT_NUMBER: "A different number",
    ReasonKind.SIMILAR_TEXT: "{label} is similar",
    ReasonKind.LINKED_ELSEWHERE: "Already belongs to {owner}",
}


class Candidates:
    """Proposes pairs within one view; prepared once for as many lines as are shown."""

    def __init__(self, view: PanelView) -> None:
        self._view = view
        self._currencies = Currencies(view)
        self._records = {record.item.id: record for record in view.records.records or ()}
        self._matched = _matched(view)
        self._rejected = pairs_of(view.decisions, LinkState.REJECTED)
        self._proposer = self._proposing(view.rows.rows or ())

    def for_record(self, record: Record) -> tuple[CandidateCard, ...]:
        """The likeliest rows, best first."""
        found = self._proposer.candidates(record.item)
        return tuple(
            self._card(record, candidate, is_best=at == 0, shows_row=True)
            for at, candidate in enumerate(found)
        )

    def for_row(self, row: Item) -> tuple[CandidateCard, ...]:
        """The likeliest records that have no row, best first."""
        proposer = self._proposing([row])
        taken = set(self._matched.values())
        found = [
            (record, candidate)
            for record in self._records.values()
            if record.item.id not in taken
            for candidate in proposer.candidates(record.item)
        ]
        found.sort(key=lambda pair: -pair[1].score)
        return tuple(
            self._card(record, candidate, is_best=at == 0, shows_row=False)
            for at, (record, candidate) in enumerate(found[:_MOST_FOR_A_ROW])
        )

    def _proposing(self, rows: Sequence[Item]) -> Proposer:
        rules = self._view.panel.definition.rules
        currency = self._view.reconciliation.currency if self._view.reconciliation else None
        return Proposer(rows, rules, matched=self._matched, rejected=self._rejected, currency=currency)

    def _card(self, record: Record, candidate: Candidate, *, is_best: bool, shows_row: bool) -> CandidateCard:
        view, row = self._view, candidate.row
        identity, family = view.panel.definition.identity, view.panel.family
        total = view.panel.definition.rules.total_comparison
        if shows_row:
            system, title = view.panel.source_name, row_title(view, row)
            value = self._currencies.sums([row], total.row_field)
            party = row.values.get(identity.party) if identity.party else None
        else:
            system, title = "Procore", self._record_title(record)
            value = self._currencies.sums([record.item], total.record_field)
            party = record.item.values.get(family.party)
        return CandidateCard(
            title=title,
            party=" · ".join(filter(None, (system, shown(party)))),
            amount=sums_text(value),
            confidence=next(word for least, word in _CONFIDENCE if candidate.score >= least),
            percent=candidate.score,
            reasons=(
                *(Reason(self._words(each), "ok") for each in candidate.reasons_for),
                *(Reason(self._words(each), "warn") for each in candidate.reasons_against),
            ),
            is_best=is_best,
            record=str(record.key),
            row_id=row.id,
        )

    def _record_title(self, record: Record) -> str:
        title = shown(record.item.values.get(self._view.panel.family.title))
        return " · ".join(filter(None, (record_number(self._view, record), title)))

    def _words(self, evidence: Evidence) -> str:
        difference, owner = evidence.difference, self._records.get(evidence.record_id or "")
        label = self._label(evidence.name)
        return _WORDS[evidence.kind].format(
            label=label,
            small_label=label.lower(),
            difference=money_text(None if difference is None else difference.copy_abs()),
            owner=record_number(self._view, owner) if owner else "another record",
        )

    def _label(self, name: str | None) -> str:
        for comparison in self._view.panel.definition.rules.comparisons:
            if comparison.name == name:
                return comparison.label
        return "Name"


def _matched(view: PanelView) -> Mapping[str, str]:
    """From the id of a row to the id of the record it belongs to now."""
    if view.reconciliation is None:
        return {}
    return {
        row.id: finding.records[0].id
        for finding in view.reconciliation.findings
        if finding.kind in {FindingKind.MATCH, FindingKind.VARIANCE}
        for row in finding.rows
    }
