"""The projects of a company with their jobs, in the order in which one works on them, page by page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from embedded_app.ids import ProjectId
from embedded_app.panels import AssignedJob, suggest_jobs
from embedded_app.procore import Project
from embedded_app.settings.known_jobs import alike

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """A project with its jobs.

    Attributes:
        name: `None` when Procore no longer shows the project to this administrator.
        suggested: jobs of the sources that have the project's number and belong to no project yet.
        unknown: those of its jobs for which no source has a row, each with the jobs of sources that look like it.
    """

    id: ProjectId
    name: str | None
    number: str | None
    jobs: tuple[AssignedJob, ...]
    suggested: tuple[str, ...] = ()
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def mentions(self, search: str) -> bool:
        """Whether name, number, id or a job holds the text."""
        texts = (self.name or "", self.number or "", str(self.id), *(job.job for job in self.jobs))
        return any(search.casefold() in text.casefold() for text in texts)


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of the list.

    Attributes:
        number: from 1.
        pages: at least 1.
        found: lines on all pages.
    """

    lines: tuple[ProjectLine, ...]
    number: int
    pages: int
    found: int


def lines_of(known: Iterable[Project], assigned: Iterable[AssignedJob]) -> tuple[ProjectLine, ...]:
    """Every project that Procore names or our table knows.

    First those with a job, then those with a number, then the others; each by name.
    """
    jobs: dict[ProjectId, list[AssignedJob]] = {}
    for each in assigned:
        jobs.setdefault(each.project_id, []).append(each)
    lines = [
        ProjectLine(project.id, project.name, project.number, tuple(jobs.pop(project.id, ())))
        for project in known
    ]
    lines += (ProjectLine(project_id, None, None, tuple(own)) for project_id, own in jobs.items())
    return tuple(sorted(lines, key=_place))


def page_of(lines: Sequence[ProjectLine], search: str, number: int) -> ListPage:
    """The page of that number, or the nearest there is, of the lines that mention `search`."""
    found = [line for line in lines if line.mentions(search)]
    pages = max(1, -(-len(found) // PAGE_SIZE))
    number = min(max(1, number), pages)
    first = (number - 1) * PAGE_SIZE
    return ListPage(tuple(found[first : first + PAGE_SIZE]), number, pages, len(found))


def with_suggestions(lines: Iterable[ProjectLine], jobs: Iterable[str]) -> tuple[ProjectLine, ...]:
    """The lines, each with what `jobs` holds for its project number."""
    lines = tuple(lines)
    taken = {job.job for line in lines for job in line.jobs}
    numbers: Mapping[ProjectId, str | None] = {line.id: line.number for line in lines}
    suggested = suggest_jobs(numbers, set(jobs) - taken)
    return tuple(replace(line, suggested=tuple(suggested.get(line.id, ()))) for line in lines)


def with_unknown_jobs(lines: Iterable[ProjectLine], jobs: Collection[str]) -> tuple[ProjectLine, ...]:
    """The lines, each saying which of its jobs are none of `jobs`, which are all that the sources have."""
    return tuple(
        replace(line, unknown={each.job: alike(each.job, jobs) for each in line.jobs if each.job not in jobs})
        for line in lines
    )


def _place(line: ProjectLine) -> tuple[int, str, int]:
    return (0 if line.jobs else 1 if line.number else 2, (line.name or "").casefold(), line.id)
