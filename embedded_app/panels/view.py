"""What reading a panel gives: each side as it stands, what people decided, and what the comparison found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from embedded_app.errors import ProcoreError, SourceError
from embedded_app.ids import ProjectId
from embedded_app.panels.definition import PanelDefinition
from embedded_app.panels.families import Family, Record
from embedded_app.panels.models import LinkState
from embedded_app.procore import Silence
from embedded_app.reconciliation import Item, Reconciliation


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a pair, and who and when."""

    state: LinkState
    confirmed_by: str
    confirmed_at: datetime


@dataclass(frozen=True, slots=True)
class PanelRef:
    """A panel as it is shown. `id` is `None` while it is only previewed, `source_kind` the kind of connector.

    `row_key` is the column whose values are the ids of the rows, `None` where they are numbered. Within a
    `PanelView` the `definition` is without what is hidden from the viewer.
    """

    id: UUID | None
    name: str
    family: Family
    source_id: UUID
    source_name: str
    source_kind: str
    row_key: str | None
    definition: PanelDefinition


@dataclass(frozen=True, slots=True)
class RecordsSide:
    """Procore's side.

    `records` is `None` when they could not be read; `failure` says why. `silence` says why they are shown although
    Procore cannot be asked. `is_lagging`: they are past their time and being read again behind this view.
    """

    records: tuple[Record, ...] | None
    read_at: datetime | None
    silence: Silence | None = None
    failure: ProcoreError | None = None
    is_lagging: bool = False

    @property
    def is_stale(self) -> bool:
        """Whether they are shown past their time, and nobody knows until when."""
        return self.silence is not None


@dataclass(frozen=True, slots=True)
class EmptyJob:
    """A job of the project for which the source has no row.

    `row_count` is how many it had when it last had any, at `read_at`; both are `None` if it never had. The number
    is also `None` for a viewer who may not know it.
    """

    job: str
    row_count: int | None = None
    read_at: datetime | None = None

    @property
    def had_rows(self) -> bool:
        return self.read_at is not None


@dataclass(frozen=True, slots=True)
class RowsSide:
    """The source's side.

    `rows` is `None` when they could not be read, are not for this viewer, or there is no job to read them by; also
    when rows are missing (`is_withheld`). `rejected_lines` counts lines of the source that could not be read as
    rows. `failure` may stand beside stale rows. `empty_jobs` are the project's jobs without a row in the source.
    """

    rows: tuple[Item, ...] | None
    read_at: datetime | None
    is_stale: bool = False
    failure: SourceError | None = None
    rejected_lines: int = 0
    empty_jobs: tuple[EmptyJob, ...] = ()

    @property
    def is_withheld(self) -> bool:
        """Whether the source answered, but has no row for the project, or lost all those of one of its jobs."""
        return self.rows is None and bool(self.empty_jobs)


@dataclass(frozen=True, slots=True)
class PanelView:
    """One panel, for one viewer and one project, now. It holds nothing that this viewer may not see.

    Args:
        sees_source: whether the viewer is in the panel's audience; if not, `rows.rows` is `None`.
        sees_unmatched: whether they see rows without a record of their own; if not, there are none among the
            rows, in the findings and in the totals, and nobody learns how many there are.
        may_link: whether they decide about pairs.
        has_hidden_columns: whether columns or comparisons were left out for them.
        decisions: what people said about pairs of which both are shown, by record item id and row id.
        missing_rows: the links of the records that are shown whose row the source does not have for the project's
            jobs now, by record item id and row id.
        has_rows_elsewhere: whether rows are left out because their record was not given to this viewer; how many
            would tell of records that Procore hides from them.
        reconciliation: `None` unless both sides are there.
    """

    panel: PanelRef
    project_id: ProjectId
    jobs: tuple[str, ...]
    records: RecordsSide
    rows: RowsSide
    sees_source: bool
    sees_unmatched: bool
    may_link: bool
    has_hidden_columns: bool
    has_rows_elsewhere: bool
    decisions: Mapping[tuple[str, str], Decision]
    missing_rows: Mapping[tuple[str, str], Decision]
    reconciliation: Reconciliation | None
