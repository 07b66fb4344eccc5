"""How many rows each panel last found for a job, so that it is noticed when they are gone.

No row is kept, only their number and when they were read. It tells a job that lost its rows, because a load
emptied the table or the job was renamed there, from one that never had any, because it is new or misspelt here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError

from embedded_app.clock import Clock
from embedded_app.memory import Memory
from embedded_app.panels.models import JobCount
from embedded_app.panels.view import EmptyJob
from embedded_app.storage import db, new_id

_log = logging.getLogger(__name__)
_SAME_NOTED_EVERY = 600.0
_MOST_REMEMBERED = 5_000


class JobCounts:
    """Works in the company scope that is open. Commits, and asks the database only for what is news."""

    def __init__(self, clock: Clock) -> None:
        self._noted: Memory[tuple[UUID, str], int] = Memory(
            clock, seconds=_SAME_NOTED_EVERY, limit=_MOST_REMEMBERED
        )

    def note(self, panel_id: UUID, counts: Mapping[str, int], read_at: datetime) -> None:
        """Remember how many rows a reading found for each job; a job without any keeps the number it had.

        What the database does not take now is noted with a later reading: no look fails for it.
        """
        news = {
            job: count for job, count in counts.items() if count and self._noted.get((panel_id, job)) != count
        }
        if not news:
            return
        try:
            known = {each.job: each for each in self._find(panel_id, news)}
            for job, count in news.items():
                row = known.get(job)
                if row is None:
                    row = JobCount(id=new_id(), panel_id=panel_id, job=job)
                    db.session.add(row)
                row.row_count, row.read_at = count, read_at
            db.session.commit()
        except IntegrityError:  # another process noted the job first, or the panel was deleted meanwhile
            db.session.rollback()
            return
        except OperationalError:
            db.session.rollback()
            _log.warning("rows of jobs not noted", exc_info=True)
            return
        for job, count in news.items():
            self._noted.put((panel_id, job), count)

    def empty(self, panel_id: UUID | None, jobs: Iterable[str]) -> tuple[EmptyJob, ...]:
        """What is known of jobs that have no row now; `panel_id` is `None` while nothing was saved."""
        jobs = tuple(jobs)
        known = {each.job: each for each in self._find(panel_id, jobs)} if panel_id and jobs else {}
        found = tuple(
            EmptyJob(job, known[job].row_count, known[job].read_at) if job in known else EmptyJob(job)
            for job in jobs
        )
        db.session.rollback()
        return found

    def _find(self, panel_id: UUID, jobs: Iterable[str]) -> Iterable[JobCount]:
        return db.session.scalars(
            select(JobCount).where(JobCount.panel_id == panel_id, JobCount.job.in_(tuple(jobs)))
        )
