"""The list of panels and the editor of one: keys, columns, comparisons, audience, preview, publish."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from embedded_app import panels as panel_package
from embedded_app import principals, sources
from embedded_app.errors import (
    EmbeddedAppError,
    InputError,
    InvalidField,
    ProcoreError,
    SourceError,
    UnknownOption,
)
from embedded_app.ids import parse_project_id
from embedded_app.panels.editor import PanelSummary, Preview
from embedded_app.panels.families import Family, family_of
from embedded_app.panels.forms import ColumnLine, ComparisonLine, KeyLine, PanelForm
from embedded_app.principals import actor_of, current_viewer
from embedded_app.settings.blueprint import blueprint
from embedded_app.settings.panel_forms import preset_options, read_form
from embedded_app.settings.shell import Shell, shell
from embedded_app.sources import Column
from embedded_app.web.access import administrator
from embedded_app.web.headers import Kind
from embedded_app.web.pages import render

_EMPTY_LINES = 2  # to be filled in; saving gives two more
Option = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PanelsPage:
    """The list. `sources` are what a new panel may use."""

    shell: Shell
    panels: tuple[PanelSummary, ...]
    families: tuple[Family, ...]
    sources: tuple[Option, ...]
    error: str


@dataclass(frozen=True, slots=True)
class EditorPage:
    """The editor.

    Attributes:
        panel_id: `None` for a panel that was not saved yet.
        form: what is on the page, with empty lines at the end of each list.
        fields, columns: what may be chosen on either side, as options.
        problem: a sentence for the whole page; `errors` holds one per field, named as `PanelForm` says.
        preview: what the form would find, after the administrator asked.
    """

    shell: Shell
    panel_id: UUID | None
    summary: PanelSummary | None
    version: int
    family: Family
    source_name: str
    form: PanelForm
    fields: tuple[Option, ...]
    columns: tuple[Option, ...]
    money_fields: tuple[Option, ...]
    projects: tuple[Option, ...]
    project_id: str
    errors: dict[str, str]
    problem: str
    preview: Preview | None
    saved: bool

    def options_of(self, chain: tuple[str, ...]) -> tuple[Option, ...]:
        """The ways to normalise, with the one in use."""
        return preset_options(chain)


@blueprint.get("/settings/panels")
@administrator
@Kind.STANDALONE
def panels() -> Response:
    return _list_page()


@blueprint.get("/settings/panels/new")
@administrator
@Kind.STANDALONE
def new_panel() -> Response:
    source_id, family = request.args.get("source_id", ""), request.args.get("family", "commitments")
    try:
        form = panel_package.service().editor.suggest(family, UUID(source_id))
    except ValueError:
        return _list_page("Choose the source whose rows the panel shows.")
    except SourceError as error:
        return _list_page(error.sentence)
    return _editor_page(form)


@blueprint.get("/settings/panels/<uuid:panel_id>")
@administrator
@Kind.STANDALONE
def panel(panel_id: UUID) -> Response:
    edited = panel_package.service().editor.get(panel_id)
    return _editor_page(edited.form, edited.summary, saved="saved" in request.args)


@blueprint.post("/settings/panels/save")
@administrator
@Kind.STANDALONE
def save_panel() -> AnyResponse:
    """Preview, save or publish what the editor sent; a mistake shows the same page with what was typed."""
    form = read_form(request.form)
    editor = panel_package.service().editor
    panel_id = _panel_id(request.form.get("panel_id", ""))
    summary = editor.get(panel_id).summary if panel_id else None
    actor = actor_of(current_viewer())
    act = request.form.get("act", "save")
    try:
        if act == "preview":
            project_id = parse_project_id(request.form.get("project_id"))
            found = editor.preview(form, current_viewer(), project_id)
            return _editor_page(form, summary, preview=found)
        if panel_id is None:
            panel_id = editor.create(form, actor)
        else:
            editor.update(panel_id, form, actor, version=int(request.form.get("version", "0")))
        if act == "publish":
            editor.publish(panel_id, actor)
    except InvalidField as error:
        return _editor_page(form, summary, error=error)
    except (InputError, SourceError, ProcoreError) as error:
        return _editor_page(form, summary, error=error)
    return redirect(url_for("settings.panel", panel_id=panel_id, saved=1), 303)


@blueprint.post("/settings/panels/<uuid:panel_id>/<any(publish,unpublish,delete,up,down):act>")
@administrator
@Kind.STANDALONE
def change_panel(panel_id: UUID, act: str) -> AnyResponse:
    editor, actor = panel_package.service().editor, actor_of(current_viewer())
    match act:
        case "publish":
            editor.publish(panel_id, actor)
        case "unpublish":
            editor.unpublish(panel_id, actor)
        case "delete":
            editor.delete(panel_id, actor)
        case _:
            editor.move(panel_id, -1 if act == "up" else 1, actor)
    return redirect(url_for("settings.panels"), 303)


def _list_page(error: str = "") -> Response:
    editor = panel_package.service().editor
    page = PanelsPage(
        shell=shell("panels"),
        panels=editor.list_(),
        families=editor.families(),
        sources=tuple((str(source.id), source.name) for source in sources.service().list_()),
        error=error,
    )
    return render("settings/panels.html", page, 422 if error else 200)


def _editor_page(
    form: PanelForm,
    summary: PanelSummary | None = None,
    *,
    error: EmbeddedAppError | None = None,
    preview: Preview | None = None,
    saved: bool = False,
) -> Response:
    family = family_of(form.family)
    columns: tuple[Column, ...] = ()
    problem = "" if error is None or isinstance(error, InvalidField) else error.sentence
    try:
        columns = panel_package.service().editor.columns(UUID(form.source_id))
    except SourceError as failure:
        problem = failure.sentence
    page = EditorPage(
        shell=shell("panels"),
        panel_id=summary.id if summary else None,
        summary=summary,
        version=summary.version if summary else 0,
        family=family,
        source_name=_source_name(form),
        form=_with_empty_lines(form),
        fields=tuple((field.name, field.label) for field in family.fields),
        columns=tuple((column.name, f"{column.name} ({column.kind})") for column in columns),
        money_fields=tuple((line.record_field, _label(family, line)) for line in form.comparisons),
        projects=_projects(),
        project_id=request.form.get("project_id", ""),
        errors={error.field: error.sentence} if isinstance(error, InvalidField) else {},
        problem=problem,
        preview=preview,
        saved=saved,
    )
    return render("settings/panel.html", page, 422 if error else 200)


def _with_empty_lines(form: PanelForm) -> PanelForm:
    return replace(
        form,
        keys=form.keys + (KeyLine("", "", ""),) * _EMPTY_LINES,
        comparisons=form.comparisons + (ComparisonLine("", ""),) * _EMPTY_LINES,
        record_columns=form.record_columns + (ColumnLine(""),) * _EMPTY_LINES,
        row_columns=form.row_columns + (ColumnLine(""),) * _EMPTY_LINES,
    )


def _label(family: Family, line: ComparisonLine) -> str:
    field = family.field(line.record_field)
    return line.label or (field.label if field else line.record_field)


def _source_name(form: PanelForm) -> str:
    try:
        return sources.service().get_(UUID(form.source_id)).name
    except ValueError as error:
        raise UnknownOption("Choose the source again.") from error


def _projects() -> tuple[Option, ...]:
    """Projects that have a job; without one there is nothing to preview."""
    with_jobs = {job.project_id for job in panel_package.service().jobs.list_()}
    try:
        known = principals.service().company_api(current_viewer()).projects.list().value
    except ProcoreError:
        return tuple((str(project_id), f"Project {project_id}") for project_id in sorted(with_jobs))
    return tuple((str(project.id), project.name) for project in known if project.id in with_jobs)


def _panel_id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise UnknownOption("This panel is no longer there.") from error
