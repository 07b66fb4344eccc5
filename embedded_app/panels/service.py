"""Assembles one panel for one viewer: live records beside the rows of a source, each side on its own feet.

The records are read with the viewer's own grant, so Procore decides what there is to see. The rows are limited to
the project's jobs and shown to the panel's audience only. When one side cannot be read, the other one is shown
alone: without both there are no findings, because "not there" would be a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
from embedded_app.panels.models import LinkState, Panel
from embedded_app.panels.project_jobs import ProjectJobs
from embedded_app.panels.view import Decision, PanelRef, PanelView, RecordsSide, RowsSide
from embedded_app.principals import PrincipalService, Viewer
from embedded_app.procore import Procore, Read
from embedded_app.reconciliation import Reconciliation, reconcile
from embedded_app.sources import SourceRead, SourceService
from embedded_app.storage import db
from embedded_app.storage.fan_out import FanOut


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
        self._audiences = Audiences(principals, clock)
        self._jobs = ProjectJobs()

    def published(self) -> tuple[PanelRef, ...]:
        """The panels that people see, in the order of the tabs."""
        panels = db.session.scalars(
            select(Panel).where(Panel.published_definition.is_not(None)).order_by(Panel.position, Panel.id)
        ).all()
        return tuple(self._ref(panel) for panel in panels)

    def anticipate(self, panel: PanelRef, viewer: Viewer, project_id: ProjectId) -> None:
        """Begin to read the records of a project that is still being verified, so that a first look waits once.

        `assemble` then joins the reading or finds it in the client's memory. Procore decides about both with the
        viewer's own grant; without `assemble` nothing of it is seen.
        """
        company = self._principals.company_api(viewer)
        self._fan_out.submit(lambda: panel.family.read(company, project_id))

    def assemble(
        self, panel: PanelRef, viewer: Viewer, project_id: ProjectId, *, anew: bool = False
    ) -> PanelView:
        """The panel for a project that was verified for `viewer`; `anew` asks both sides in any case.

        Raises:
            Unauthorized, GrantLost: the viewer has to sign in again.
            AppNotConnected: the company has disconnected the app.
        """
        jobs = self._jobs.jobs_of(project_id)
        decisions = links.decisions_of(panel.id, project_id) if panel.id else {}
        grant = self._principals.grant(viewer)
        db.session.rollback()  # only reads so far: nothing is held while Procore and the source are asked
        if anew:
            self._procore.expire(grant.grant_id, viewer.company_id)
        company = self._procore.company(viewer.company_id, grant)
        reading_records = self._fan_out.submit(
            lambda: _records_side(lambda: panel.family.read(company, project_id))
        )
        reading_rows = self._fan_out.submit(lambda: self._read_rows(panel, jobs))
        records = reading_records.result()
        rows = reading_rows.result()
        sees_source = self._audiences.includes(
            panel.definition.audience, viewer, project_id, panel.family.tool, records.failure
        )
        if not sees_source:
            rows = RowsSide(None, None)
        return PanelView(
            panel=panel,
            project_id=project_id,
            jobs=jobs,
            records=records,
            rows=rows,
            sees_source=sees_source,
            decisions=decisions,
            reconciliation=_reconcile(panel, records, rows, decisions),
        )

    def _read_rows(self, panel: PanelRef, jobs: tuple[str, ...]) -> RowsSide:
        if not jobs:  # a project without a job has no rows; asking for all of them would show other projects'
            return RowsSide(None, None)
        try:
            read = self._sources.read(panel.source_id, where=(panel.definition.job_column, jobs))
        except SourceError as error:
            return RowsSide(None, None, failure=error)
        except UnknownOption as error:  # the source was set up anew without the job column
            return RowsSide(None, None, failure=SourceChangedShape(error.sentence))
        return _rows_side(panel.definition, read)

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
            definition=PanelDefinition.from_json(panel.published_definition),
        )


def _records_side(read: Callable[[], Read[tuple[Record, ...]]]) -> RecordsSide:
    try:
        records = read()
    except (Unauthorized, AppNotConnected):
        raise  # not about this panel: the person signs in again, or the company is no longer connected
    except ProcoreError as error:
        return RecordsSide(None, None, failure=error)
    return RecordsSide(records.value, records.read_at, records.silence)


def _rows_side(definition: PanelDefinition, read: SourceRead) -> RowsSide:
    missing = definition.needed_columns - {column.name for column in read.columns}
    if missing:
        names = ", ".join(sorted(missing))
        return RowsSide(
            None, None, failure=SourceChangedShape(f"It no longer has what this panel compares: {names}.")
        )
    return RowsSide(read.rows, read.read_at, read.stale, read.failure, len(read.rejects))


def _reconcile(
    panel: PanelRef,
    records: RecordsSide,
    rows: RowsSide,
    decisions: Mapping[tuple[str, str], Decision],
) -> Reconciliation | None:
    if records.records is None or rows.rows is None:
        return None
    return reconcile(
        [record.item for record in records.records],
        rows.rows,
        panel.definition.rules,
        links=links.pairs_of(decisions, LinkState.CONFIRMED),
        rejected=links.pairs_of(decisions, LinkState.REJECTED),
    )
