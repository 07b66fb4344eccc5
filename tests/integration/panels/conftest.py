"""Panels over a migrated database of either kind, with both sides played by fakes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from embedded_app import storage
from embedded_app.storage import company_scope, db
from tests.factories.settings import config
from tests.fakes.panel_sides import COMPANY
from tests.fakes.panel_world import World, build_world


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    app = Flask(__name__)
    storage.init_app(app, config(DATABASE_URL=database_url))
    with app.app_context(), company_scope(COMPANY):
        with build_world(app) as world:
            yield world
        db.session.remove()
        db.engine.dispose()
