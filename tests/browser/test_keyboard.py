"""The frames by keyboard alone, and what a screen reader is told on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.engines import CHROMIUM, Browsers
from tests.browser.person import Person
from tests.browser.sites import RIVERSIDE, Sites
from tests.browser.visitor import APP_FRAME, PANEL_FRAME, Visitor

CONTROLS = """
const kinds = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
window.controls = [...document.querySelectorAll(kinds)].filter((each) => !each.disabled && each.checkVisibility());
window.reached = [];
document.addEventListener("focusin", ({ target }) => {
  if (getComputedStyle(target).outlineStyle !== "none") window.reached.push(window.controls.indexOf(target));
});
window.controls[0].focus();
return window.controls.map((each) => (each.getAttribute("aria-label") ?? each.textContent).trim());
"""
LISTEN = """
window.said = [];
const region = document.getElementById("status");
const note = () => region.textContent && window.said.push(region.textContent);
new MutationObserver(note).observe(region, { childList: true });
"""
FOCUSED = """
const { activeElement: element } = document;
return element.getAttribute("aria-label") ?? element.placeholder ?? element.textContent.trim();
"""


@pytest.fixture(scope="module")
def marcus(_sites: Sites, _browsers: Browsers) -> Visitor:
    """Signed in to the app, in one tab for all tests."""
    _sites.begin_anew()
    person = Visitor(_browsers(CHROMIUM), _sites)
    person.opens_app()
    person.signs_in()
    return person


@pytest.fixture
def person(marcus: Visitor) -> Iterator[Person]:
    """In front of the project's page, read anew."""
    marcus.opens_project()
    with marcus.inside(APP_FRAME):
        marcus.sees("SC-014")
        marcus.browser.execute_script(LISTEN)
        yield marcus


def press(person: Person, *keys: str) -> None:
    ActionChains(person.browser).send_keys(*keys).perform()


def focused(person: Person) -> str:
    """What the control with the focus is called."""
    name: str = person.browser.execute_script(FOCUSED)
    return name


def focuses(person: Person, css: str) -> None:
    person.browser.execute_script("arguments[0].focus()", person.finds(css))


def hears(person: Person, text: str) -> None:
    """A screen reader says so, sooner or later."""

    def said(browser: WebDriver) -> Any:
        return any(text in each for each in browser.execute_script("return window.said"))

    person.waits_for(said, f"the announcement “{text}”")


def skipped_by_tab(person: Person) -> list[str]:
    """The controls that Tab does not reach, or reaches without showing it."""
    names = person.browser.execute_script(CONTROLS)
    press(person, Keys.TAB * (len(names) - 1))
    reached = person.browser.execute_script("return window.reached")
    assert reached == sorted(reached)  # in the order of the page
    return [name for number, name in enumerate(names) if number not in reached]


def test_tab_reaches_every_control_of_the_project_and_shows_where_it_is(person: Person) -> None:
    assert skipped_by_tab(person) == []


def test_a_line_opens_by_enter_and_keeps_the_focus(person: Person) -> None:
    focuses(person, "button[aria-label='Both records of SC-014']")
    press(person, Keys.ENTER)
    person.sees("1 cause found")
    assert focused(person) == "Both records of SC-014"
    hears(person, "SC-014")
    press(person, Keys.TAB)  # on into what opened, past the region that scrolls
    press(person, Keys.TAB)
    assert focused(person) == "SC-014, both records"


def test_sorting_keeps_the_focus_on_its_head(person: Person) -> None:
    """The address of a head changes with what it would do next; its place does not."""
    focuses(person, "th a.sort[href*='sort=name']")
    for direction in ("ascending", "descending"):
        press(person, Keys.ENTER)
        person.finds(f"th[aria-sort={direction}] a.sort[href*='sort=name']")
        assert focused(person) == "Commitment"
    hears(person, "44 lines")


def test_searching_keeps_the_focus_and_says_what_is_left(person: Person) -> None:
    focuses(person, "input[type=search]")
    press(person, "steel erectors")
    hears(person, "1 of 44 lines")
    assert focused(person) == "Number, title, vendor, reference"
    ActionChains(person.browser).key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).perform()
    press(person, Keys.DELETE)
    hears(person, "44 lines, ")


def test_the_menu_opens_by_enter_and_escape_gives_the_focus_back(person: Person) -> None:
    focuses(person, "details.menu > summary")
    press(person, Keys.ENTER)
    person.sees("Signed in as Marcus Oyelaran")
    press(person, Keys.TAB, Keys.TAB)
    assert focused(person) != "Menu"
    press(person, Keys.ESCAPE)
    assert focused(person) == "Menu"


def test_a_decision_is_said_and_leaves_the_focus_where_it_was_made(person: Person) -> None:
    focuses(person, ".chips a[href*='show=only_in_procore']")
    press(person, Keys.ENTER)
    person.finds(".chip[aria-current][href*='show=only_in_procore']")
    link = person.finds("tbody tr a.btn[href*='open=']")
    person.browser.execute_script("arguments[0].focus()", link)
    press(person, Keys.ENTER)
    button = person.finds("tr.detail button[value=reject]")
    person.browser.execute_script("arguments[0].focus()", button)
    press(person, Keys.ENTER)
    hears(person, "Kept apart")
    assert person.browser.execute_script("return document.activeElement.closest('tbody') !== null")
    person.opens("1 kept apart")
    person.presses("Take back")
    person.waits_for(
        lambda browser: not browser.find_elements("css selector", "details.more"), "the candidate"
    )


def test_tab_reaches_every_control_of_the_side_panel(marcus: Visitor) -> None:
    marcus.browser.get(marcus.sites.portal(f"/{RIVERSIDE}/project/commitments"))
    marcus.follows("SC-014")
    marcus.clicks("#dock-button")
    with marcus.inside(PANEL_FRAME):
        marcus.sees("−248,250.00")
        assert skipped_by_tab(marcus) == []
        marcus.browser.execute_script(LISTEN)
        focuses(marcus, "a[aria-label=Refresh]")
        press(marcus, Keys.ENTER)
        hears(marcus, "SC-014 Structural steel")
        assert focused(marcus) == "Refresh"
