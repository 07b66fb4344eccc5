"""What an administrator does with panels: every use case of the editor page, each one transaction.

All of it works in the company scope that is open, and every change is recorded in the audit log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from embedded_app import audit
from embedded_app.audit import Actor
from embedded_app.clock import Clock
from embedded_app.errors import InvalidField, UnknownOption
from embedded_app.ids import ProjectId
from embedded_app.panels.audience_changes import audience_changes
from embedded_app.panels.definition import PanelDefinition
from embedded_app.panels.families import FAMILIES, Family, family_of
from embedded_app.panels.form_parsing import as_read, form_of, parse_form, parse_name
from embedded_app.panels.forms import PanelForm
from embedded_app.panels.holding import hold, hold_all
from embedded_app.panels.links import pairs_of
from embedded_app.panels.models import LinkState, Panel, PanelState
from embedded_app.panels.service import PanelService
from embedded_app.panels.suggestions import suggest
from embedded_app.panels.view import PanelRef, PanelView
from embedded_app.principals import Viewer
from embedded_app.reconciliation import MatchRate, preview
from embedded_app.sources import Column, SourceService, columns
from embedded_app.storage import db, new_id


@dataclass(frozen=True, slots=True)
class PanelSummary:
    """A line of the list of panels. `family` and `source` are the names people read."""

    id: UUID
    name: str
    family: str
    source_id: UUID
    source: str
    state: PanelState
    has_unpublished_changes: bool
    position: int
    version: int
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class EditedPanel:
    """A panel as the editor opens it."""

    summary: PanelSummary
    form: PanelForm


@dataclass(frozen=True, slots=True)
class Preview:
    """What a definition would find in one project, before anybody else sees it.

    `match` is `None` when one side could not be read, or the project has no job; `view` then says which and why.
    `form` is the one that was previewed, with its numbers as they were read.
    """

    form: PanelForm
    view: PanelView
    match: MatchRate | None


class PanelEditor:
    """The use cases of the editor. Raises `UnknownOption` for a panel or source that the company does not have."""

    def __init__(self, panels: PanelService, sources: SourceService, clock: Clock) -> None:
        self._panels = panels
        self._sources = sources
        self._clock = clock

    def families(self) -> tuple[Family, ...]:
        """The families there are panels for."""
        return tuple(FAMILIES.values())

    def list_(self) -> tuple[PanelSummary, ...]:
        """Every panel of the company, in the order of the tabs."""
        panels = db.session.scalars(select(Panel).order_by(Panel.position, Panel.id)).all()
        return tuple(self._summary(panel) for panel in panels)

    def get(self, panel_id: UUID) -> EditedPanel:
        """The panel with what the administrator is working on."""
        panel = self._load(panel_id)
        definition = PanelDefinition.from_json(panel.definition)
        form = form_of(definition, name=panel.name, family=panel.family, source_id=str(panel.source_id))
        return EditedPanel(self._summary(panel), form)

    def columns(self, source_id: UUID) -> tuple[Column, ...]:
        """The columns of the source, as they were when it was saved; what it has lost since, reading it tells."""
        return columns.from_json(self._sources.get_(source_id).columns)

    def suggest(self, family: str, source_id: UUID) -> PanelForm:
        """A form filled in from the source's column names and kinds, for the administrator to check."""
        source = self._sources.get_(source_id)
        return suggest(
            family_of(family), self.columns(source_id), source_id=str(source_id), source_name=source.name
        )

    def create(self, form: PanelForm, actor: Actor) -> UUID:
        """A new draft, last in order.

        Raises:
            InvalidField: the form names a mistake; see `PanelForm`.
        """
        definition = self._definition(form)
        name = self._free_name(form, None)
        last = db.session.scalar(select(func.max(Panel.position))) or 0
        panel = Panel(
            id=new_id(),
            name=name,
            family=family_of(form.family).name,
            source_id=_source_id(form),
            position=last + 1,
            definition=definition.to_json(),
            published_definition=None,
            version=1,
            changed_at=self._clock.now(),
            changed_by=actor.name,
        )
        db.session.add(panel)
        self._flush_name(name)
        audit.record("panel.created", actor=actor, subject=name)
        db.session.commit()
        return panel.id

    def update(self, panel_id: UUID, form: PanelForm, actor: Actor, *, version: int) -> bool:
        """Keep what was changed; people see it after the next `publish`. The name changes at once.

        Returns:
            Whether anything was changed.

        Raises:
            InvalidField: as for `create`; also when somebody else saved since `version`, or the form names another
                source or family: links made by hand hold row ids of the old one.
        """
        definition = self._definition(form)
        panel = self._held(panel_id)
        if panel.version != version:
            other = panel.changed_by
            db.session.rollback()
            raise InvalidField(
                "version", f"{other} changed this panel meanwhile. Open it again and repeat your change."
            )
        if panel.source_id != _source_id(form) or panel.family != form.family:
            db.session.rollback()
            raise InvalidField(
                "source_id", "A panel keeps its source and its records. Add another panel instead."
            )
        before, name = PanelDefinition.from_json(panel.definition), self._free_name(form, panel)
        if (name, definition) == (panel.name, before):
            db.session.rollback()
            return False
        panel.name, panel.definition = name, definition.to_json()
        if definition.unmatched_audience is not before.unmatched_audience:
            panel.unmatched_is_decided = True
        self._touch(panel, actor)
        audit.record("panel.changed", actor=actor, subject=name)
        db.session.commit()
        return True

    def preview(
        self, form: PanelForm, viewer: Viewer, project_id: ProjectId, *, panel_id: UUID | None = None
    ) -> Preview:
        """What the form would find in a project that was verified for `viewer`; nothing is stored.

        `panel_id` is the panel that the form changes, whose links count; `None` for a new one.

        Raises:
            InvalidField: as for `create`.
        """
        family = family_of(form.family)
        source = self._sources.get_(_source_id(form))
        panel = PanelRef(
            id=panel_id,
            name=parse_name(form),
            family=family,
            source_id=_source_id(form),
            source_name=source.name,
            source_kind=source.kind,
            row_key=source.key_column,
            definition=self._definition(form),
        )
        form = as_read(form, panel.definition)
        view = self._panels.assemble(panel, viewer, project_id)
        if view.records.records is None or view.rows.rows is None or not view.jobs:
            return Preview(form, view, None)
        return Preview(
            form,
            view,
            preview(
                [record.item for record in view.records.records],
                view.rows.rows,
                view.panel.definition.rules,
                links=pairs_of(view.decisions, LinkState.CONFIRMED),
                rejected=pairs_of(view.decisions, LinkState.REJECTED),
            ),
        )

    def publish(self, panel_id: UUID, actor: Actor) -> bool:
        """Show people what the administrator worked on; whether that is news to them."""
        panel = self._held(panel_id)
        if panel.state is PanelState.PUBLISHED and not panel.has_unpublished_changes:
            db.session.rollback()
            return False
        changed = audience_changes(panel.published_definition, panel.definition)
        panel.published_definition = panel.definition
        self._touch(panel, actor)
        detail = {"who_sees_it": changed} if changed else {}
        audit.record("panel.published", actor=actor, subject=panel.name, detail=detail)
        db.session.commit()
        return True

    def unpublish(self, panel_id: UUID, actor: Actor) -> None:
        """Take the panel off everybody's page, if it stands there. Its links stay."""
        panel = self._held(panel_id)
        if panel.state is PanelState.DRAFT:
            db.session.rollback()
            return
        panel.published_definition = None
        self._touch(panel, actor)
        audit.record("panel.unpublished", actor=actor, subject=panel.name)
        db.session.commit()

    def delete(self, panel_id: UUID, actor: Actor) -> None:
        """Remove the panel and every link made by hand in it. This cannot be undone."""
        panel = self._held(panel_id)
        name = panel.name
        db.session.delete(panel)
        db.session.flush()
        audit.record("panel.deleted", actor=actor, subject=name)
        db.session.commit()

    def move(self, panel_id: UUID, places: int, actor: Actor) -> None:
        """Move the tab by so many places, to the left if negative; it stops at the ends."""
        hold_all()
        in_order = select(Panel).order_by(Panel.position, Panel.id)
        panels = list(db.session.scalars(in_order.execution_options(populate_existing=True)))
        panel = next((each for each in panels if each.id == panel_id), None)
        if panel is None:
            db.session.rollback()
            raise UnknownOption("This panel is no longer there.")
        at = panels.index(panel)
        to = min(max(at + places, 0), len(panels) - 1)
        if to == at:
            db.session.rollback()
            return
        panels.insert(to, panels.pop(at))
        for position, each in enumerate(panels, start=1):
            each.position = position
        db.session.flush()
        audit.record("panel.moved", actor=actor, subject=panel.name)
        db.session.commit()

    def uses_of(self, source_id: UUID) -> Sequence[str]:
        """The names of the panels that show the source; while there are any it cannot be deleted."""
        return db.session.scalars(
            select(Panel.name).where(Panel.source_id == source_id).order_by(Panel.position)
        ).all()

    def _definition(self, form: PanelForm) -> PanelDefinition:
        parse_name(form)
        source = self._sources.get_(_source_id(form))
        definition = parse_form(
            form, family_of(form.family), columns.from_json(source.columns), row_key=source.key_column
        )
        db.session.rollback()  # what follows is one transaction
        return definition

    def _free_name(self, form: PanelForm, own: Panel | None) -> str:
        name = parse_name(form)
        other = db.session.scalar(select(Panel.id).where(Panel.name == name))
        if other is not None and (own is None or other != own.id):
            db.session.rollback()
            raise _taken(name)
        return name

    def _flush_name(self, name: str) -> None:
        try:
            db.session.flush()
        except IntegrityError as error:  # somebody took the name between the look and the flush
            db.session.rollback()
            raise _taken(name) from error

    def _touch(self, panel: Panel, actor: Actor) -> None:
        panel.version += 1
        panel.changed_at = self._clock.now()
        panel.changed_by = actor.name
        self._flush_name(panel.name)

    def _held(self, panel_id: UUID) -> Panel:
        """The panel as it stands now; whoever else changes it waits for the end of this change."""
        hold(panel_id)
        return self._load(panel_id)

    def _load(self, panel_id: UUID) -> Panel:
        panel = db.session.scalar(
            select(Panel).where(Panel.id == panel_id).execution_options(populate_existing=True)
        )
        if panel is None:
            db.session.rollback()
            raise UnknownOption("This panel is no longer there.")
        return panel

    def _summary(self, panel: Panel) -> PanelSummary:
        return PanelSummary(
            id=panel.id,
            name=panel.name,
            family=family_of(panel.family).many.capitalize(),
            source_id=panel.source_id,
            source=self._sources.get_(panel.source_id).name,
            state=panel.state,
            has_unpublished_changes=panel.has_unpublished_changes,
            position=panel.position,
            version=panel.version,
            changed_at=panel.changed_at,
            changed_by=panel.changed_by,
        )


def _taken(name: str) -> InvalidField:
    return InvalidField("name", f"There is a panel named {name} already. Choose another name.")


def _source_id(form: PanelForm) -> UUID:
    try:
        return UUID(form.source_id)
    except ValueError as error:
        raise InvalidField("source_id", "Choose a source.") from error
