"""Procore answers one call with 401 and all others well: one new sign-in, then a page that names the call."""

from __future__ import annotations

import pytest
from flask import Flask, url_for

from tests.fakes.fake_clock import FakeClock
from tests.fakes.person import ORIGIN
from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.settings.administrator import Administrator
from tests.integration.settings.page import Page
from tests.integration.settings.world import HOLLIS, RIVERSIDE

PERMISSIONS = "/rest/v1.0/settings/permissions"
PROJECTS = "/rest/v1.1/projects"


class Browser:
    """Goes where it is led, as a browser does, and gives up as one does."""

    MOST_REDIRECTS = 20

    def __init__(self, administrator: Administrator, simulator: SimulatorProcess) -> None:
        self._administrator = administrator
        self._simulator = simulator
        self.sign_ins = 0

    def opens(self, path: str) -> Page:
        for _ in range(self.MOST_REDIRECTS):
            answer = self._administrator.get(path)
            location = answer.headers.get("Location")
            if location is None:
                return Page(path.partition("?")[0], answer.status_code, answer.text)
            if "/oauth/authorize" in location:
                self.sign_ins += 1
                location = self._administrator.at_login(location)
            path = location.removeprefix(ORIGIN)
        raise AssertionError("ERR_TOO_MANY_REDIRECTS")


@pytest.fixture
def browser(dana: Administrator, simulator: SimulatorProcess, clock: FakeClock) -> Browser:
    """Dana's, who signed in an hour ago."""
    dana.opens("/settings")
    clock.advance(3600)
    return Browser(dana, simulator)


def address_of_project(app: Flask) -> str:
    with app.test_request_context():
        return url_for("frames.project_view", company_id=HOLLIS, project_id=RIVERSIDE)


def reference_of(page: Page) -> str:
    return page.text.partition("Reference ")[2].split()[0]


@pytest.mark.parametrize(
    ("path", "refused", "words"),
    [
        ("/settings", PERMISSIONS, "your permissions (GET /rest/v1.0/settings/permissions)"),
        ("/settings/connection", PERMISSIONS, "your permissions (GET"),
    ],
)
def test_one_new_sign_in_and_then_a_page_that_names_the_call(
    browser: Browser, simulator: SimulatorProcess, path: str, refused: str, words: str
) -> None:
    simulator.fault(f"{refused}*", status=401)
    page = browser.opens(path)
    assert (browser.sign_ins, page.status, page.heading) == (1, 502, "Procore refused a call")
    assert f"when it is asked for {words}" in page.text
    assert reference_of(page)
    again = browser.opens(path)
    assert (browser.sign_ins, again.status) == (1, 502)
    simulator.clear_faults()
    assert browser.opens(path).status == 200
    assert browser.sign_ins == 1, "the session has lasted"


def test_a_page_that_goes_on_without_the_call_says_it_there(
    browser: Browser, simulator: SimulatorProcess
) -> None:
    simulator.fault(f"{PROJECTS}*", status=401)
    page = browser.opens("/settings/projects")
    assert (browser.sign_ins, page.status) == (0, 200)
    assert "projects (GET /rest/v1.1/projects)" in page.text


def test_a_refusal_that_a_sign_in_cures_is_not_shown(browser: Browser, simulator: SimulatorProcess) -> None:
    simulator.fault(f"{PERMISSIONS}*", status=401, times=2)  # the call and its one repetition
    assert browser.opens("/settings").status == 200
    assert browser.sign_ins == 1


def test_a_refusal_now_and_then_is_not_noticed(browser: Browser, simulator: SimulatorProcess) -> None:
    simulator.fault(f"{PERMISSIONS}*", status=401, times=1)
    assert browser.opens("/settings").status == 200
    assert browser.sign_ins == 0


def test_two_tabs_sign_in_once_each(
    browser: Browser, simulator: SimulatorProcess, dana: Administrator
) -> None:
    simulator.fault(f"{PERMISSIONS}*", status=401)
    tabs = [browser, Browser(dana, simulator)]
    pages = [tab.opens("/settings") for tab in tabs]
    assert [page.status for page in pages] == [502, 502]
    assert sum(tab.sign_ins for tab in tabs) <= 2


def test_a_grant_that_is_taken_back_at_once_makes_no_loop(
    browser: Browser, simulator: SimulatorProcess
) -> None:
    """The API refuses the call, and the login host the refresh that follows."""
    simulator.fault(f"{PERMISSIONS}*", status=401)
    simulator.switch(refresh_mode="at_once")
    page = browser.opens("/settings")
    assert (browser.sign_ins, page.status) == (1, 502)


@pytest.mark.parametrize("path", ["/rest/v1.0/me", "/rest/v1.0/companies"])
def test_a_refusal_at_the_callback_says_which_call(
    browser: Browser, simulator: SimulatorProcess, dana: Administrator, path: str
) -> None:
    dana.post_form("/auth/tab/logout", csrf_token=dana.token())
    simulator.fault(path, status=401)
    page = browser.opens("/settings")
    assert (browser.sign_ins, page.status, page.heading) == (1, 502, "Procore refused a call")
    assert f"(GET {path})" in page.text
    assert reference_of(page)
    assert page.links()["Sign in again"] == "/auth/tab"


def test_in_a_frame_the_fragment_says_it(
    app: Flask, browser: Browser, simulator: SimulatorProcess, dana: Administrator
) -> None:
    del browser
    granted = dana.sign_in_frame(HOLLIS).json
    assert granted is not None
    simulator.fault(f"/rest/v1.0/projects/{RIVERSIDE}*", status=401)
    answer = dana.get(address_of_project(app), Authorization=f"Bearer {granted['token']}")
    assert answer.status_code == 502
    assert answer.headers["X-Fragment"] == "error"
    assert "Procore refused a call" in answer.text
    assert "(GET /rest/v1.0/projects/{p})" in answer.text


def test_in_a_frame_an_old_session_asks_for_one_sign_in(
    app: Flask, simulator: SimulatorProcess, dana: Administrator, clock: FakeClock
) -> None:
    granted = dana.sign_in_frame(HOLLIS).json
    assert granted is not None
    clock.advance(601)
    simulator.fault(f"/rest/v1.0/projects/{RIVERSIDE}*", status=401)
    address = address_of_project(app)
    for expected in (401, 502):
        answer = dana.get(address, Authorization=f"Bearer {granted['token']}")
        assert answer.status_code == expected
        granted = dana.sign_in_frame(HOLLIS).json
        assert granted is not None


@pytest.mark.parametrize("path", ["/rest/v1.0/companies", PERMISSIONS, "/rest/v1.0/company_base_url"])
def test_a_refusal_while_installing_leads_on(
    simulator: SimulatorProcess, dana: Administrator, path: str
) -> None:
    page = dana.consents()
    assert page.heading
    simulator.fault(f"{path}*", status=401)
    if path.endswith("companies"):
        page = dana.opens("/install/company")
    else:
        page = dana.sends(page, "/install/company", company_id=str(HOLLIS))
    assert page.status == 422
    assert f"(GET {path})" in page.text
    assert "Continue to sign in again" in page.text
    assert page.form("/install").buttons == ["Continue with Procore"]
