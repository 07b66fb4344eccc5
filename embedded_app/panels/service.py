"""Assembles one panel for one viewer: live records beside the rows of a source, each side on its own feet.

The records are read with the viewer's own grant, so Procore decides what there is to see. The rows are limited to
the project's jobs and shown to the panel's audience only. What `assemble` gives holds nothing that the viewer
may not see: hidden columns, and rows that are not for them, are taken out before anything is compared or added
up. When one side cannot be read, the other one is shown alone: without both there are no findings, because "not
there" would be a guess. The same holds when the source has no row for the project's jobs, or lost those of one of
them: a load may have emptied the table, and a job may be misspelt.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select

from embedded_app.clock import Clock
from embedded_app.errors import (
    AppNotConnected,
    ProcoreError,
    SourceChangedShape,
    SourceError,
    Unauthorized,
    UnknownOption,
)
from embedded_app.ids import ProjectId
from embedded_app.panels import links
from embedded_app.panels.audiences import Audiences
from embedded_app.panels.definition import PanelDefinition
from embedded_app.panels.families import Record, family_of
from embedded_app.panels.job_counts import JobCounts
from embedded_app.panels.models import LinkState, Panel
from embedded_app.panels.project_jobs import ProjectJobs
from embedded_app.panels.view import Decision, EmptyJob, PanelRef, PanelView, RecordsSide, RowsSide
from embedded_app.panels.visibility import Visible, audiences_in, visible_to
from embedded_app.principals import PrincipalService, Refusal, Viewer
from embedded_app.procore import Procore, Read
from embedded_app.reconciliation import Item, Reconciliation, reconcile
from embedded_app.sources import SourceRead, SourceService, trimmed
from embedded_app.storage import db, give_connection_back
from embedded_app.storage.fan_out import FanOut


@dataclass(frozen=True, slots=True)
class _Reading:
    """What reading the source gave: its rows or why there are none, and which jobs have none.

    `read` is `None` without a job: all rows of the source would be those of other projects.
    """

    read: SourceRead | SourceError | None
    empty_jobs: tuple[EmptyJob, ...] = ()


class PanelService:
    """Reads panels. Works in the company scope that is open; keeps no transaction open over a call."""

    def __init__(
        self,
        *,
        procore: Procore,
        principals: PrincipalService,
        sources: SourceService,
        fan_out: FanOut,
        clock: Clock,
    ) -> None:
        self._procore = procore
        self._principals = principals
        self._sources = sources
        self._fan_out = fan_out
        self._audiences = Audiences(principals, fan_out)
        self._jobs = ProjectJobs()
        self._counts = JobCounts(clock)

    def published(self) -> tuple[PanelRef, ...]:
        """The panels that people see, in the order of the tabs."""
        panels = db.session.scalars(
            select(Panel).where(Panel.published_definition.is_not(None)).order_by(Panel.position, Panel.id)
        ).all()
        return tuple(self._ref(panel) for panel in panels)

    def anticipate(
        self, panel: PanelRef, viewer: Viewer, project_id: ProjectId, *, may_lag: bool = False
    ) -> None:
        """Begin to read what a project that is still being verified takes, so that a first look waits once.

        `assemble` then joins the reading or finds it in the client's memory. Procore decides about all of it with
        the viewer's own grant; without `assemble` nothing of it is seen.
        """
        if self._audiences.refusal(viewer, project_id, panel.family.tool) is not None:
            return
        company = self._principals.company_api(viewer)
        with self._procore.within(may_lag=may_lag):
            self._fan_out.submit(lambda: panel.family.read(company, project_id))
            self._audiences.ask(audiences_in(panel.definition), company, project_id, panel.family.tool)

    def assemble(
        self,
        panel: PanelRef,
        viewer: Viewer,
        project_id: ProjectId,
        *,
        refresh: bool = False,
        may_lag: bool = False,
    ) -> PanelView:
        """The panel for a project that was verified for `viewer`.

        Args:
            panel: as it is published or previewed.
            viewer: whose grant and audiences count.
            project_id: the project.
            refresh: ask both sides again, a source at most every 5 seconds.
            may_lag: show records read lately at once, and read them again behind the page; whoever shows them
                looks once more where the view says so.

        Raises:
            Unauthorized, GrantLost: the viewer has to sign in again.
            AppNotConnected: the company has disconnected the app.
        """
        jobs = self._jobs.jobs_of(project_id)
        decisions = links.decisions_of(panel.id, project_id) if panel.id else {}
        grant = self._principals.grant(viewer)
        give_connection_back()  # Procore and the source are asked next
        if refresh:
            self._procore.expire(grant.grant_id, viewer.company_id)
        company = self._procore.company(viewer.company_id, grant)
        tool = panel.family.tool
        refusal = None if refresh else self._audiences.refusal(viewer, project_id, tool)
        with self._procore.within(insists=refresh, may_lag=may_lag):
            membership = self._audiences.ask(audiences_in(panel.definition), company, project_id, tool)
            reading_records = self._fan_out.submit(
                lambda: _records_side(lambda: panel.family.read(company, project_id), refusal)
            )
        reading_rows = self._fan_out.submit(lambda: self._read_rows(panel, jobs, refresh=refresh))
        records, reads = self._audiences.judged(viewer, project_id, tool, reading_records.result())
        visible = visible_to(panel.definition, membership.audiences(reads=reads), panel.row_key)
        return _view(
            panel,
            project_id,
            visible,
            jobs=jobs,
            records=records,
            reading=reading_rows.result(),
            decisions=decisions,
        )

    def _read_rows(self, panel: PanelRef, jobs: tuple[str, ...], *, refresh: bool) -> _Reading:
        if not jobs:
            return _Reading(None)
        column = panel.definition.job_column
        try:
            read = self._sources.read(panel.source_id, (column, jobs), refresh=refresh)
        except SourceError as error:
            return _Reading(error)
        except UnknownOption as error:  # the source was set up anew without the job column
            return _Reading(SourceChangedShape(error.sentence))
        counts = Counter(trimmed(row.values[column]) for row in read.rows)
        if panel.id is not None and not read.stale:
            self._counts.note(panel.id, counts, read.read_at)
        empty = [job for job in jobs if not counts[job]]
        return _Reading(read, self._counts.empty(panel.id, empty) if empty else ())

    def _ref(self, panel: Panel) -> PanelRef:
        if panel.published_definition is None:
            raise UnknownOption("This panel is not published.")
        source = self._sources.get_(panel.source_id)
        return PanelRef(
            id=panel.id,
            name=panel.name,
            family=family_of(panel.family),
            source_id=panel.source_id,
            source_name=source.name,
            source_kind=source.kind,
            row_key=source.key_column,
            definition=PanelDefinition.from_json(panel.published_definition),
        )


def _records_side(read: Callable[[], Read[tuple[Record, ...]]], refusal: Refusal | None) -> RecordsSide:
    """`refusal` is what Procore lately said to this viewer; it is not asked to repeat it."""
    if refusal is not None:
        return RecordsSide(None, None, failure=refusal)
    try:
        records = read()
    except (Unauthorized, AppNotConnected):
        raise  # not about this panel: the person signs in again, or the company is no longer connected
    except ProcoreError as error:
        return RecordsSide(None, None, failure=error)
    return RecordsSide(records.value, records.read_at, records.silence, is_lagging=records.is_lagging)


def _view(
    panel: PanelRef,
    project_id: ProjectId,
    visible: Visible,
    *,
    jobs: tuple[str, ...],
    records: RecordsSide,
    reading: _Reading,
    decisions: Mapping[tuple[str, str], Decision],
) -> PanelView:
    """The view of somebody to whom this much is visible."""
    if records.records is not None:
        records = replace(records, records=tuple(visible.record(record) for record in records.records))
    # Without the records nothing tells which rows have one.
    sees_source = visible.sees_source and (records.records is not None or visible.sees_unmatched)
    rows = _rows_side(visible, reading) if sees_source else RowsSide(None, None)
    reconciliation = _reconcile(visible, records, rows, decisions)
    if rows.rows is not None:
        rows = replace(rows, rows=_shown_rows(rows.rows, reconciliation, decisions))
    record_ids = {record.item.id for record in records.records or ()}
    given = {row.id for row in reading.read.rows} if isinstance(reading.read, SourceRead) else None
    row_ids = {row.id for row in rows.rows or ()}
    return PanelView(
        panel=replace(panel, definition=visible.definition),
        project_id=project_id,
        jobs=jobs,
        records=records,
        rows=rows,
        sees_source=sees_source,
        sees_unmatched=visible.sees_unmatched,
        may_link=visible.may_link,
        has_hidden_columns=visible.has_hidden_columns,
        has_rows_elsewhere=bool(reconciliation and reconciliation.linked_elsewhere),
        decisions={
            (record_id, row_id): decision
            for (record_id, row_id), decision in decisions.items()
            if record_id in record_ids and row_id in row_ids
        },
        missing_rows={
            (record_id, row_id): decision
            for (record_id, row_id), decision in decisions.items()
            if decision.state is LinkState.CONFIRMED and record_id in record_ids
            if sees_source and given is not None and row_id not in given
        },
        reconciliation=replace(reconciliation, linked_elsewhere=()) if reconciliation else None,
    )


def _rows_side(visible: Visible, reading: _Reading) -> RowsSide:
    read, empty = reading.read, reading.empty_jobs
    if not isinstance(read, SourceRead):
        return RowsSide(None, None, failure=read)
    missing = visible.definition.needed_columns - {column.name for column in read.columns}
    if missing:
        names = ", ".join(sorted(missing))
        return RowsSide(
            None, None, failure=SourceChangedShape(f"It no longer has what this panel compares: {names}.")
        )
    if not visible.sees_unmatched:  # how many rows there are would tell how many have no record
        empty = tuple(replace(each, row_count=None) for each in empty)
    is_withheld = not read.rows or any(each.had_rows for each in empty)
    rows = None if is_withheld else visible.rows(read.rows)
    return RowsSide(rows, read.read_at, read.stale, read.failure, len(read.rejects), empty)


def _reconcile(
    visible: Visible,
    records: RecordsSide,
    rows: RowsSide,
    decisions: Mapping[tuple[str, str], Decision],
) -> Reconciliation | None:
    if records.records is None or rows.rows is None:
        return None
    return reconcile(
        [record.item for record in records.records],
        rows.rows,
        visible.definition.rules,
        links=links.pairs_of(decisions, LinkState.CONFIRMED),
        rejected=links.pairs_of(decisions, LinkState.REJECTED),
        with_unpaired_rows=visible.sees_unmatched,
    )


def _shown_rows(
    rows: tuple[Item, ...],
    reconciliation: Reconciliation | None,
    decisions: Mapping[tuple[str, str], Decision],
) -> tuple[Item, ...]:
    """The rows that stand in a finding; without findings, those that nobody linked to a record.

    A linked row is for those who can read its record, and while that is not known it is for nobody.
    """
    if reconciliation is None:
        linked = {
            row_id for (_, row_id), decision in decisions.items() if decision.state is LinkState.CONFIRMED
        }
        return tuple(row for row in rows if row.id not in linked)
    found = {row.id for finding in reconciliation.findings for row in finding.rows}
    return tuple(row for row in rows if row.id in found)
