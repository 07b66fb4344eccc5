"""An app with nothing but the database, migrated, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from embedded_app import storage
from tests.factories.settings import config


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    app = Flask("embedded_app")
    storage.init_app(app, config(DATABASE_URL=database_url))
    with app.app_context():
        storage.upgrade()
    yield app
    with app.app_context():
        storage.db.session.remove()
        storage.db.engine.dispose()
