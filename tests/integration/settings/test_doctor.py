"""The connection page says what is wrong, which grants are lost and why."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import update

from embedded_app.installations import Grant, GrantState
from embedded_app.storage import company_scope, database_now, db
from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.settings.conftest import MakeAdministrator
from tests.integration.settings.world import DANA, HOLLIS


def test_what_is_in_order_and_what_is_to_do(
    app: Flask, person: MakeAdministrator, simulator: SimulatorProcess
) -> None:
    dana = person(DANA)
    dana.installs(HOLLIS)
    page = dana.opens("/settings/connection")
    assert "Procore answers for this company." in page.text
    assert not page.root.all("div", role="alert")
    simulator.fault("/rest/v1.0/companies/*/app_configurations", status=200, body=[])
    app.extensions["installations"]._procore.invalidate()
    page = dana.opens("/settings/connection")
    assert "No app configuration applies" in page.text
    assert "App Management" in page.text


def test_lost_grants_are_an_alert_with_the_reason(app: Flask, person: MakeAdministrator) -> None:
    dana = person(DANA)
    dana.installs(HOLLIS)
    with app.app_context(), company_scope(HOLLIS):
        db.session.execute(
            update(Grant)
            .where(Grant.principal_id.is_(None))
            .values(state=GrantState.LOST, lost_cause="answer_lost", lost_at=database_now())
        )
        db.session.commit()
    (alert,) = dana.opens("/settings/connection").root.all("div", role="alert")
    assert "1 connection was lost" in alert.text
    assert "An answer of Procore got lost" in alert.text


def test_signing_out_everywhere_ends_all_windows_and_the_tokens(
    app: Flask, person: MakeAdministrator, simulator: SimulatorProcess
) -> None:
    dana, elsewhere = person(DANA), person(DANA)
    dana.installs(HOLLIS)
    elsewhere.installs(HOLLIS)
    page = dana.sends(dana.opens("/settings/connection"), "/auth/tab/logout-everywhere")
    assert page.heading == "You are signed out"
    assert "Procore confirmed it." in page.text
    for browser in (dana, elsewhere):
        assert browser.get("/settings/connection").status_code == 303
    assert simulator.requests("/oauth/revoke")
    with app.app_context(), company_scope(HOLLIS):
        of_dana = db.session.scalars(db.select(Grant).where(Grant.principal_id.is_not(None))).one()
        assert (of_dana.sealed_tokens, of_dana.lost_cause) == (None, "signed_out")
