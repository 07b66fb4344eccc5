"""Panels over a real (in-memory) database, with both sides played by fakes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import StaticPool

from embedded_app.crypto import EnvironmentKeys
from embedded_app.storage import company_scope, db
from tests.factories.settings import config
from tests.fakes.empty_schema import create_tables
from tests.fakes.panel_sides import COMPANY
from tests.fakes.panel_world import World, build_world


@pytest.fixture
def world() -> Iterator[World]:
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    # One connection for all threads, because each connection of an in-memory database is a database of its own.
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "poolclass": StaticPool,
        "connect_args": {"check_same_thread": False},
    }
    app.extensions["master_keys"] = EnvironmentKeys(config().master_keys)
    db.init_app(app)
    with app.app_context(), company_scope(COMPANY):
        create_tables(db.engine)
        with build_world(app) as world:
            yield world
        db.session.remove()
        db.engine.dispose()
