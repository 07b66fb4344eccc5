"""The side panel beside one record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import url_for

from embedded_app.frames.amounts import Currencies
from embedded_app.frames.presenters import states
from embedded_app.frames.presenters.candidates import Candidates
from embedded_app.frames.presenters.notes import hidden_parts
from embedded_app.frames.presenters.pairs import (
    cause_of,
    compared_fields,
    linked_rows,
    missing_rows,
    record_number,
    rejected_rows,
)
from embedded_app.frames.presenters.parts import (
    Badge,
    Banner,
    Blank,
    CandidateCard,
    Choice,
    ComparedField,
    FormFields,
    Freshness,
    LinkedRow,
    Moment,
    RejectedRow,
)
from embedded_app.frames.presenters.table import Bar
from embedded_app.frames.presenters.texts import (
    money_text,
    percent_text,
    procore_address,
    share_of,
    shown,
    sums_text,
)
from embedded_app.frames.query import RecordQuery
from embedded_app.panels import PanelRef, PanelView, Record
from embedded_app.reconciliation import Entry, FieldKind, Finding, FindingKind, Omission
from embedded_app.web.formatting import plural


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the row's total, as a bar: its heading, the amounts, and the bar."""

    heading: str
    amounts: str
    bar: Bar


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Context of ``frames/record.html``.

    Args:
        kind: what the record is, above its name; empty when no record is shown.
        name: its number and title.
        party: whom it is with.
        status: as Procore says it.
        procore_address: the record's page in Procore, or empty.
        viewer_name: who is signed in.
        freshness, banners, notice: as on the project's page.
        refresh_address: reads everything again.
        tabs: the panels that show this record, empty if there is one only.
        source_name: whose rows stand beside it.
        record: what the forms send as the record.
        number: how sentences call it.
        blank: in place of everything below the head; `None` if there is something.
        linked: the rows that belong to the record.
        differing, agreeing: the compared fields.
        shares: parts of the row's total.
        candidates: rows that could belong to the record as well.
        rejected: rows that somebody said do not.
        no_candidate: in place of candidates and rows, why there are none; else empty.
        hidden_parts: what of the panel is hidden from the viewer, a sentence each.
        form: the hidden fields of the forms about links; `None` for somebody who may not link.
        announce: for screen readers, after the page changed.
    """

    kind: str
    name: str
    party: str
    status: Badge | None
    procore_address: str
    viewer_name: str
    freshness: tuple[Freshness, ...]
    banners: tuple[Banner, ...]
    notice: Banner | None
    refresh_address: str
    tabs: tuple[Choice, ...]
    source_name: str
    record: str
    number: str
    blank: Blank | None
    linked: tuple[LinkedRow, ...]
    differing: tuple[ComparedField, ...]
    agreeing: tuple[ComparedField, ...]
    shares: tuple[Share, ...]
    candidates: tuple[CandidateCard, ...]
    rejected: tuple[RejectedRow, ...]
    no_candidate: str
    hidden_parts: tuple[str, ...]
    form: FormFields | None
    announce: str


def page_without_record(query: RecordQuery, viewer_name: str, blank: Blank) -> RecordPage:
    """A side panel that has no record to show; `blank` says why."""
    return RecordPage(
        kind="",
        name="",
        party="",
        status=None,
        procore_address="",
        viewer_name=viewer_name,
        freshness=(),
        banners=(),
        notice=None,
        refresh_address=query.address,
        tabs=(),
        source_name="",
        record="",
        number="",
        blank=blank,
        linked=(),
        differing=(),
        agreeing=(),
        shares=(),
        candidates=(),
        rejected=(),
        no_candidate="",
        hidden_parts=(),
        form=None,
        announce=blank.title,
    )


NO_FAMILY = Blank(
    "Nothing beside this record",
    "There is no panel for this kind of record. Open a subcontract or a purchase order to see its numbers.",
    "info",
)
NO_RECORD = Blank(
    "Open a record",
    "This page shows several records, or a new one. Open one of them to see what belongs beside it.",
    "info",
)
NO_PANEL = Blank(
    "Nothing to compare yet",
    "An administrator adds a source and publishes a panel; it then shows here.",
    "database",
)


def vanished(one: str) -> Blank:
    """Procore does not give the record to this viewer; it does not say why."""
    return Blank(
        f"Procore does not show you this {one}",
        "It was deleted, or it is private. What belongs to it is hidden as well.",
        "lock",
    )


class RecordPresenter:
    """Writes the side panel for one view."""

    def __init__(
        self,
        view: PanelView,
        record: Record | None,
        query: RecordQuery,
        *,
        panels: Sequence[PanelRef],
        viewer_name: str,
        web_base_url: str | None,
        explanation: tuple[str, ...] = (),
    ) -> None:
        self._view = view
        self._currencies = Currencies(view)
        self._explanation = explanation
        self._record = record
        self._query = query
        self._panels = panels
        self._viewer_name = viewer_name
        self._web_base_url = web_base_url

    def page(self, notice: Banner | None = None) -> RecordPage:
        """The whole side panel; `notice` is the outcome of what the viewer just did."""
        view, query = self._view, self._query
        if self._record is None:
            return self._without_record(notice)
        record, finding = self._record, self._finding()
        family, values = view.panel.family, self._record.item.values
        number, title = record_number(view, record), shown(values.get(family.title))
        fields = compared_fields(view, finding) if finding else ()
        status = shown(values.get(family.status))
        linked = linked_rows(view, record, finding) if finding and self._is_pair(finding) else ()
        is_proposed = view.reconciliation is not None and view.may_link
        candidates = Candidates(view).for_record(record) if is_proposed else ()
        return RecordPage(
            kind=f"{family.kinds.get(record.key.kind, family.one.capitalize())} in Procore",
            name=" · ".join(filter(None, (number, title))),
            party=shown(values.get(family.party)),
            status=self._status(status) if status else None,
            procore_address=procore_address(self._web_base_url, family.path(view.project_id, record.key)),
            viewer_name=self._viewer_name,
            freshness=states.freshness(view),
            banners=(*states.banners(view), *self._missing(record), *self._outcome(finding)),
            notice=notice,
            refresh_address=query.refresh_address,
            tabs=self._tabs(),
            source_name=view.panel.source_name,
            record=str(record.key),
            number=number,
            blank=None,
            linked=linked,
            differing=tuple(field for field in fields if field.differs),
            agreeing=tuple(field for field in fields if not field.differs),
            shares=self._shares(finding),
            candidates=candidates,
            rejected=rejected_rows(view, record),
            no_candidate=""
            if linked or candidates or finding is None or missing_rows(view, record)
            else self._no_candidate(number),
            hidden_parts=hidden_parts(view),
            form=FormFields(url_for("frames.links"), {"from": "record", **query.arguments})
            if view.may_link
            else None,
            announce=states.announcement(notice, states.banners(view), f"{number} {title}"),
        )

    def _without_record(self, notice: Banner | None) -> RecordPage:
        view = self._view
        if states.is_refused(view):
            blank = states.refused(view, self._explanation)
        elif view.records.records is None:
            blank = Blank(
                "Nothing can be shown now", "The record could not be read. Nothing was changed.", "clock"
            )
        else:
            blank = vanished(view.panel.family.one)
        page = page_without_record(self._query, self._viewer_name, blank)
        return replace(page, freshness=states.freshness(view), banners=states.banners(view), notice=notice)

    def _finding(self) -> Finding | None:
        if self._view.reconciliation is None or self._record is None:
            return None
        return next(
            finding
            for finding in self._view.reconciliation.findings
            for item in finding.records
            if item.id == self._record.item.id
        )

    def _is_pair(self, finding: Finding) -> bool:
        return finding.kind in {FindingKind.MATCH, FindingKind.VARIANCE}

    def _status(self, status: str) -> Badge:
        family, folded = self._view.panel.family, status.casefold()
        if folded in family.good_statuses:
            return Badge(status, "ok", "check")
        return Badge(status, "warn" if folded in family.waiting_statuses else "")

    def _outcome(self, finding: Finding | None) -> tuple[Banner, ...]:
        """What the comparison says, in one sentence."""
        if finding is None:
            return ()
        source = self._view.panel.source_name
        match finding.kind:
            case FindingKind.VARIANCE:
                return (self._variance_banner(finding),)
            case FindingKind.ONLY_IN_PROCORE if self._record and missing_rows(self._view, self._record):
                return ()
            case FindingKind.ONLY_IN_PROCORE:
                total = self._view.panel.definition.rules.total_comparison
                sums = self._currencies.sums(finding.records, total.record_field)
                what = f"{sums_text(sums)} is {total.label.lower()}" if sums else "It is"
                seen = "" if self._view.sees_unmatched else " that you see"
                sentence = f"{what} in Procore, and no row of {source}{seen} belongs to it."
                return (Banner(f"No {source} row is linked", sentence, "ext"),)
            case FindingKind.AMBIGUOUS:
                inside = plural(len(finding.records), "record", "records")
                outside = plural(len(finding.rows), "row", "rows") if finding.rows else "rows"
                return (
                    Banner(
                        "More than one match",
                        f"{inside} in Procore and {outside} in {source} share this number. "
                        "Nothing is compared until somebody links them.",
                        "warn",
                    ),
                )
            case _:
                return ()

    def _missing(self, record: Record) -> tuple[Banner, ...]:
        """The linked rows that the source does not have now; nobody unlinked them."""
        missing = missing_rows(self._view, record)
        if not missing:
            return ()
        source = self._view.panel.source_name
        one = len(missing) == 1
        title = "The linked row is missing" if one else f"{len(missing)} linked rows are missing"
        pieces: list[str | Moment] = []
        for row_id, decision in sorted(missing.items()):
            pieces += [f"{row_id}, linked by {decision.confirmed_by}, ", Moment(decision.confirmed_at), ". "]
        kept = "The link is kept and counts" if one else "The links are kept and count"
        pieces.append(f"{kept} again when {source} has the {'row' if one else 'rows'} for this project.")
        return (Banner(f"{title} in {source} now", tuple(pieces), "warn"),)

    def _no_candidate(self, number: str) -> str:
        view = self._view
        if not view.sees_unmatched:
            return f"Rows without a {view.panel.family.one} are hidden from you, so none is proposed for {number}."
        if not view.may_link:
            return ""  # said below, with what else is not for this viewer
        return f"No row of {view.panel.source_name} looks like {number}: no party, amount or number is alike."

    def _variance_banner(self, finding: Finding) -> Banner:
        source, [entry] = self._view.panel.source_name, finding.entries
        rule = self._view.panel.definition.rules.total_comparison
        total = next(each for each in finding.compared if each.name == rule.name)
        if entry.variance is not None and not total.verdict.agrees:
            direction = "higher" if entry.variance > 0 else "lower"
            code = self._currencies.written_of(finding.records, rule.record_field)
            return Banner(
                f"{source} is {money_text(entry.variance.copy_abs(), code)} {direction}",
                cause_of(self._view, finding),
                "warn",
            )
        differing = sum(not compared.verdict.agrees for compared in finding.compared)
        return Banner(
            f"{plural(differing, 'field differs', 'fields differ')}",
            self._about_totals(finding, entry),
            "warn",
        )

    def _about_totals(self, finding: Finding, entry: Entry) -> str:
        """What can be said about the totals of a pair that are not known to differ."""
        source, total = self._view.panel.source_name, self._view.panel.definition.rules.total_comparison
        inside = sums_text(self._currencies.sums(finding.records, total.record_field))
        outside = sums_text(self._currencies.sums(finding.rows, total.row_field))
        label = f"{total.label[:1].lower()}{total.label[1:]}"
        match entry.omission:
            case None:
                return "The totals agree within the tolerance." if entry.variance else "The totals agree."
            case Omission.NO_AMOUNT_IN_PROCORE:
                return (
                    f"Procore has no amount for {label}, {source} has {outside}. The totals are not compared."
                )
            case Omission.NO_AMOUNT_OUTSIDE:
                return (
                    f"{source} has no amount for {label}, Procore has {inside}. The totals are not compared."
                )
            case Omission.NO_AMOUNT:
                return f"Neither side has an amount for {label}."
            case _:
                return (
                    f"{label[:1].upper()}{label[1:]} is {inside} in Procore and {outside} in {source}: "
                    "two currencies, so the totals are not compared."
                )

    def _tabs(self) -> tuple[Choice, ...]:
        if len(self._panels) < 2:  # noqa: PLR2004 # one panel needs no choice
            return ()
        return tuple(
            Choice(
                panel.name, replace(self._query, panel_id=panel.id).address, panel.id == self._view.panel.id
            )
            for panel in self._panels
        )

    def _shares(self, finding: Finding | None) -> tuple[Share, ...]:
        if finding is None or not self._is_pair(finding):
            return ()
        definition, source = self._view.panel.definition, self._view.panel.source_name
        rules = definition.rules
        total = rules.total_comparison.label.lower()
        shares = []
        for column in definition.row_columns:
            if not column.is_share or column.kind is not FieldKind.MONEY:
                continue
            parts = self._currencies.sums(finding.rows, column.field)
            wholes = self._currencies.sums(finding.rows, rules.total_comparison.row_field)
            if parts is None or wholes is None or len(parts) != 1 or parts.keys() != wholes.keys():
                continue
            [part], [whole] = parts.values(), wholes.values()
            share = share_of(part, whole)
            if share is None or share < 0:
                continue
            is_over = share > 1
            shares.append(
                Share(
                    heading=f"{column.label} of {total}, in {source}",
                    amounts=f"{sums_text(parts)} of {sums_text(wholes)}",
                    bar=Bar(share * 100, percent_text(share), "bad" if is_over else ""),
                )
            )
        return tuple(shares)
