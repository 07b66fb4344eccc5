"""What a cost engineer does on the project's page, in a real browser: look closer, filter, link, take it back."""

from __future__ import annotations

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.person import Person
from tests.browser.sites import Sites
from tests.browser.visitor import APP_FRAME, Visitor

ALL_CHIP = "//a[contains(@class, 'chip') and starts-with(normalize-space(), 'All')]"
BEYOND_THE_FRAME = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
BEYOND_THE_TABLE = "const t = document.querySelector('.table-wrap'); return t.scrollWidth - t.clientWidth"
TO_LINK = "//tr[.//a[normalize-space()='SC-031']]//a[contains(., 'Link')]"


@pytest.fixture
def person(browser: Chrome, sites: Sites) -> Person:
    person = Visitor(browser, sites)
    person.opens_app()
    person.signs_in()
    return person


def shown(person: Person) -> list[str]:
    """The numbers of the records on the page, in order."""
    links = person.browser.find_elements(By.CSS_SELECTOR, ".ident > span > a.strong")
    return [link.text for link in links]


def errors_in_console(browser: Chrome) -> list[str]:
    """What the browser complained about in our own pages, such as a policy that was not kept."""
    entries = browser.get_log("browser")  # type: ignore[no-untyped-call] # Selenium leaves it untyped
    ours = [entry for entry in entries if "//app.tieback.localhost" in entry["message"]]
    return [entry["message"] for entry in ours if entry["level"] == "SEVERE"]


def waits_for_lines(person: Person, *numbers: str) -> None:
    person.waits_for(lambda _: shown(person) == list(numbers), f"only {numbers}")


def test_looking_closer_filtering_and_sorting(browser: Chrome, person: Person) -> None:
    with person.inside(APP_FRAME):
        person.sees("SC-014")
        person.clicks("button[aria-label='Both records of SC-014']")
        person.sees("All of it is in approved change orders: 362,500.00 in Procore, 114,250.00 in Sage ERP.")

        person.browser.execute_script("window.print = () => { document.title = 'printed'; };")
        person.presses("Print")
        person.waits_for(lambda _: person.browser.execute_script("return document.title") == "printed", "it")

        person.finds("input[type=search]").send_keys("steel erectors")
        waits_for_lines(person, "SC-014")
        field = person.finds("input[type=search]")
        assert field == person.browser.switch_to.active_element  # one can go on typing
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(Keys.DELETE)
        person.waits_for(lambda _: len(shown(person)) > 20, "all lines again")

        person.clicks(".chips a[href*='show=variance']")
        person.waits_for(lambda _: shown(person)[0] == "SC-014", "the largest variance first")
        person.clicks("th a.sort[href*='sort=name']")
        person.waits_for(lambda _: shown(person) == sorted(shown(person)), "lines by their number")
        assert errors_in_console(browser) == []


def test_linking_a_candidate_and_taking_it_back(person: Person) -> None:
    with person.inside(APP_FRAME):
        person.sees("SC-031")
        person.clicks(".chips a[href*='show=only_in_procore']")
        person.waits_for(lambda _: "SC-014" not in shown(person), "the filtered lines")
        person.waits_for(lambda browser: browser.find_element(By.XPATH, TO_LINK), "the line to link").click()
        person.sees("Rows of Sage ERP that could belong to SC-031.")
        person.clicks("button[aria-label='Link 21-0417-047 · Med gas']")
        person.sees("Linked")
        person.waits_for(lambda _: "SC-031" not in shown(person), "the line to leave the filter")

        person.waits_for(lambda browser: browser.find_element(By.XPATH, ALL_CHIP), "the first chip").click()
        person.waits_for(lambda _: "SC-031" in shown(person), "all lines")
        person.clicks("button[aria-label='Both records of SC-031']")
        person.sees("Linked by Marcus Oyelaran")
        person.clicks("summary[aria-label='Unlink 21-0417-047 · Med gas']")
        person.sees("SC-031 will count as unmatched.")
        person.clicks("button[aria-label='Unlink 21-0417-047 · Med gas from SC-031']")
        person.sees("Unlinked")
        person.sees("Not in Sage ERP")


def test_the_page_fits_its_frame_at_every_width_and_only_the_table_scrolls(person: Person) -> None:
    with person.inside(APP_FRAME):
        person.sees("SC-014")
        button = person.finds("button[aria-label='Both records of SC-014']")
        person.browser.execute_script("arguments[0].click()", button)
        person.sees("1 cause found")
    beyond = {}
    for width in (1600, 1280, 1231, 1024, 768, 400, 320):
        metrics = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
        person.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        with person.inside(APP_FRAME):
            assert person.browser.execute_script(BEYOND_THE_FRAME) == 0, width
            beyond[width] = person.browser.execute_script(BEYOND_THE_TABLE)
    assert {width for width, pixels in beyond.items() if pixels} == {1024, 768}
