"""What opens below a line of the table, and the piece that brings it when somebody opens the line."""

from __future__ import annotations

from dataclasses import dataclass

from embedded_app.frames.lines import Line, name_of
from embedded_app.frames.presenters import texts
from embedded_app.frames.presenters.candidates import Candidates
from embedded_app.frames.presenters.notes import linking_note
from embedded_app.frames.presenters.pairs import (
    cause_of,
    compared_fields,
    linked_rows,
    record_number,
    rejected_rows,
)
from embedded_app.frames.presenters.parts import (
    Blank,
    CandidateCard,
    ComparedField,
    FormFields,
    LinkedRow,
    RejectedRow,
)
from embedded_app.panels import PanelView
from embedded_app.reconciliation import FindingKind
from embedded_app.web.formatting import plural

PAIRED = (FindingKind.MATCH, FindingKind.VARIANCE)


@dataclass(frozen=True, slots=True)
class Detail:
    """What opens below a line.

    Of a pair: `fields` and what led to it. Of one side alone: `candidates`, after `lead`. `record` is what the
    forms send as the record, empty where there is none; `number` names it in sentences. `procore_address` is
    the record's page of Procore, or empty.
    """

    cause: str
    linked: tuple[LinkedRow, ...]
    fields: tuple[ComparedField, ...]
    procore_head: str
    outside_head: str
    lead: str
    candidates: tuple[CandidateCard, ...]
    rejected: tuple[RejectedRow, ...]
    record: str
    number: str
    procore_address: str


@dataclass(frozen=True, slots=True)
class LinePage:
    """Context of ``frames/line.html``: one line's detail, or why there is none.

    Args:
        detail: `None` where `blank` stands in its place.
        source_name: as the administrator called the source.
        form: the hidden fields of the forms about links; `None` for somebody who may not link.
        blank: `None` where the detail is.
        announce: for screen readers, after the line opened.
    """

    detail: Detail | None
    source_name: str
    form: FormFields | None
    blank: Blank | None
    announce: str


class DetailPresenter:
    """Writes the details within one view."""

    def __init__(self, view: PanelView, web_base_url: str | None) -> None:
        self._view = view
        self._web_base_url = web_base_url
        self._source = view.panel.source_name
        self._candidates: Candidates | None = None

    def page(self, line: Line | None, form: FormFields | None, refresh_address: str) -> LinePage:
        """The piece for a line; `None`, or one about which nothing can be said now, has changed since."""
        if line is None or line.kind is None:
            blank = Blank(
                "This line cannot be opened now",
                "It has changed since this page was read, or one side is not answering. "
                "Refresh the page to see how it stands.",
                "info",
                action="Refresh",
                action_href=refresh_address,
            )
            return LinePage(None, self._source, form, blank, blank.title)
        detail = self.detail(line)
        return LinePage(detail, self._source, form, None, _announcement(detail))

    def detail(self, line: Line) -> Detail:
        """Below a line with a finding."""
        view, finding, record = self._view, line.finding, line.record
        is_pair = line.kind in PAIRED and finding is not None and record is not None
        number = record_number(view, record) if record else name_of(line, view)
        reference = view.panel.definition.identity.reference
        rows = [texts.shown(row.values.get(reference)) or row.id for row in line.rows]
        candidates = self.candidates(line)
        return Detail(
            cause=cause_of(view, finding) if is_pair and finding else "",
            linked=linked_rows(view, record, finding) if is_pair and record and finding else (),
            fields=compared_fields(view, finding) if is_pair and finding else (),
            procore_head=f"Procore · {number}",
            outside_head=f"{self._source} · {', '.join(rows)}",
            lead=self._lead(line, number, has_candidates=bool(candidates)),
            candidates=candidates,
            rejected=rejected_rows(view, record) if record else (),
            record=str(record.key) if record else "",
            number=number,
            procore_address=self.procore_address(line),
        )

    def candidates(self, line: Line) -> tuple[CandidateCard, ...]:
        """For a line without its other side, to somebody who may link; a row alone asks every record."""
        if line.kind is None or line.kind in PAIRED or not self._view.may_link:
            return ()
        if self._candidates is None:
            self._candidates = Candidates(self._view)
        if line.record is not None:
            return self._candidates.for_record(line.record)
        return self._candidates.for_row(line.rows[0])

    def procore_address(self, line: Line) -> str:
        """The record's page of Procore; empty without a record, or when Procore's address is not known."""
        if line.record is None:
            return ""
        path = self._view.panel.family.path(self._view.project_id, line.record.key)
        return texts.procore_address(self._web_base_url, path)

    def _lead(self, line: Line, number: str, *, has_candidates: bool) -> str:
        if line.record is not None and not self._view.sees_unmatched:
            one = self._view.panel.family.one
            return f"Rows without a {one} are hidden from you, so none is proposed for {number}."
        if not self._view.may_link:
            return linking_note(self._view)
        if not has_candidates:
            return f"Nothing looks like {number}: no party, amount or number is alike."
        many = self._view.panel.family.many
        what = f"Rows of {self._source}" if line.record is not None else f"{many.capitalize()} in Procore"
        return f"{what} that could belong to {number}. Nothing links by itself."


def _announcement(detail: Detail) -> str:
    if not detail.fields:
        return detail.lead
    differing = sum(1 for field in detail.fields if field.differs)
    return f"{detail.number}: {differing} of {plural(len(detail.fields), 'field differs', 'fields differ')}"
