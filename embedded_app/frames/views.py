"""The embedded pages: shells without data that Procore frames, and the pieces they fetch with the bearer.

Ids in the address are claims. A piece is built only after the company was found to be the session's and the
project was read with the viewer's own token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from flask import Blueprint, Response, request

from embedded_app.errors import CompanyMismatch, LinkError, PermissionMissing, UnknownOption
from embedded_app.frames.export import as_csv
from embedded_app.frames.presenters import record as record_pages
from embedded_app.frames.presenters.company import company_page
from embedded_app.frames.presenters.parts import Banner, Blank
from embedded_app.frames.presenters.project import ProjectPresenter
from embedded_app.frames.presenters.project_page import ProjectPage, page_without_panels
from embedded_app.frames.presenters.record import RecordPage, RecordPresenter, page_without_record
from embedded_app.frames.presenters.states import is_refused
from embedded_app.frames.query import ProjectQuery, RecordQuery
from embedded_app.ids import CompanyId, ProjectId
from embedded_app.panels import PanelRef, PanelView, Record, RecordKey, family_of_view
from embedded_app.principals import Viewer, actor_of, current_viewer
from embedded_app.procore import Project
from embedded_app.services import services
from embedded_app.storage import Company, db, give_connection_back
from embedded_app.web import access, fragments, pages
from embedded_app.web.headers import Kind

blueprint = Blueprint("frames", __name__)


@dataclass(frozen=True, slots=True)
class PanelShell:
    """`host_origins`: those whose messages the side panel listens to, with spaces between."""

    host_origins: str


@blueprint.get("/frame/project")
@access.public
@Kind.FRAME
def project() -> Response:
    """Full screen: the shell of a project, or of the company where Procore filled in none.

    One address is registered for both levels. At company level the project's token becomes empty or stays as it
    is; the platform does not say which (platform reference, section 3.2).
    """
    if not request.args.get("project_id", "0").isdecimal():
        return company()
    return pages.render("frames/shell_project.html")


@blueprint.get("/frame/company")
@access.public
@Kind.FRAME
def company() -> Response:
    """Full screen at company level: the shell."""
    return pages.render("frames/shell_company.html")


@blueprint.get("/frame/panel")
@access.public
@Kind.FRAME
def panel() -> Response:
    """The side panel: the shell. It takes the record from those that may frame us, and from nobody else."""
    ancestors = services().config.procore_frame_ancestors
    return pages.render("frames/shell_panel.html", PanelShell(" ".join(ancestors)))


@blueprint.get("/frame/diag")
@access.public
@Kind.FRAME
def diag() -> Response:
    """What the browser lets a frame do, to be opened once inside Procore; no data, no login."""
    return pages.render("frames/diag.html")


@blueprint.get("/frame/project/view")
@access.frame_bearer
@Kind.FRAGMENT
def project_view() -> Response:
    """A project: one panel, its findings, totals and details."""
    page = _project_page(ProjectQuery.parse(request.args), may_lag=True)
    return fragments.render("frames/project.html", page)


@blueprint.get("/frame/project/line")
@access.frame_bearer
@Kind.FRAGMENT
def line() -> Response:
    """The detail of one line of the project's view, fetched when somebody opens it."""
    query = ProjectQuery.parse(request.args)
    read = _read_project(query, may_lag=True)  # as the page around it, which fetches it again with itself
    return fragments.render("frames/line.html", read.presenter(query).line())


@blueprint.get("/frame/project/export.csv")
@access.frame_bearer
@Kind.FRAGMENT
def export() -> Response:
    """The lines that the project's view shows, on all pages."""
    query = ProjectQuery.parse(request.args)
    read = _read_project(query)
    if read.view is None:
        raise UnknownOption("There is nothing to export yet.")
    presenter = read.presenter(query)
    text = as_csv(read.view, presenter.chosen(), presenter.all_lines)
    response = Response(text, mimetype="text/csv")
    name = f"{read.view.panel.family.many}-{query.project_id}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.get("/frame/panel/view")
@access.frame_bearer
@Kind.FRAGMENT
def panel_view() -> Response:
    """The side panel's record."""
    page = _record_page(RecordQuery.parse(request.args), may_lag=True)
    return fragments.render("frames/record.html", page)


@blueprint.get("/frame/company/view")
@access.frame_bearer
@Kind.FRAGMENT
def company_view() -> Response:
    """The viewer's projects."""
    viewer = current_viewer()
    company_id = services().principals.verify_company(viewer, request.args.get("company_id"))
    service = services().panels
    published = service.views.published()
    jobs: dict[ProjectId, list[str]] = {}
    for assigned in service.jobs.list_():
        jobs.setdefault(assigned.project_id, []).append(assigned.job)
    name = _company(viewer).name
    give_connection_back()  # Procore is asked next
    projects = services().principals.company_api(viewer).projects.list().value
    return fragments.render(
        "frames/company.html",
        company_page(
            company_id,
            company_name=name,
            projects=projects,
            jobs=jobs,
            panels=published,
            viewer_name=viewer.name,
        ),
    )


@blueprint.post("/frame/links")
@access.frame_bearer
@Kind.FRAGMENT
def links() -> Response:
    """Link, unlink, "Not this one", and taking that back; answers with the view that it was done in."""
    form = request.form
    if form.get("from") == "record":
        query = RecordQuery.parse(form)
        read = _read_record(query)
        notice = _decide(read.view, form)
        return fragments.render("frames/record.html", _record_page(query, notice))
    project_query = ProjectQuery.parse(form)
    project_read = _read_project(project_query)
    notice = _decide(project_read.view, form)
    return fragments.render("frames/project.html", _project_page(project_query, notice))


_ACTS: Mapping[str, tuple[str, str]] = {
    "confirm": ("Linked", "You can unlink it again on the same line."),
    "reject": (
        "Kept apart",
        "This row is no longer proposed for the record. You can take that back below it.",
    ),
    "break": ("Unlinked", "Nothing changed in Procore or in the source, and you can link it again."),
    "reconsider": ("Taken back", "The row may be proposed for the record again."),
}
_NOTHING_TO_DO: Mapping[str, str] = {
    "confirm": "It was linked already",
    "reject": "It was kept apart already",
    "break": "It was unlinked already",
    "reconsider": "It was taken back already",
}


def _decide(view: PanelView | None, form: Mapping[str, str]) -> Banner:
    """Do what the form says, and tell the outcome."""
    act = form.get("act", "")
    if view is None or act not in _ACTS:
        raise UnknownOption("Nothing was changed. Open the page again and repeat the step.")
    key, row_id = RecordKey.parse(form.get("record", "")), form.get("row_id", "")
    use_cases: Mapping[str, Callable[..., bool]] = {
        "confirm": services().panels.links.confirm,
        "reject": services().panels.links.reject,
        "break": services().panels.links.break_,
        "reconsider": services().panels.links.reconsider,
    }
    try:
        is_changed = use_cases[act](view, key, row_id, actor_of(current_viewer()))
    except LinkError as error:
        return Banner("The link was not changed", error.sentence, "bad", role="alert")
    if not is_changed:
        return Banner(
            _NOTHING_TO_DO[act], "Nothing was changed. You see how it stands now.", "info", role="status"
        )
    title, sentence = _ACTS[act]
    return Banner(title, sentence, "ok", role="status")


@dataclass(frozen=True, slots=True)
class _ProjectRead:
    """What a view of a project is written from; `view` is `None` while no panel is published."""

    viewer: Viewer
    project: Project
    panels: tuple[PanelRef, ...]
    view: PanelView | None
    web_base_url: str | None

    def presenter(self, query: ProjectQuery, explanation: tuple[str, ...] = ()) -> ProjectPresenter:
        if self.view is None:
            raise UnknownOption("There is no panel yet.")
        return ProjectPresenter(
            self.view,
            self.project,
            query,
            panels=self.panels,
            viewer_name=self.viewer.name,
            web_base_url=self.web_base_url,
            explanation=explanation,
        )


def _read_project(query: ProjectQuery, *, may_lag: bool = False) -> _ProjectRead:
    viewer = _viewer_in(query.company_id)
    service = services().panels.views
    published = service.published()
    web_base_url = _company(viewer).web_base_url
    chosen = _chosen(published, query.panel_id)
    project = _verified(viewer, query.project_id, chosen, may_lag=may_lag)
    view = (
        service.assemble(chosen, viewer, project.id, refresh=_wants_refresh(), may_lag=may_lag)
        if chosen is not None
        else None
    )
    return _ProjectRead(viewer, project, published, view, web_base_url)


def _project_page(query: ProjectQuery, notice: Banner | None = None, *, may_lag: bool = False) -> ProjectPage:
    read = _read_project(query, may_lag=may_lag)
    if read.view is None:
        return page_without_panels(read.project, query, read.viewer.name)
    query = replace(query, panel_id=read.view.panel.id)
    return read.presenter(query, _explanation(read.viewer, read.view)).page(notice)


@dataclass(frozen=True, slots=True)
class _RecordRead:
    """What the side panel is written from; without a `view` the `page` says why there is none."""

    page: RecordPage | None
    viewer: Viewer
    panels: tuple[PanelRef, ...]
    view: PanelView | None
    record: Record | None
    web_base_url: str | None


def _read_record(query: RecordQuery, *, may_lag: bool = False) -> _RecordRead:
    viewer = _viewer_in(query.company_id)
    service = services().panels.views
    shown = family_of_view(query.view)
    published = tuple(each for each in service.published() if shown is not None and each.family is shown[0])
    web_base_url = _company(viewer).web_base_url
    chosen = _chosen(published, query.panel_id) if query.record_id is not None else None
    project = _verified(viewer, query.project_id, chosen, may_lag=may_lag)

    def nothing(blank: Blank) -> _RecordRead:
        page = page_without_record(query, viewer.name, blank)
        return _RecordRead(page, viewer, published, None, None, web_base_url)

    if query.record_id is None:
        return nothing(record_pages.NO_RECORD)
    if shown is None:
        return nothing(record_pages.NO_FAMILY)
    if chosen is None:
        return nothing(record_pages.NO_PANEL)
    view = service.assemble(chosen, viewer, project.id, refresh=_wants_refresh(), may_lag=may_lag)
    key = RecordKey(shown[1], query.record_id)
    record = next((each for each in view.records.records or () if each.key == key), None)
    return _RecordRead(None, viewer, published, view, record, web_base_url)


def _record_page(query: RecordQuery, notice: Banner | None = None, *, may_lag: bool = False) -> RecordPage:
    read = _read_record(query, may_lag=may_lag)
    if read.view is None:
        assert read.page is not None
        return read.page
    return RecordPresenter(
        read.view,
        read.record,
        query,
        panels=read.panels,
        viewer_name=read.viewer.name,
        web_base_url=read.web_base_url,
        explanation=_explanation(read.viewer, read.view),
    ).page(notice)


def _explanation(viewer: Viewer, view: PanelView) -> tuple[str, ...]:
    """Why Procore does not show the records, for an administrator to whom it does not."""
    if not is_refused(view):
        return ()
    return services().principals.explain_no_access(viewer, view.project_id)


def _viewer_in(company_id: CompanyId) -> Viewer:
    """The viewer, if the session is this company's."""
    viewer = current_viewer()
    if company_id != viewer.company_id:
        raise CompanyMismatch
    return viewer


def _verified(
    viewer: Viewer, project_id: ProjectId, panel: PanelRef | None, *, may_lag: bool = False
) -> Project:
    """The project, if Procore shows it to the viewer; the records of `panel` are read at the same time."""
    give_connection_back()  # Procore is asked next
    begin = partial(services().panels.views.anticipate, may_lag=may_lag)
    meanwhile = (
        partial(begin, panel, viewer, project_id) if panel is not None and not _wants_refresh() else None
    )
    service = services().principals
    try:
        return service.verify_project(
            viewer, project_id, meanwhile=meanwhile, for_write=request.method == "POST"
        )
    except PermissionMissing as refusal:
        raise PermissionMissing(explanation=service.explain_no_access(viewer, project_id)) from refusal


def _chosen(published: tuple[PanelRef, ...], panel_id: object) -> PanelRef | None:
    """The panel asked for, or the first one; a panel that is gone is not worth an error."""
    return next((each for each in published if each.id == panel_id), next(iter(published), None))


def _company(viewer: Viewer) -> Company:
    company = db.session.get(Company, viewer.company_id)
    if company is None:
        raise CompanyMismatch
    return company


def _wants_refresh() -> bool:
    return request.method == "GET" and request.args.get("refresh") == "1"
