"""Sources: the list, and the form that adds or changes one, with test and preview before anything is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from embedded_app.errors import InputError, InvalidField, SourceBusy, SourceError, UnknownOption
from embedded_app.principals import actor_of, current_viewer
from embedded_app.services import services
from embedded_app.settings.blueprint import blueprint
from embedded_app.settings.shell import Shell, shell
from embedded_app.sources import Connector, Draft, Input, RowSet, Source, TestReport
from embedded_app.sources.files import LARGEST_FILE
from embedded_app.web.access import administrator
from embedded_app.web.bounds import LARGE_FORM, Body
from embedded_app.web.headers import Kind
from embedded_app.web.pages import render

_PREVIEW_ROWS = 5
_STEP_CONNECT, _STEP_TEST, _STEP_SAVE = 2, 3, 4
_SHOWN_REJECTS = 20
_CHANGED_MEANWHILE = (
    "Somebody else changed this source while you were editing it. What you typed is still here, "
    "but for passwords. Save again to replace the other change."
)


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source on the list. `failure` is empty while the last reading succeeded."""

    id: UUID
    name: str
    kind: str
    connector: str
    keep: str
    last_success_at: datetime | None
    row_count: int | None
    failure: str


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """The list, and the kinds that can be added. `saved` names the source that was saved just now, or is empty."""

    shell: Shell
    sources: tuple[SourceLine, ...]
    connectors: tuple[Connector, ...]
    saved: str
    problem: str


@dataclass(frozen=True, slots=True)
class SourcePage:
    """The form of one source.

    Attributes:
        source_id: `None` while it is new.
        version: of the saved source that the form was filled in from, 0 for a new one.
        values: what stands in the fields; a secret never does.
        stored_secrets: names of secrets that are kept; leaving their fields empty keeps them.
        file_name: of the uploaded file that `values` names; empty without one, or when it is gone.
        step: how far one is, as a number of Kind, Connect, Test and Save.
        key_options: values and texts for the choice of the key, once the source was read.
        errors: one sentence per field; `problem` is one for the page.
        used_by: names of panels that show the source.
    """

    shell: Shell
    source_id: UUID | None
    version: int
    connector: Connector
    step: int
    values: Mapping[str, str]
    stored_secrets: frozenset[str]
    file_name: str
    key_options: tuple[tuple[str, str], ...]
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    report: TestReport | None = None
    preview: RowSet | None = None
    shown_rejects: int = _SHOWN_REJECTS
    used_by: tuple[str, ...] = ()


@blueprint.get("/settings/sources", endpoint="sources")
@administrator
@Kind.STANDALONE
def list_sources() -> Response:
    return _list_page(saved_id=request.args.get("saved", ""))


@blueprint.get("/settings/sources/new")
@administrator
@Kind.STANDALONE
def new_source() -> Response:
    return _form_page(_connector(request.args.get("kind", "")), None, {})


@blueprint.get("/settings/sources/<uuid:source_id>")
@administrator
@Kind.STANDALONE
def source(source_id: UUID) -> Response:
    found = services().sources.get_(source_id)
    refusal = services().sources.find_refusal(source_id)
    return _form_page(_connector(found.kind), found, _values_of(found), problem=refusal or "")


@blueprint.post("/settings/sources/<uuid:source_id>/test")
@administrator
@Kind.STANDALONE
def test_source(source_id: UUID) -> Response:
    """Test a source as it is saved."""
    found = services().sources.get_(source_id)
    connector, values = _connector(found.kind), _values_of(found)
    refusal = services().sources.find_refusal(source_id)
    if refusal is not None:
        return _form_page(connector, found, values, problem=refusal)
    return _test_page(connector, found, values, source_id)


@blueprint.post("/settings/sources/save")
@administrator
@Kind.STANDALONE
@Body(LARGEST_FILE + LARGE_FORM.most_bytes)
def save_source() -> AnyResponse:
    """Test or save what was filled in; whatever is wrong shows the same page with what was typed."""
    service, actor = services().sources, actor_of(current_viewer())
    found = service.get_(_source_id(request.form["source_id"])) if request.form.get("source_id") else None
    connector = _connector(found.kind if found else request.form.get("kind", ""))
    form = dict(request.form)
    if found and form.get("version") != str(found.version):
        return _form_page(connector, found, form, problem=_CHANGED_MEANWHILE)
    try:
        form |= _uploaded(connector)
        draft = service.draft(form, source_id=found.id if found else None)
        form |= _numbers_as_read(connector, draft)
        if request.form.get("act") == "test":
            return _test_page(connector, found, form, draft)
        saved = service.update(found.id, draft, actor=actor) if found else service.create(draft, actor=actor)
    except InvalidField as error:
        return _form_page(connector, found, form, errors={error.field: error.sentence})
    except (InputError, SourceError) as error:
        return _form_page(connector, found, form, problem=error.sentence)
    return redirect(url_for("settings.sources", saved=saved.id), 303)


@blueprint.post("/settings/sources/<uuid:source_id>/delete")
@administrator
@Kind.STANDALONE
def delete_source(source_id: UUID) -> AnyResponse:
    try:
        services().sources.delete(source_id, actor=actor_of(current_viewer()))
    except InputError as error:
        return _list_page(problem=error.sentence)
    return redirect(url_for("settings.sources"), 303)


def _connector(kind: str) -> Connector:
    for connector in services().sources.connectors():
        if connector.kind == kind:
            return connector
    raise UnknownOption("There is no such kind of source. Choose one of the list.")


def _uploaded(connector: Connector) -> dict[str, str]:
    """The file option of the form, once the file that came with it is kept; nothing when none came."""
    for option in connector.options:
        sent = request.files.get(option.name)
        if option.input is Input.FILE and sent is not None and sent.filename:
            actor = actor_of(current_viewer())
            file_id = services().sources.upload(sent.filename, sent.read(), actor=actor)
            return {option.name: str(file_id)}
    return {}


def _test_page(
    connector: Connector, found: Source | None, form: Mapping[str, str], target: Draft | UUID
) -> Response:
    try:
        report = services().sources.test(target, actor=actor_of(current_viewer()))
    except SourceBusy as busy:
        return _form_page(connector, found, form, problem=busy.sentence)
    preview, problem = None, ""
    if report.ok:
        try:
            preview = services().sources.preview(target, _PREVIEW_ROWS)
        except SourceError as error:
            problem = error.sentence
    return _form_page(connector, found, form, problem=problem, report=report, preview=preview)


def _numbers_as_read(connector: Connector, draft: Draft) -> dict[str, str]:
    numbers = {o.name: draft.settings[o.name] for o in connector.options if o.input is Input.NUMBER}
    return numbers | {"keep_seconds": str(draft.keep_seconds)}


def _list_page(saved_id: str = "", problem: str = "") -> Response:
    service = services().sources
    known = service.list_()
    page = SourcesPage(
        shell=shell("sources"),
        sources=tuple(_line(each, _connector(each.kind)) for each in known),
        connectors=service.connectors(),
        saved=next((each.name for each in known if str(each.id) == saved_id), ""),
        problem=problem,
    )
    return render("settings/sources.html", page, 422 if problem else 200)


def _line(found: Source, connector: Connector) -> SourceLine:
    return SourceLine(
        id=found.id,
        name=found.name,
        kind=connector.label,
        connector=connector.kind,
        keep=f"Live, kept {found.keep_seconds} s" if connector.live else "When a file is uploaded",
        last_success_at=found.last_success_at,
        row_count=found.row_count,
        failure=found.last_failure or "" if found.last_failure_code else "",
    )


def _form_page(
    connector: Connector,
    found: Source | None,
    values: Mapping[str, str],
    *,
    errors: Mapping[str, str] | None = None,
    problem: str = "",
    report: TestReport | None = None,
    preview: RowSet | None = None,
) -> Response:
    page = SourcePage(
        shell=shell("sources"),
        source_id=found.id if found else None,
        version=found.version if found else 0,
        connector=connector,
        step=_STEP_SAVE if preview else _STEP_TEST if report else _STEP_CONNECT,
        values=values,
        stored_secrets=services().sources.secret_names(found.id) if found else frozenset(),
        file_name=_file_name(connector, values),
        key_options=_key_options(found, preview),
        errors=errors or {},
        problem=problem,
        report=report,
        preview=preview,
        used_by=tuple(services().panels.editor.uses_of(found.id)) if found else (),
    )
    return render("settings/source.html", page, 422 if errors or problem else 200)


def _file_name(connector: Connector, values: Mapping[str, str]) -> str:
    ids = (values.get(option.name) for option in connector.options if option.input is Input.FILE)
    try:
        return next((services().sources.file_name(file_id) for file_id in ids if file_id), "")
    except InvalidField:
        return ""


def _key_options(found: Source | None, preview: RowSet | None) -> tuple[tuple[str, str], ...]:
    saved = [column["name"] for column in found.columns] if found else []
    names = [column.name for column in preview.columns] if preview else saved
    return (("", "The number of the line"), *((name, name) for name in names)) if names else ()


def _values_of(found: Source) -> dict[str, str]:
    """What the form of a saved source starts with; no secret is among the settings."""
    return {
        **found.settings,
        "name": found.name,
        "key_column": found.key_column or "",
        "keep_seconds": str(found.keep_seconds),
    }


def _source_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise UnknownOption("This source is no longer there.") from error
