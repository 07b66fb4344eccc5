"""The jobs that the company's sources speak of."""

from __future__ import annotations

from uuid import UUID

from embedded_app import panels, sources
from embedded_app.errors import SourceError
from embedded_app.panels import Family
from embedded_app.sources import Source, trimmed


def known_jobs() -> frozenset[str]:
    """Every job in the job column of a source, as it is written there.

    The column is the one that a panel uses; without a panel, the one whose name says so. A source that failed
    lately is not waited for, and one that fails now adds nothing.
    """
    columns = _columns_of_panels()
    return frozenset(
        job
        for source in sources.service().list_()
        if source.last_failure_code is None
        for job in _jobs_of(source, columns)
    )


def _columns_of_panels() -> dict[UUID, str]:
    editor = panels.service().editor
    return {panel.source_id: editor.get(panel.id).form.job_column for panel in editor.list_()}


def _jobs_of(source: Source, columns: dict[UUID, str]) -> set[str]:
    column = columns.get(source.id) or _suggested_column(source)
    if not column:
        return set()
    try:
        rows = sources.service().read(source.id).rows
    except SourceError:
        return set()
    return {job for row in rows if (job := trimmed(row.values.get(column)))}


def _suggested_column(source: Source) -> str:
    editor = panels.service().editor
    family: Family = editor.families()[0]  # the job column does not depend on the records
    return editor.suggest(family.name, source.id).job_column
