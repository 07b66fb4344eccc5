"""Who gets to the settings, and what happens to everybody else; signing out and disconnecting."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask

from embedded_app.storage import Company, CompanyState, company_scope, db
from embedded_app.web.access import administrator, rule_of
from tests.fakes.fake_clock import FakeClock
from tests.fakes.person import ORIGIN
from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.settings.administrator import Administrator
from tests.integration.settings.conftest import MakeAdministrator
from tests.integration.settings.world import HOLLIS, MARCUS, RIVERSIDE, SAGE

PAGES = (
    "/settings",
    "/settings/connection",
    "/settings/sources",
    "/settings/sources/new?kind=sql",
    "/settings/panels",
    "/settings/projects",
    "/settings/audit",
)


def writes_of(app: Flask) -> list[str]:
    """The address of every view of the settings that changes something."""
    values: dict[str, object] = {"act": "publish", "decision": "narrow"}
    addresses = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint.startswith("settings.") and "POST" in (rule.methods or ()):
                if rule_of(app, rule.endpoint) is not administrator:
                    continue
                known = {name: values.get(name, UUID(int=7)) for name in rule.arguments}
                built = rule.build(known)
                assert built is not None
                addresses.append(built[1])
    assert len(addresses) > 6
    return addresses


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_for_an_administrator_and_is_sound(dana: Administrator, path: str) -> None:
    page = dana.opens(path)
    assert page.status == 200
    assert page.heading
    (current,) = page.root.all("a", aria_current="page")
    assert current.attributes["href"].startswith(path.partition("?")[0][:12])
    ids = [
        e.attributes["id"] for e in page.root.all("input") + page.root.all("select") if "id" in e.attributes
    ]
    assert len(ids) == len(set(ids))
    for form in page.root.all("form"):
        if form.attributes.get("method") == "post":
            assert form.all("input", name="csrf_token"), "a form without a token would be refused"


@pytest.mark.parametrize("path", PAGES)
def test_somebody_who_is_not_signed_in_signs_in_and_comes_back(
    dana: Administrator, person: MakeAdministrator, path: str
) -> None:
    other = person(dana.login)
    answer = other.get(path)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/auth/tab?next=%2Fsettings")
    page = other.opens(path)
    assert page.status == 200
    assert page.heading == dana.opens(path).heading


@pytest.mark.parametrize("path", PAGES)
def test_somebody_who_does_not_administer_is_refused(
    dana: Administrator, person: MakeAdministrator, path: str
) -> None:
    del dana  # has connected the company
    page = person(MARCUS).opens(path)
    assert page.status == 403
    assert "Only an administrator of this company" in page.text
    assert "Sage" not in page.text


def test_whoever_stops_being_an_administrator_can_no_longer_write(
    app: Flask, dana: Administrator, simulator: SimulatorProcess
) -> None:
    token = dana.token()
    simulator.membership(dana.login, HOLLIS, company_levels={"admin": "Read Only", "directory": "Read Only"})
    for address in writes_of(app):
        assert dana.posts(address, {"csrf_token": token}).status == 403, address


@pytest.mark.parametrize("token", [None, "", "x", "a.b", "x." + "0" * 64])
def test_nothing_is_written_without_a_token_of_this_session(
    app: Flask, dana: Administrator, token: str | None
) -> None:
    form = {} if token is None else {"csrf_token": token}
    for address in writes_of(app):
        page = dana.posts(address, form)
        assert page.status == 403, address
        assert "did not come from our own page" in page.text
    with app.app_context(), company_scope(HOLLIS):
        assert db.session.get_one(Company, HOLLIS).state == CompanyState.CONNECTED


def test_a_token_of_another_session_is_refused(dana: Administrator, person: MakeAdministrator) -> None:
    other = person(dana.login)
    other.opens("/settings")
    answer = dana.posts("/settings/connection/disconnect", {"csrf_token": other.token()})
    assert answer.status == 403


def test_signing_out_ends_the_session(dana: Administrator) -> None:
    cookie = dana.client.get_cookie("sid", domain="app.tieback.localhost")
    assert cookie is not None
    page = dana.sends(dana.opens("/settings"), "/auth/tab/logout")
    assert page.heading == "You are signed out"
    dana.client.set_cookie("sid", cookie.value, domain="app.tieback.localhost")
    assert dana.get("/settings").status_code == 303, "the old cookie proves nothing any more"


def test_a_session_that_ended_meanwhile_says_sign_in(dana: Administrator, clock: FakeClock) -> None:
    page = dana.opens("/settings/projects")
    clock.advance(9 * 3600)
    answer = dana.posts("/settings/projects", page.forms("/settings/projects")[0].values)
    assert answer.status == 401
    assert answer.heading == "Sign in to go on"


def test_disconnecting_ends_everything_and_says_what_stays(
    app: Flask, dana: Administrator, simulator: SimulatorProcess
) -> None:
    page = dana.sends(dana.opens("/settings/connection"), "/settings/connection/disconnect")
    assert page.heading == "The company is disconnected"
    assert "Procore confirmed the end of all 2 connections." in page.text
    another_browser = app.test_client().get("/disconnected", base_url=ORIGIN)
    assert "Procore confirmed" not in another_browser.text
    assert page.links()["Install again"] == "/install"
    with app.app_context(), company_scope(HOLLIS):
        assert db.session.get_one(Company, HOLLIS).state == CompanyState.DISCONNECTED
    assert simulator.requests("/oauth/revoke")
    assert dana.opens("/settings").heading != "Overview"
    assert dana.installs(HOLLIS).heading == "Overview"


def test_a_revocation_that_procore_does_not_confirm_is_said(
    dana: Administrator, simulator: SimulatorProcess
) -> None:
    page = dana.opens("/settings/connection")
    simulator.fault("/oauth/revoke", status=503)
    ended = dana.sends(page, "/settings/connection/disconnect")
    assert ended.heading == "The company is disconnected"
    assert "Procore has not confirmed every end yet" in ended.text
    assert len(simulator.living_pairs()) == 2  # of the install, and of the sign-in after it
    assert "2 are tried again until Procore confirms them." in ended.text


def test_an_app_uninstalled_in_procore_shows_how_to_install_again(
    app: Flask, dana: Administrator, simulator: SimulatorProcess, clock: FakeClock
) -> None:
    simulator.uninstall(HOLLIS)
    clock.advance(61)
    page = dana.opens("/settings")
    assert page.status == 409
    assert "uninstalled in Procore" in page.text
    with app.app_context(), company_scope(HOLLIS):
        assert db.session.get_one(Company, HOLLIS).state == CompanyState.DISCONNECTED


def test_the_checklist_follows_what_is_done(dana: Administrator) -> None:
    assert "1 of 4 done" in dana.opens("/settings").text
    address = dana.adds_source(**SAGE)
    assert "2 of 4 done" in dana.opens("/settings").text
    dana.sends_job(RIVERSIDE, "21-0417")
    assert "3 of 4 done" in dana.opens("/settings").text
    source_id = address.rpartition("/")[2]
    editor = dana.opens(f"/settings/panels/new?source_id={source_id}&family=commitments")
    dana.sends(editor, "/settings/panels/save", act="publish")
    done = dana.opens("/settings?installed=1")
    assert "4 of 4 done" in done.text
    assert "Everything that was set up before is still here" in done.text
    assert "Configurations, Create" in done.text, "the step in Procore stays in sight"


def test_a_foreign_page_cannot_frame_or_read_the_settings(dana: Administrator) -> None:
    answer = dana.client.get("/settings", base_url=ORIGIN)
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]
