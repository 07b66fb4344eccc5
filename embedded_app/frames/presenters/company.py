"""The full-screen page at company level: the viewer's projects, and which of them have a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from embedded_app.frames.presenters.parts import Blank
from embedded_app.frames.query import ProjectQuery
from embedded_app.ids import CompanyId, ProjectId
from embedded_app.panels import PanelRef
from embedded_app.procore import Project
from embedded_app.web.formatting import plural


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """A project. `jobs` is empty text without one."""

    name: str
    href: str
    number: str
    jobs: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class CompanyPage:
    """Context of ``frames/company.html``.

    Args:
        title: the company.
        subtitle: how many projects, and what is compared in them.
        viewer_name: who is signed in.
        settings_address: our settings pages, for a tab of their own.
        projects: those with a job first, then by name.
        without_job: how many of them have no job.
        blank: in place of the table, `None` where the table is.
        announce: for screen readers, after the page changed.
    """

    title: str
    subtitle: str
    viewer_name: str
    settings_address: str
    projects: tuple[ProjectLine, ...]
    without_job: int
    blank: Blank | None
    announce: str


def company_page(
    company_id: CompanyId,
    *,
    company_name: str,
    projects: Sequence[Project],
    jobs: Mapping[ProjectId, Sequence[str]],
    panels: Sequence[PanelRef],
    viewer_name: str,
) -> CompanyPage:
    """The page for the projects that Procore shows this viewer; what is in them is read on their own pages."""
    lines = [
        ProjectLine(
            name=project.name,
            href=ProjectQuery(company_id, project.id).address,
            number=project.number or "",
            jobs=", ".join(jobs.get(project.id, ())),
            is_active=project.active is not False,
        )
        for project in projects
    ]
    lines.sort(key=lambda line: (not line.jobs, not line.is_active, line.name.casefold()))
    names = ", ".join(panel.name for panel in panels)
    return CompanyPage(
        title=company_name,
        subtitle=" · ".join(filter(None, (plural(len(lines), "project", "projects"), names))),
        viewer_name=viewer_name,
        settings_address=url_for("settings.overview"),
        projects=tuple(lines),
        without_job=sum(1 for line in lines if not line.jobs),
        blank=None
        if lines
        else Blank(
            "No projects",
            "Procore shows you no project of this company. Ask a project administrator.",
            "info",
        ),
        announce=plural(len(lines), "project", "projects"),
    )
