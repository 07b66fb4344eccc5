"""The doctor at the simulated Procore: each trouble is found by documented calls alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import update

from embedded_app.ids import CompanyId, ProjectId
from embedded_app.installations import Condition, Grant
from embedded_app.services import services
from embedded_app.storage import Company, company_scope, db
from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.principals.conftest import MakePerson
from tests.integration.principals.test_install import begin, complete
from tests.integration.principals.world import CASCADIA, DANA, HOLLIS, NORTHGATE, RIVERSIDE


@pytest.fixture
def connected(app: Flask, person: MakePerson) -> Flask:
    complete(app, begin(app, person(DANA)), HOLLIS)
    return app


def examine(
    app: Flask, company_id: CompanyId = HOLLIS, project_id: int | None = RIVERSIDE
) -> list[Condition]:
    with app.app_context():
        project = None if project_id is None else ProjectId(project_id)
        return [each.condition for each in services().installations.examine(company_id, project_id=project)]


def test_nothing_is_wrong(connected: Flask, simulator: SimulatorProcess) -> None:
    simulator.forget_requests()
    assert examine(connected) == [Condition.HEALTHY]
    breaches = [each["breaches"] for each in simulator.requests("/rest")]
    assert breaches == [[]] * len(breaches) != []


def test_never_connected(app: Flask, simulator: SimulatorProcess) -> None:
    simulator.forget_requests()
    assert examine(app, NORTHGATE) == [Condition.NEVER_CONNECTED]
    assert simulator.requests("/rest") == [], "a company that is not ours is not asked"


def test_uninstalled_in_procore(connected: Flask, simulator: SimulatorProcess) -> None:
    simulator.uninstall(HOLLIS)
    assert examine(connected) == [Condition.NOT_CONNECTED_IN_PROCORE]


def test_the_grant_is_lost(connected: Flask, simulator: SimulatorProcess) -> None:
    simulator.control("DELETE", "/tokens")
    simulator.fault("/oauth/token", status=400, body={"error": "invalid_grant"})
    with connected.app_context(), company_scope(HOLLIS):
        ended = datetime(2020, 1, 1, tzinfo=UTC)  # for the database's clock, which is the machine's
        db.session.execute(update(Grant).values(refresh_at=ended, expires_at=ended))
        db.session.commit()
    assert examine(connected) == [Condition.GRANT_LOST]


def test_procore_does_not_answer(connected: Flask, simulator: SimulatorProcess) -> None:
    simulator.fault("/rest/*", drop="before")
    assert examine(connected) == [Condition.PROCORE_UNREACHABLE]


def test_a_project_that_is_not_there(connected: Flask) -> None:
    assert Condition.NOT_IN_PROJECT in examine(connected, project_id=999)


def test_another_region(connected: Flask) -> None:
    with connected.app_context(), company_scope(HOLLIS):
        db.session.get_one(Company, HOLLIS).web_base_url = "https://elsewhere.example"
        db.session.commit()
    assert examine(connected) == [Condition.WRONG_REGION]


def test_no_configuration(app: Flask, person: MakePerson, simulator: SimulatorProcess) -> None:
    simulator.install(CASCADIA)
    complete(app, begin(app, person(DANA)), CASCADIA)
    simulator.fault("/rest/v1.0/companies/*/app_configurations", status=200, body=[])
    assert examine(app, CASCADIA, None) == [Condition.NO_CONFIGURATION]


def test_the_key_is_destroyed(connected: Flask) -> None:
    with connected.app_context(), company_scope(HOLLIS):
        db.session.get_one(Company, HOLLIS).wrapped_key = None
        db.session.commit()
    assert examine(connected) == [Condition.KEY_DESTROYED]
