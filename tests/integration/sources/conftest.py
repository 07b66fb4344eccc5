"""The source service on a real database, for two companies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from embedded_app import storage
from embedded_app.audit import Actor, list_events
from embedded_app.crypto import EnvironmentKeys, Vault
from embedded_app.ids import CompanyId
from embedded_app.outbound.network import Network
from embedded_app.sources.connectors.base import Surroundings
from embedded_app.sources.connectors.spreadsheet import SpreadsheetConnector
from embedded_app.sources.connectors.sql import SqlConnector
from embedded_app.sources.service import SourceService
from embedded_app.storage import Company, CompanyState, company_scope, db, system_scope
from tests.factories.settings import config
from tests.fakes.fake_clock import FakeClock
from tests.fakes.scripted_connector import ScriptedConnector

ONE, TWO = CompanyId(562949953443325), CompanyId(55188)
DANA = Actor("dana", "Dana Whitfield")
NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """The database, migrated, with two companies. Its context is open, and no scope."""
    app = Flask("embedded_app")
    storage.init_app(app, config(DATABASE_URL=database_url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def vault(app: Flask, clock: FakeClock) -> Vault:
    del app
    vault = Vault(EnvironmentKeys(config().master_keys), storage.find_wrapped_key, clock)
    with system_scope("test data"):
        for company_id in (ONE, TWO):
            company = Company(
                id=company_id,
                name=f"Company {company_id}",
                state=CompanyState.CONNECTED,
                state_since=NOW,
                consent_version="1",
                consent_by="Dana",
                consent_at=NOW,
            )
            company.wrapped_key = vault.new_company_key(company_id)
            db.session.add(company)
        db.session.commit()
    return vault


@pytest.fixture
def scripted() -> ScriptedConnector:
    return ScriptedConnector()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The directory whose SQLite files may be sources."""
    folder = tmp_path / "sources"
    folder.mkdir()
    return folder


@pytest.fixture
def service(vault: Vault, clock: FakeClock, scripted: ScriptedConnector, folder: Path) -> SourceService:
    surroundings = Surroundings(Network(), folder, clock)
    connectors = (SqlConnector(surroundings), SpreadsheetConnector(surroundings), scripted)
    return SourceService(connectors, vault, clock)


@pytest.fixture
def _scope(service: SourceService) -> Iterator[None]:
    """The scope of company ONE, open for the test."""
    del service
    with company_scope(ONE):
        yield


def events() -> list[str]:
    """The company's audit events, oldest first, as "event subject"."""
    return [f"{event.event} {event.subject}" for event in reversed(list_events())]
