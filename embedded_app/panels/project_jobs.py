"""Which jobs of the customer's systems belong to which Procore project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.exc import IntegrityError

from embedded_app import audit
from embedded_app.audit import Actor
from embedded_app.errors import InvalidField, UnknownOption
from embedded_app.ids import ProjectId
from embedded_app.panels.models import ProjectJob
from embedded_app.reconciliation import Normalizer, chain
from embedded_app.storage import db, new_id

_JOB_LENGTH = 255
_SAME_NUMBER = chain((Normalizer.UNICODE, Normalizer.CASE, Normalizer.SEGMENTS, Normalizer.LEADING_ZEROS))


@dataclass(frozen=True, slots=True)
class AssignedJob:
    """One line of the table."""

    id: UUID
    project_id: ProjectId
    job: str


class ProjectJobs:
    """The table of projects and jobs, in the company scope that is open."""

    def list_(self) -> tuple[AssignedJob, ...]:
        """Every assignment, by project and job."""
        rows = db.session.scalars(select(ProjectJob).order_by(ProjectJob.project_id, ProjectJob.job))
        return tuple(AssignedJob(row.id, ProjectId(row.project_id), row.job) for row in rows)

    def jobs_of(self, project_id: ProjectId) -> tuple[str, ...]:
        """The jobs of one project, sorted; none means that no row can be shown for it."""
        rows = db.session.scalars(
            select(ProjectJob.job).where(ProjectJob.project_id == project_id).order_by(ProjectJob.job)
        )
        return tuple(rows)

    def assign(self, project_id: ProjectId, job: str, actor: Actor) -> UUID:
        """Say that `job`, written as the sources write it, belongs to the project.

        Raises:
            InvalidField: named ``job``: empty, too long, or assigned to this project already.
        """
        job = job.strip()
        if not job:
            raise InvalidField("job", "Write the job as the source does, for example 21-0417.")
        if len(job) > _JOB_LENGTH:
            raise InvalidField("job", f"The job is too long. Use at most {_JOB_LENGTH} characters.")
        taken = InvalidField("job", f"{job} belongs to this project already.")
        if job in self.jobs_of(project_id):
            raise taken
        row = ProjectJob(id=new_id(), project_id=project_id, job=job)
        db.session.add(row)
        try:
            db.session.flush()
        except IntegrityError as error:  # somebody assigned it between the look and the flush
            db.session.rollback()
            raise taken from error
        audit.record("project_job.assigned", actor=actor, subject=job, detail={"project_id": str(project_id)})
        db.session.commit()
        return row.id

    def remove(self, assignment_id: UUID, actor: Actor) -> None:
        """Take the job off the project; links made by hand stay, and count again if the job comes back.

        Raises:
            UnknownOption: there is no such line.
        """
        row = db.session.scalar(select(ProjectJob).where(ProjectJob.id == assignment_id))
        gone = UnknownOption("This job is no longer on the list.")
        if row is None:
            raise gone
        job, project_id = row.job, row.project_id
        removed = db.session.execute(delete(ProjectJob).where(ProjectJob.id == assignment_id))
        if cast("CursorResult[Any]", removed).rowcount != 1:  # somebody removed it after the look
            db.session.rollback()
            raise gone
        audit.record("project_job.removed", actor=actor, subject=job, detail={"project_id": str(project_id)})
        db.session.commit()


def suggest_jobs(
    numbers: Mapping[ProjectId, str | None], jobs: Iterable[str]
) -> Mapping[ProjectId, Sequence[str]]:
    """For each project the jobs that have its project number, but for capitals, separators and leading zeros.

    Several projects with one number get no suggestion: that is for a person to decide.
    """
    by_number: dict[str, list[str]] = {}
    for job in sorted(set(jobs)):
        normal = _SAME_NUMBER(job)
        if normal is not None:
            by_number.setdefault(normal, []).append(job)
    normals = {project_id: _SAME_NUMBER(number) for project_id, number in numbers.items()}
    once = [normal for normal in normals.values() if list(normals.values()).count(normal) == 1]
    return {
        project_id: by_number[normal]
        for project_id, normal in normals.items()
        if normal is not None and normal in once and normal in by_number
    }
