"""Where the company stands: the way to the first comparison, and what needs a look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Response, request, url_for

from embedded_app.panels import PanelState
from embedded_app.services import services
from embedded_app.settings.blueprint import blueprint
from embedded_app.settings.shell import Shell, shell
from embedded_app.storage import Company, current_company_id, db
from embedded_app.web.access import administrator
from embedded_app.web.headers import Kind
from embedded_app.web.pages import render


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the checklist: what to do, where, and whether it is done."""

    title: str
    sentence: str
    is_done: bool
    href: str
    act: str


@dataclass(frozen=True, slots=True)
class FailingSource:
    """A source whose last reading failed, and why."""

    id: UUID
    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """The first page after installing and ever after.

    Attributes:
        just_installed: whether the installation ended a moment ago.
        steps: in order; the first that is not done is the next one.
        undecided_count: panels about whose rows without a record an administrator has yet to decide.
    """

    shell: Shell
    just_installed: bool
    steps: tuple[Step, ...]
    connected_at: datetime
    connected_by: str
    source_count: int
    published_count: int
    project_count: int
    failing_sources: tuple[FailingSource, ...]
    undecided_count: int


@blueprint.get("/settings")
@administrator
@Kind.STANDALONE
def overview() -> Response:
    company = db.session.get_one(Company, current_company_id())
    known = services().sources.list_()
    published = sum(panel.state is PanelState.PUBLISHED for panel in services().panels.editor.list_())
    with_jobs = {job.project_id for job in services().panels.jobs.list_()}
    page = OverviewPage(
        shell=shell("overview"),
        just_installed="installed" in request.args,
        steps=_steps(has_source=bool(known), has_jobs=bool(with_jobs), is_published=bool(published)),
        connected_at=company.consent_at,
        connected_by=company.consent_by,
        source_count=len(known),
        published_count=published,
        project_count=len(with_jobs),
        failing_sources=tuple(
            FailingSource(source.id, source.name, source.last_failure or "")
            for source in known
            if source.last_failure_code
        ),
        undecided_count=len(services().panels.unmatched_review.list_()),
    )
    return render("settings/overview.html", page)


def _steps(*, has_source: bool, has_jobs: bool, is_published: bool) -> tuple[Step, ...]:
    return (
        Step(
            "Connect Procore",
            "You administer the company, and the app is installed there.",
            is_done=True,
            href=url_for("settings.connection"),
            act="See the connection",
        ),
        Step(
            "Add a source",
            "A SQL database or a spreadsheet. A spreadsheet takes two minutes.",
            has_source,
            url_for("settings.sources"),
            "Add source",
        ),
        Step(
            "Say which job belongs to which project",
            "A panel shows the rows of the project’s jobs.",
            has_jobs,
            url_for("settings.projects"),
            "Assign jobs",
        ),
        Step(
            "Publish a panel",
            "Choose the fields, look at the match rate, and decide who sees it.",
            is_published,
            url_for("settings.panels"),
            "Make a panel",
        ),
    )
