"""An app with nothing but the database, migrated, on SQLite and on PostgreSQL, and a grant in custody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from embedded_app import storage
from tests.factories.settings import config
from tests.fakes.fake_clock import FakeClock
from tests.fakes.saved_state import close
from tests.fakes.token_host import TokenHost, token_set
from tests.integration.installations.keeper import EXPIRED, ONE, Keeper


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = Flask("embedded_app", instance_path=str(tmp_path))
    storage.init_app(app, config(DATABASE_URL=database_url))
    yield app
    close(app)


@pytest.fixture
def host() -> TokenHost:
    return TokenHost()


@pytest.fixture
def keeper(app: Flask, host: TokenHost) -> Keeper:
    keeper = Keeper(app, host, FakeClock())
    keeper.principal_id = keeper.add_company(ONE)
    keeper.grant_id = keeper.store(token_set(1, age=EXPIRED))
    return keeper
