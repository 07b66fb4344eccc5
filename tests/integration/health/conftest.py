"""The whole app with a database, and nothing else running."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from embedded_app.app import create_app
from tests.factories.settings import config
from tests.fakes.saved_state import close


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(config(DATABASE_URL=database_url), instance_path=tmp_path)
    yield app
    close(app)
