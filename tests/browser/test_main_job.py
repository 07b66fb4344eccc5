"""The main job in a real browser: from the portal to the numbers, and from nothing to a published panel."""

from __future__ import annotations

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

from embedded_app import demo
from tests.browser.person import Person

APP_FRAME = "main.app-frame iframe"
PANEL_FRAME = "#side-panel-frame iframe"
VIEWPORT = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def person(browser: Chrome) -> Person:
    return Person(browser)


def row_of(person: Person, text: str) -> WebElement:
    """The table row that is about a commitment."""

    def found(browser: WebDriver) -> WebElement | None:
        rows = browser.find_elements(By.CSS_SELECTOR, "tbody tr")
        return next((row for row in rows if text in row.text.split()), None)

    row = person.waits_for(found, f"the row of {text}")
    assert row is not None
    return row


def adds_the_erp(person: Person) -> None:
    person.follows("Add source")
    person.picks("SQL database")
    person.presses("Add source")
    person.types("Name", "Vista ERP")
    person.chooses("Database", "SQLite file")
    person.types("Database name", "sample-erp.db")
    person.types("Table", "commitment_status")
    person.presses("Test")
    person.sees("First 5 of")
    person.chooses("Column that identifies a row", "commitment_no")
    person.presses("Save source")
    person.sees("Vista ERP is saved")


def publishes_a_panel(person: Person) -> None:
    person.follows("Projects")
    person.presses("Add C-1187")
    person.sees("Remove")

    person.follows("Panels")
    person.presses("Choose the fields")
    person.sees("What belongs together")
    for side in ("How Procore field 1 is read", "How column 1 is read"):
        person.chooses(side, "Digits of the last segment, without leading zeros")
    person.chooses("Try it on", "Snoqualmie River Bridge Replacement")
    person.presses("Preview")
    person.sees("Match rate with these rules")
    assert int(person.finds("#match-rate").text.split()[0]) > 50
    person.presses("Save and publish")
    person.sees("Published")


def test_a_project_manager_sees_the_erp_beside_the_live_record(person: Person, running: demo.Running) -> None:
    person.signs_in_to_portal(running.portal_url, "Dana Whitfield")
    person.follows("Hollis & Grant Builders")
    person.follows("Riverside Medical Center — Phase 2")
    person.opens("Apps")
    person.follows("Tieback")
    person.signs_in_to_app("Dana Whitfield", APP_FRAME)

    with person.inside(APP_FRAME):
        person.sees("Riverside Medical Center — Phase 2")
        match = row_of(person, "SC-011").text
        assert "21-0417-011" in match
        variance = row_of(person, "SC-014").text
        assert "6,842,500.00" in variance
        assert "6,594,250.00" in variance
        assert "−248,250.00" in variance
        unmatched = row_of(person, "SC-031").text
        assert "1,186,400.00" in unmatched
        assert "−1,186,400.00" in unmatched
        assert "Not in Sage ERP" in unmatched
        only_outside = row_of(person, "21-0417-P118").text
        assert "Not in Procore" in only_outside
        assert "+86,900.00" in only_outside

    person.follows("Riverside Medical Center — Phase 2")
    person.follows("Commitments")
    person.follows("SC-014")
    person.clicks("#dock-button")
    with person.inside(PANEL_FRAME):
        person.sees("SC-014")
        person.sees("6,594,250.00")
        person.sees("−248,250.00")
        assert person.browser.execute_script(VIEWPORT) <= 0  # nothing sticks out of 400 px


def test_an_administrator_installs_a_second_company(person: Person, running: demo.Running) -> None:
    person.signs_in_to_portal(running.portal_url, "Dana Whitfield")
    person.follows("Cascadia Civil Group")
    person.follows("App Management")
    key = person.finds("section[aria-labelledby='install-title'] code").text
    person.finds("input[name='installation_key']").send_keys(key)
    person.presses("Install")
    person.sees("Post-installation notes")
    person.presses("Create configuration")
    person.finds("button[aria-label='Remove Tieback']")  # the page after, which also has the notes

    with person.in_new_window(lambda: person.clicks(".note a[target='_blank']")):
        person.sees("Install Tieback for your company")
        person.presses("Continue with Procore")
        person.allows_app("Dana Whitfield")
        person.sees("Which company?")
        person.sees("Harbor JV")
        person.picks("Cascadia Civil Group")
        person.presses("Install for this company")
        person.sees("is installed for Cascadia Civil Group")

        adds_the_erp(person)
        publishes_a_panel(person)

    person.browser.get(f"{running.portal_url}/55188001/project/home")
    person.opens("Apps")
    person.follows("Tieback")
    person.signs_in_to_app("Dana Whitfield", APP_FRAME)
    with person.inside(APP_FRAME):
        person.sees("Snoqualmie River Bridge Replacement")
        assert "Vista" in person.page_text()
        assert "−102,180.00" in row_of(person, "SC-008").text


def test_declining_at_the_login_is_said_and_can_be_repeated(person: Person, running: demo.Running) -> None:
    person.signs_in_to_portal(running.portal_url, "Priya Raman")
    person.browser.get(f"{running.portal_url}/562949953500001/project/home")
    person.opens("Apps")
    person.follows("Tieback")
    with person.in_new_window(lambda: person._presses_in(APP_FRAME, "Sign in with Procore")):
        person.presses("Decline")
        person.waits_for(lambda browser: len(browser.window_handles) == 1, "the end of the window")
    with person.inside(APP_FRAME):
        person.sees("You did not finish signing in")
    person.signs_in_to_app("Priya Raman", APP_FRAME)
    with person.inside(APP_FRAME):
        assert "−248,250.00" in row_of(person, "SC-014").text


def test_no_page_logs_an_error(browser: Chrome, person: Person, running: demo.Running) -> None:
    """Nothing that the content policy refused, no script error, no missing file."""
    for path in ("/", "/install", "/privacy", "/support"):
        person.browser.get(running.public_url + path)
        person.finds("h1")
    assert browser.get_log("browser") == []  # type: ignore[no-untyped-call]
