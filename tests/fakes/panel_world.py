"""The services of panels with fakes around them; the caller brings the database and opens the company scope."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

from flask import Flask

from embedded_app.audit import Actor
from embedded_app.panels import (
    Links,
    PanelEditor,
    PanelForm,
    PanelService,
    PanelView,
    ProjectJobs,
    UnmatchedReview,
)
from embedded_app.panels.families import FAMILIES
from embedded_app.panels.suggestions import suggest
from embedded_app.principals.proofs import Proofs
from embedded_app.sources import Source
from embedded_app.storage import Company, CompanyState, db
from embedded_app.storage.fan_out import FanOut
from tests.fakes.fake_clock import FakeClock
from tests.fakes.panel_sides import (
    COLUMNS,
    COMPANY,
    PROJECT,
    READ_AT,
    SOURCE,
    VIEWER,
    FakePrincipals,
    FakeProcore,
    FakeSources,
)

ACTOR = Actor("dana", "Dana Whitfield")


@dataclass
class World:
    """The services of panels, and the fakes around them."""

    app: Flask
    clock: FakeClock
    procore: FakeProcore
    principals: FakePrincipals
    sources: FakeSources
    views: PanelService
    editor: PanelEditor
    jobs: ProjectJobs
    links: Links
    unmatched_review: UnmatchedReview

    def form(self, **changes: Any) -> PanelForm:
        """The suggested form, opened to all readers, with changes."""
        suggested = suggest(
            FAMILIES["commitments"], COLUMNS, source_id=str(SOURCE), source_name=self.sources.name
        )
        return replace(suggested, **{"unmatched_audience": "readers", "link_audience": "readers"} | changes)

    def publish(self, **changes: Any) -> UUID:
        panel_id = self.editor.create(self.form(**changes), ACTOR)
        self.editor.publish(panel_id, ACTOR)
        return panel_id

    def view(self) -> PanelView:
        """The first panel, as the viewer sees it now."""
        return self.views.assemble(self.views.published()[0], VIEWER, PROJECT)


@contextmanager
def build_world(app: Flask) -> Iterator[World]:
    """A connected company with a source, and its job on the project. When it ends, no thread of it is at work."""
    clock, procore, sources = FakeClock(), FakeProcore(), FakeSources()
    principals = FakePrincipals(procore, Proofs(clock))
    db.session.add(
        Company(
            id=COMPANY,
            name="Hollis & Grant Builders",
            web_base_url="https://us02.procore.example",
            state=CompanyState.CONNECTED,
            state_since=READ_AT,
            consent_version="1",
            consent_by="Dana",
            consent_at=READ_AT,
            audit_sequence=0,
            audit_head="",
        )
    )
    db.session.flush()
    db.session.add(
        Source(
            id=SOURCE,
            name=sources.name,
            kind="sql",
            settings={},
            version=1,
            keep_seconds=0,
            columns=[],
            created_at=READ_AT,
            updated_at=READ_AT,
        )
    )
    db.session.commit()
    fan_out = FanOut(app, 4)
    views = PanelService(
        procore=cast("Any", procore),
        principals=cast("Any", principals),
        sources=cast("Any", sources),
        fan_out=fan_out,
        clock=clock,
    )
    editor = PanelEditor(views, cast("Any", sources), clock)
    world = World(
        app,
        clock,
        procore,
        principals,
        sources,
        views,
        editor,
        ProjectJobs(),
        Links(clock),
        UnmatchedReview(clock),
    )
    world.jobs.assign(PROJECT, "21-0417", ACTOR)
    try:
        yield world
    finally:
        fan_out._pool.shutdown()  # a reading that nobody waited for may still use the database
