"""The install as the administrator walks it, and every page it can end at."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from embedded_app.audit import list_events
from embedded_app.ids import CompanyId
from embedded_app.installations import CONSENT_VERSION
from embedded_app.storage import Company, CompanyState, company_scope, db
from tests.fakes.fake_clock import FakeClock
from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.settings.administrator import Administrator
from tests.integration.settings.conftest import MakeAdministrator
from tests.integration.settings.world import CASCADIA, DANA, HARBOR, HOLLIS, INGRID, NORTHGATE


@pytest.fixture
def app_url(database_url: str) -> str:
    """The install is walked on both databases."""
    return database_url


def is_connected(app: Flask, company_id: CompanyId) -> bool:
    with app.app_context(), company_scope(company_id):
        company = db.session.get(Company, company_id)
        return company is not None and company.state == CompanyState.CONNECTED


def test_the_second_company_is_installed_from_the_consent_to_the_checklist(
    app: Flask, person: MakeAdministrator, simulator: SimulatorProcess
) -> None:
    simulator.install(CASCADIA)
    dana = person(DANA)
    consent = dana.opens("/install")
    assert consent.heading == "Install Tieback for your company"
    assert CONSENT_VERSION in consent.text
    assert {"Read in Procore", "Source passwords", "Audit log"} <= {e.text for e in consent.root.all("span")}

    choice = dana.consents()
    assert choice.heading == "Which company?"
    assert f"Signed in as {DANA}" in choice.text
    radios = choice.root.all("input", type="radio")
    assert [radio.attributes["value"] for radio in radios] == [str(CASCADIA), str(HARBOR), str(HOLLIS)]
    assert not any("checked" in radio.attributes for radio in radios), "nobody chooses for the person"

    overview = dana.chooses(CASCADIA)
    assert overview.heading == "Overview"
    assert "Tieback is installed for Cascadia Civil Group" in overview.text
    assert "1 of 4 done" in overview.text
    assert "Next Add a source" in overview.text
    assert is_connected(app, CASCADIA)


def test_nothing_is_asked_of_a_company_that_was_not_chosen(
    person: MakeAdministrator, simulator: SimulatorProcess
) -> None:
    dana = person(DANA)
    simulator.forget_requests()
    dana.consents()
    assert {each["path"] for each in simulator.requests("/rest")} == {"/rest/v1.0/me", "/rest/v1.0/companies"}


def test_a_declined_sign_in_saves_nothing(app: Flask, person: MakeAdministrator) -> None:
    page = person(DANA).consents("deny")
    assert page.status == 403
    assert page.heading == "You did not allow access"
    assert page.links()["Start again"] == "/install"
    assert not is_connected(app, HOLLIS)


def test_a_state_that_expired_has_its_page(person: MakeAdministrator, clock: FakeClock) -> None:
    dana = person(DANA)
    callback = callback_of(dana)
    clock.advance(601)
    page = dana.opens(callback)
    assert (page.status, page.heading) == (400, "This sign-in took too long")


def test_a_replayed_state_has_its_page(person: MakeAdministrator) -> None:
    dana = person(DANA)
    callback = callback_of(dana)
    assert dana.opens(callback).heading == "Which company?"
    page = dana.opens(callback)
    assert (page.status, page.heading) == (400, "This sign-in is finished already")


def test_a_sign_in_of_another_browser_has_its_page(person: MakeAdministrator) -> None:
    callback = callback_of(person(DANA))
    other = person(INGRID)
    other.post_form("/install")
    page = other.opens(callback)
    assert (page.status, page.heading) == (400, "This sign-in was begun in another browser")


def test_a_made_up_state_has_its_page(person: MakeAdministrator) -> None:
    page = person(DANA).opens("/oauth/callback?code=x&state=y")
    assert (page.status, page.heading) == (400, "This sign-in is not known here")


def test_a_person_without_rights_is_told_whom_to_ask_and_chooses_again(
    app: Flask, person: MakeAdministrator
) -> None:
    dana = person(DANA)
    dana.consents()
    page = dana.chooses(HARBOR)
    assert page.status == 422
    assert "You are not an administrator of this company" in page.alert.text
    assert page.form("/install/company").values["company_id"] == str(HARBOR), "the choice is kept"
    assert not is_connected(app, HARBOR)
    assert dana.chooses(HOLLIS).heading == "Overview"


def test_a_company_where_the_app_is_not_installed_shows_the_way_and_then_works(
    app: Flask, person: MakeAdministrator, simulator: SimulatorProcess
) -> None:
    dana = person(DANA)
    dana.consents()
    page = dana.chooses(CASCADIA)
    assert page.status == 422
    assert "Company Admin, App Management, Install App" in page.alert.text
    assert not is_connected(app, CASCADIA)
    simulator.install(CASCADIA)
    assert "installed for Cascadia" in dana.chooses(CASCADIA).text


@pytest.mark.parametrize("forged", [str(NORTHGATE), "999999999999", "", "55188 or 1=1", "-1", "9" * 30])
def test_a_company_outside_the_list_is_refused(
    app: Flask, person: MakeAdministrator, simulator: SimulatorProcess, forged: str
) -> None:
    dana = person(DANA)
    dana.consents()
    simulator.forget_requests()
    page = dana.chooses(forged)
    assert page.status == 422
    assert page.heading == "Which company?"
    assert page.alert.text
    asked = {each["path"] for each in simulator.requests("/rest")}
    assert asked <= {"/rest/v1.0/me", "/rest/v1.0/companies"}, "a company was asked that is not in the list"
    assert not is_connected(app, NORTHGATE)


def test_pressing_install_twice_ends_in_the_settings(app: Flask, person: MakeAdministrator) -> None:
    dana = person(DANA)
    dana.consents()
    login = dana.client.get_cookie("ea_login", domain="app.tieback.localhost")
    assert login is not None
    dana.chooses(HOLLIS)
    dana.client.delete_cookie("sid", domain="app.tieback.localhost")  # the browser dropped the first answer
    dana.client.set_cookie("ea_login", login.value, domain="app.tieback.localhost")
    page = dana.chooses(HOLLIS)
    assert page.heading == "Overview"
    assert "Tieback is installed for Hollis & Grant Builders" in page.text
    with app.app_context(), company_scope(HOLLIS):
        assert [event.event for event in list_events(prefixes=["installation."])] == [
            "installation.connected"
        ]


def test_a_choice_after_its_time_begins_again(person: MakeAdministrator, clock: FakeClock) -> None:
    dana = person(DANA)
    dana.consents()
    clock.advance(601)
    page = dana.chooses(HOLLIS)
    assert page.status == 422
    assert "took too long" in page.alert.text
    assert page.forms("/install"), "the consent is on the page again, and leads to the login"


def test_installing_again_keeps_what_was_set_up(app: Flask, dana: Administrator) -> None:
    dana.installs(HOLLIS)
    with app.app_context(), company_scope(HOLLIS):
        connected = list_events(prefixes=["installation.connected"])
    assert len(connected) == 2
    assert dana.opens("/settings").status == 200


def test_consent_needs_our_own_page(person: MakeAdministrator) -> None:
    answer = person(DANA).client.post(
        "/install",
        base_url="http://app.tieback.localhost:5000",
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403


def test_the_privacy_page_says_what_the_consent_says(person: MakeAdministrator) -> None:
    dana = person(DANA)
    rows = [each.text for each in dana.opens("/install").root.all("tr")]
    assert len(rows) > 5
    assert [each.text for each in dana.opens("/privacy").root.all("tr")] == rows


@pytest.mark.parametrize("path", ["/", "/install", "/privacy", "/support", "/disconnected"])
def test_open_pages_need_nobody_signed_in(person: MakeAdministrator, path: str) -> None:
    page = person(DANA).opens(path)
    assert page.status == 200
    assert page.heading


def callback_of(person: Administrator) -> str:
    """The address that Procore's login sends the browser back to."""
    leaves = re.fullmatch(r"0; url=(.+)", person.post_form("/install").headers["Refresh"])
    assert leaves is not None
    return person.at_login(leaves[1])
