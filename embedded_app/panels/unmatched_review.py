"""Panels from before rows without a record began at Admin on the tool: an administrator decides about each, once.

What such a panel was published with stays as it is until then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from embedded_app import audit
from embedded_app.audit import Actor
from embedded_app.clock import Clock
from embedded_app.errors import EmbeddedAppError, InvalidField, UnknownOption
from embedded_app.panels.audience_changes import audience_changes, audience_word
from embedded_app.panels.definition import Audience, PanelDefinition
from embedded_app.panels.families import Family, family_of
from embedded_app.panels.holding import hold
from embedded_app.panels.models import Panel
from embedded_app.storage import db

_WIDE = (Audience.READERS, Audience.STANDARD)
"""Those who may see rows of records that Procore hides from them."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the rows without a record of a published panel reach. `version` is that of the panel."""

    panel_id: UUID
    name: str
    family: Family
    audience: Audience
    version: int


class UnmatchedReview:
    """The decisions about such panels, in the company scope that is open.

    Raises, from every use case about one panel: `UnknownOption` when it is not there or not published.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def list_(self) -> tuple[Reach, ...]:
        """The published panels about which nobody decided, in the order of the tabs."""
        panels = db.session.scalars(
            select(Panel)
            .where(Panel.published_definition.is_not(None), Panel.unmatched_is_decided.is_(False))
            .order_by(Panel.position, Panel.id)
        )
        found = [(panel, _published(panel)) for panel in panels]
        return tuple(
            _reach(panel, published)
            for panel, published in found
            if published.unmatched_audience is Audience.READERS and published.unmatched_reach in _WIDE
        )

    def get(self, panel_id: UUID) -> Reach:
        """How far it reaches now, decided or not."""
        panel = db.session.scalar(select(Panel).where(Panel.id == panel_id))
        if panel is None:
            raise UnknownOption("This panel is no longer there.")
        return _reach(panel, _published(panel))

    def narrow(self, panel_id: UUID, actor: Actor, *, version: int) -> bool:
        """Give rows without a record, and linking, to Admins on the tool; people see that at once.

        A change that is not published yet is narrowed along, unless it limits these rows further.

        Returns:
            Whether anything changed; not when somebody decided before.

        Raises:
            InvalidField: named ``version``: somebody changed the panel since.
        """
        panel = self._undecided(panel_id, version)
        if panel is None:
            return False
        before = panel.published_definition
        panel.published_definition = _narrowed(before)
        panel.definition = _narrowed(panel.definition)
        panel.unmatched_is_decided = True
        panel.version += 1
        panel.changed_at, panel.changed_by = self._clock.now(), actor.name
        changes = audience_changes(before, panel.published_definition)
        self._end("panel.unmatched_narrowed", panel, actor, {"who_sees_it": changes})
        return True

    def keep(self, panel_id: UUID, actor: Actor, *, version: int) -> bool:
        """Leave the panel as it was published, and ask about it no more; returns and raises as `narrow`."""
        panel = self._undecided(panel_id, version)
        if panel is None:
            return False
        panel.unmatched_is_decided = True
        who = audience_word(_published(panel).unmatched_reach)
        self._end("panel.unmatched_kept", panel, actor, {"who_sees_it": who})
        return True

    def _undecided(self, panel_id: UUID, version: int) -> Panel | None:
        """The panel, held; `None` after somebody decided."""
        hold(panel_id)
        panel = db.session.scalar(
            select(Panel).where(Panel.id == panel_id).execution_options(populate_existing=True)
        )
        problem: EmbeddedAppError | None = None
        if panel is None or panel.published_definition is None:
            problem = UnknownOption("This panel is no longer published, so nobody sees its rows.")
        elif not panel.unmatched_is_decided and panel.version != version:
            problem = InvalidField(
                "version",
                f"{panel.changed_by} changed {panel.name} meanwhile. See how it stands now, and decide again.",
            )
        elif not panel.unmatched_is_decided:
            return panel
        db.session.rollback()
        if problem is not None:
            raise problem
        return None

    def _end(self, event: str, panel: Panel, actor: Actor, detail: dict[str, str]) -> None:
        name = panel.name
        db.session.flush()
        audit.record(event, actor=actor, subject=name, detail=detail)
        db.session.commit()


def _published(panel: Panel) -> PanelDefinition:
    if panel.published_definition is None:
        raise UnknownOption("This panel is no longer published, so nobody sees its rows.")
    return PanelDefinition.from_json(panel.published_definition)


def _reach(panel: Panel, published: PanelDefinition) -> Reach:
    return Reach(panel.id, panel.name, family_of(panel.family), published.unmatched_reach, panel.version)


def _narrowed(stored: dict[str, Any] | None) -> dict[str, Any]:
    """As stored, with rows without a record and linking for Admins where they were for more people."""
    assert stored is not None
    definition = PanelDefinition.from_json(stored)
    if definition.unmatched_audience not in _WIDE:
        return stored
    return replace(definition, unmatched_audience=Audience.ADMINS, link_audience=Audience.ADMINS).to_json()
