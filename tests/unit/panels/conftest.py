"""Panels over a real (in-memory) database, with both sides played by fakes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import StaticPool

from embedded_app.audit import Actor
from embedded_app.panels import Links, PanelEditor, PanelForm, PanelService, PanelView, ProjectJobs
from embedded_app.panels.families import FAMILIES
from embedded_app.panels.suggestions import suggest
from embedded_app.sources import Source
from embedded_app.storage import Company, CompanyState, Model, company_scope, db
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

    def form(self, **changes: Any) -> PanelForm:
        """The suggested form, with changes."""
        suggested = suggest(
            FAMILIES["commitments"], COLUMNS, source_id=str(SOURCE), source_name=self.sources.name
        )
        return replace(suggested, **changes)

    def publish(self, **changes: Any) -> UUID:
        panel_id = self.editor.create(self.form(**changes), ACTOR)
        self.editor.publish(panel_id, ACTOR)
        return panel_id

    def view(self) -> PanelView:
        """The first panel, as the viewer sees it now."""
        return self.views.assemble(self.views.published()[0], VIEWER, PROJECT)


@pytest.fixture
def world() -> Iterator[World]:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    # One connection for all threads, because each connection of an in-memory database is a database of its own.
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "poolclass": StaticPool,
        "connect_args": {"check_same_thread": False},
    }
    db.init_app(app)
    clock, procore, sources = FakeClock(), FakeProcore(), FakeSources()
    principals = FakePrincipals(procore)
    with app.app_context(), company_scope(COMPANY):
        Model.metadata.create_all(db.engine)
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
        views = PanelService(
            procore=cast("Any", procore),
            principals=cast("Any", principals),
            sources=cast("Any", sources),
            fan_out=FanOut(app, 4),
            clock=clock,
        )
        editor = PanelEditor(views, cast("Any", sources), clock)
        world = World(app, clock, procore, principals, sources, views, editor, ProjectJobs(), Links(clock))
        world.jobs.assign(PROJECT, "21-0417", ACTOR)
        yield world
        db.session.remove()
        db.engine.dispose()
