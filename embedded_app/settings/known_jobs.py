"""The jobs that the company's sources speak of."""

from __future__ import annotations

import re
import time
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from embedded_app.panels import Family
from embedded_app.services import services
from embedded_app.sources import Source

_SECONDS = 4.0  # of a page, for all sources together
_SEPARATORS = re.compile(r"[\W_]+")
_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")


@dataclass(frozen=True, slots=True)
class KnownJobs:
    """Every job that a source has, as it is written there; `is_complete` if all sources could be asked."""

    jobs: frozenset[str]
    is_complete: bool


def known_jobs() -> KnownJobs:
    """The jobs in the job columns of all sources, as far as the page has time to ask for them.

    The column is the one that a panel uses; without a panel, the one whose name says so. Sources that there was no
    time for are asked when the page is opened the next time: what was found is remembered.
    """
    columns = _columns_of_panels()
    ends_at = time.monotonic() + _SECONDS
    found = [
        jobs_of(source, column, ends_at - time.monotonic())
        for source in services().sources.list_()
        if (column := columns.get(source.id) or _suggested_column(source))
    ]
    return KnownJobs(frozenset().union(*filter(None, found)), is_complete=bool(found) and None not in found)


def jobs_of(source: Source, column: str, seconds: float = _SECONDS) -> frozenset[str] | None:
    """The jobs in a column of one source; `None` if they are not known. One that failed lately is not asked."""
    if source.last_failure_code is not None:
        return None
    return services().sources.texts(source.id, column, seconds=seconds)


def alike(job: str, jobs: Collection[str]) -> tuple[str, ...]:
    """Those of `jobs` that differ from it by capitals, separators and leading zeros alone, sorted."""
    return tuple(sorted(each for each in jobs if each != job and _plain(each) & _plain(job)))


def _plain(job: str) -> frozenset[str]:
    """The signs that make the job, with and without zeros in front of its numbers."""
    return frozenset(_SEPARATORS.sub("", text).casefold() for text in (job, _LEADING_ZEROS.sub("", job)))


def _columns_of_panels() -> dict[UUID, str]:
    editor = services().panels.editor
    return {panel.source_id: editor.get(panel.id).form.job_column for panel in editor.list_()}


def _suggested_column(source: Source) -> str:
    editor = services().panels.editor
    family: Family = editor.families()[0]  # the job column does not depend on the records
    return editor.suggest(family.name, source.id).job_column
