"""The connection page says what is wrong, which grants are lost and why."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import update

from embedded_app.installations import Grant, GrantState, LossCause
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
    app.extensions["services"].procore.invalidate()
    page = dana.opens("/settings/connection")
    assert "No app configuration applies" in page.text
    assert "App Management" in page.text


REASONS = {
    "absent": "The grant is not there any more.",
    "refused": "Procore refused it",
    "answer_lost": "An answer of Procore got lost",
    "no_answer": "did not answer for a long time",
    "interrupted": "stopped in the middle of a renewal",
    "no_refresh_token": "It ended, and could not be renewed.",
    "key_destroyed": "The key that protected it was destroyed.",
}


def lose(app: Flask, cause: str) -> None:
    """The service account's grant, so that Dana still gets in."""
    with app.app_context(), company_scope(HOLLIS):
        db.session.execute(
            update(Grant)
            .where(Grant.principal_id.is_(None))
            .values(state=GrantState.LOST, lost_cause=cause, lost_at=database_now())
        )
        db.session.commit()


def test_lost_grants_are_an_alert_with_the_reason(app: Flask, person: MakeAdministrator) -> None:
    dana = person(DANA)
    dana.installs(HOLLIS)
    for cause, reason in REASONS.items():
        lose(app, cause)
        (alert,) = dana.opens("/settings/connection").root.all("div", role="alert")
        assert "1 connection was lost" in alert.text
        assert reason in alert.text


def test_what_was_asked_for_is_no_alert(app: Flask, person: MakeAdministrator) -> None:
    dana = person(DANA)
    dana.installs(HOLLIS)
    asked_for = {str(cause) for cause in LossCause} - set(REASONS)
    assert asked_for == {"disconnected", "uninstalled", "signed_out", "dormant"}
    for cause in asked_for:
        lose(app, cause)
        assert not dana.opens("/settings/connection").root.all("div", role="alert")


def test_signing_out_everywhere_ends_all_windows_and_the_tokens(
    app: Flask, person: MakeAdministrator, simulator: SimulatorProcess
) -> None:
    dana, elsewhere = person(DANA), person(DANA)
    dana.installs(HOLLIS)
    elsewhere.installs(HOLLIS)
    page = dana.sends(dana.opens("/settings/connection"), "/auth/tab/logout-everywhere")
    assert page.heading == "You are signed out"
    assert "Procore confirmed the end of all 2 connections." in page.text
    for browser in (dana, elsewhere):
        assert browser.get("/settings/connection").status_code == 303
    assert simulator.requests("/oauth/revoke")
    with app.app_context(), company_scope(HOLLIS):
        of_dana = db.session.scalars(db.select(Grant).where(Grant.principal_id.is_not(None))).one()
        assert (of_dana.sealed_tokens, of_dana.lost_cause) == (None, "signed_out")
