"""The list of panels and the editor of one: keys, columns, comparisons, audience, preview, publish."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from embedded_app.errors import (
    EmbeddedAppError,
    InputError,
    InvalidField,
    ProcoreError,
    SourceError,
    UnknownOption,
)
from embedded_app.ids import whole_number
from embedded_app.panels import Audience, ColumnLine, ComparisonLine, Family, KeyLine, PanelForm, PanelSummary
from embedded_app.panels.families import family_of
from embedded_app.principals import actor_of, current_viewer
from embedded_app.reconciliation import FieldKind
from embedded_app.services import services
from embedded_app.settings.blueprint import blueprint
from embedded_app.settings.known_jobs import jobs_of
from embedded_app.settings.panel_forms import preset_options, read_form
from embedded_app.settings.panel_preview import PreviewPart, part_of
from embedded_app.settings.shell import Shell, shell
from embedded_app.web.access import administrator
from embedded_app.web.bounds import LARGE_FORM
from embedded_app.web.headers import Kind
from embedded_app.web.pages import render

_EMPTY_LINES = 2  # to be filled in; saving gives two more
Option = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PanelsPage:
    """The list. A new panel is of one of the `families` and one of the `sources`, given as options.

    `undecided` are the panels about whose rows without a record an administrator has yet to decide; `notice` is
    how it stands after a decision.
    """

    shell: Shell
    panels: tuple[PanelSummary, ...]
    undecided: tuple[Undecided, ...]
    notice: str
    families: tuple[Option, ...]
    sources: tuple[Option, ...]
    error: str


@dataclass(frozen=True, slots=True)
class Undecided:
    """A panel whose rows without a record reach `who`; its version goes with the decision."""

    panel_id: UUID
    name: str
    who: str
    admins: str
    version: int


@dataclass(frozen=True, slots=True)
class EditorPage:
    """The editor.

    Attributes:
        panel_id: `None` for a panel that was not saved yet.
        version: of the panel that the form changes; saving is refused when it is no longer the latest.
        form: what is on the page, with empty lines at the end of each list.
        fields, columns: what may be chosen on either side, as options.
        money_fields: what the tiles may add up.
        normalizer_options: for a chain of normalizers, the ways to read a key, with that chain among them.
        problem: a sentence for the whole page; `errors` holds one per field, named as `PanelForm` says.
        is_outdated: somebody else saved the panel meanwhile.
        saved: it was saved, or published, just now; `unchanged` when there was nothing to save.
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
    field_kinds: Mapping[str, FieldKind]
    money_fields: tuple[Option, ...]
    normalizer_options: Callable[[tuple[str, ...]], tuple[Option, ...]]
    projects: tuple[Option, ...]
    project_id: str
    errors: dict[str, str]
    problem: str
    is_outdated: bool
    preview: PreviewPart | None
    saved: bool
    unchanged: bool


@blueprint.get("/settings/panels")
@administrator
@Kind.STANDALONE
def panels() -> Response:
    return _list_page(notice=_decided())


@blueprint.get("/settings/panels/new")
@administrator
@Kind.STANDALONE
def new_panel() -> Response:
    source_id, family = request.args.get("source_id", ""), request.args.get("family", "commitments")
    try:
        form = services().panels.editor.suggest(family, UUID(source_id))
    except ValueError:
        return _list_page("Choose the source whose rows the panel shows.")
    except SourceError as error:
        return _list_page(error.sentence)
    return _editor_page(form)


@blueprint.get("/settings/panels/<uuid:panel_id>")
@administrator
@Kind.STANDALONE
def panel(panel_id: UUID) -> Response:
    edited = services().panels.editor.get(panel_id)
    return _editor_page(
        edited.form,
        edited.summary,
        saved="saved" in request.args,
        unchanged="unchanged" in request.args,
    )


@blueprint.post("/settings/panels/save")
@administrator
@Kind.STANDALONE
@LARGE_FORM
def save_panel() -> AnyResponse:
    """Preview, save or publish what the editor sent; a mistake shows the same page with what was typed."""
    form = read_form(request.form)
    editor = services().panels.editor
    summary = editor.get(_uuid(request.form["panel_id"])).summary if request.form.get("panel_id") else None
    actor = actor_of(current_viewer())
    act = request.form.get("act", "save")
    try:
        if act == "preview":
            form, preview = _preview(form, summary)
            return _editor_page(form, summary, preview=preview)
        if summary is None:
            panel_id, is_changed = editor.create(form, actor), True
        else:
            panel_id = summary.id
            is_changed = editor.update(panel_id, form, actor, version=_version())
        if act == "publish":
            is_changed = editor.publish(panel_id, actor) or is_changed
    except (InputError, SourceError, ProcoreError) as error:
        return _editor_page(form, summary, error=error)
    saved, unchanged = (1, None) if is_changed else (None, 1)
    return redirect(url_for("settings.panel", panel_id=panel_id, saved=saved, unchanged=unchanged), 303)


@blueprint.post("/settings/panels/<uuid:panel_id>/<any(publish,unpublish,delete,up,down):act>")
@administrator
@Kind.STANDALONE
def change_panel(panel_id: UUID, act: str) -> AnyResponse:
    editor, actor = services().panels.editor, actor_of(current_viewer())
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


@blueprint.post("/settings/panels/<uuid:panel_id>/rows-without-a-record/<any(narrow,keep):decision>")
@administrator
@Kind.STANDALONE
def decide_unmatched(panel_id: UUID, decision: str) -> AnyResponse:
    """Who sees rows without a record in a panel from before the choice began at Admin: once for each."""
    review, actor = services().panels.unmatched_review, actor_of(current_viewer())
    decide = review.narrow if decision == "narrow" else review.keep
    try:
        is_changed = decide(panel_id, actor, version=_version())
    except InputError as error:
        return _list_page(error.sentence)
    decided, before = (panel_id, None) if is_changed else (None, panel_id)
    return redirect(url_for("settings.panels", decided=decided, decided_before=before), 303)


def _decided() -> str:
    """How it stands after the decision that led here; empty when none did."""
    for name, lead in (("decided", ""), ("decided_before", "Somebody decided before. ")):
        if name in request.args:
            try:
                reach = services().panels.unmatched_review.get(_uuid(request.args[name]))
            except UnknownOption:
                return ""
            who = _who(reach.audience, reach.family)
            return f"{lead}{reach.name}: rows without a {reach.family.one} are for {who}."
    return ""


def _who(audience: Audience, family: Family) -> str:
    return {
        Audience.READERS: f"everybody who reads {family.many}",
        Audience.STANDARD: f"people with Standard or Admin on {family.many}",
        Audience.ADMINS: f"people with Admin on {family.many}",
        Audience.ADMINISTRATORS: "company administrators",
    }[audience]


def _undecided() -> tuple[Undecided, ...]:
    return tuple(
        Undecided(
            reach.panel_id,
            reach.name,
            _who(reach.audience, reach.family),
            _who(Audience.ADMINS, reach.family),
            reach.version,
        )
        for reach in services().panels.unmatched_review.list_()
    )


def _preview(form: PanelForm, summary: PanelSummary | None) -> tuple[PanelForm, PreviewPart]:
    """The form as it was read, and what it would find."""
    viewer = current_viewer()
    project = services().principals.verify_project(viewer, request.form.get("project_id"))
    found = services().panels.editor.preview(
        form, viewer, project.id, panel_id=summary.id if summary else None
    )
    source = services().sources.get_(found.view.panel.source_id)
    known = jobs_of(source, form.job_column) if found.view.rows.is_withheld else None
    return found.form, part_of(found, family_of(form.family), known)


def _list_page(error: str = "", *, notice: str = "") -> Response:
    editor = services().panels.editor
    page = PanelsPage(
        shell=shell("panels"),
        panels=editor.list_(),
        undecided=_undecided(),
        notice=notice,
        families=tuple((family.name, family.many.capitalize()) for family in editor.families()),
        sources=tuple((str(source.id), source.name) for source in services().sources.list_()),
        error=error,
    )
    return render("settings/panels.html", page, 422 if error else 200)


def _editor_page(
    form: PanelForm,
    summary: PanelSummary | None = None,
    *,
    error: EmbeddedAppError | None = None,
    preview: PreviewPart | None = None,
    saved: bool = False,
    unchanged: bool = False,
) -> Response:
    family = family_of(form.family)
    source = services().sources.get_(_uuid(form.source_id))
    columns = services().panels.editor.columns(source.id)
    errors = {error.field: error.sentence} if isinstance(error, InvalidField) else {}
    is_outdated = errors.pop("version", None) is not None
    errors.pop("source_id", None)  # no field of the page: a sentence for all of it
    page = EditorPage(
        shell=shell("panels"),
        panel_id=summary.id if summary else None,
        summary=summary,
        version=summary.version if summary else 0,
        family=family,
        source_name=source.name,
        form=_with_empty_lines(form),
        fields=tuple((field.name, field.label) for field in family.fields),
        columns=tuple((column.name, f"{column.name} ({column.kind})") for column in columns),
        field_kinds={field.name: field.kind for field in family.fields},
        money_fields=tuple(
            (field.name, field.label) for field in family.fields if field.kind is FieldKind.MONEY
        ),
        normalizer_options=preset_options,
        projects=_projects(),
        project_id=request.form.get("project_id", ""),
        errors=errors,
        problem="" if error is None or errors or is_outdated else error.sentence,
        is_outdated=is_outdated,
        preview=preview,
        saved=saved,
        unchanged=unchanged,
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


def _projects() -> tuple[Option, ...]:
    """Projects that have a job; without one there is nothing to preview."""
    with_jobs = {job.project_id for job in services().panels.jobs.list_()}
    try:
        known = services().principals.company_api(current_viewer()).projects.list().value
    except ProcoreError:
        return tuple((str(project_id), f"Project {project_id}") for project_id in sorted(with_jobs))
    return tuple((str(project.id), project.name) for project in known if project.id in with_jobs)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise UnknownOption("This is no longer there. Open the list of panels again.") from error


def _version() -> int:
    return whole_number(request.form.get("version", "")) or 0
