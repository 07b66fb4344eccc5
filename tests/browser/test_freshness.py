"""What changed in Procore arrives on an open page by itself, and takes nothing from whoever is reading there."""

from __future__ import annotations

from selenium.webdriver import Chrome

from embedded_app.procore.reading.reader import FRESH_SECONDS
from tests.browser.sites import Sites
from tests.browser.visitor import APP_FRAME, Visitor

PRIYA = "Priya Raman"
SIDES = "[aria-label='How fresh each source is']"
DETAIL = "button[aria-label='Both records of SC-014']"
LINE = f"tr:has({DETAIL})"
TITLE = "Structural steel, third issue"
VIEW = "/frame/project/view"


def test_an_old_look_is_shown_at_once_and_replaced_by_itself(browser: Chrome, sites: Sites) -> None:
    person = Visitor(browser, sites)
    person.opens_app(PRIYA)
    person.signs_in(name=PRIYA)
    with person.inside(APP_FRAME):
        person.sees("SC-014")
        assert TITLE not in person.page_text()
        sites.clock.advance(FRESH_SECONDS + 1)
        sites.simulator.edit("contracts", sites.record_ids["SC-014"], title=TITLE)
        with sites.holding("/rest/v1.0/work_order_contracts"):
            asked = len(sites.called(VIEW))
            person.clicks(".chips a")
            person.finds("[data-lags]")
            person.clicks(DETAIL)
            person.sees("1 cause found")
            person.waits_for(lambda _: len(sites.called(VIEW)) > asked + 1, "another question, in vain")
            assert TITLE not in person.page_text()

        person.sees(TITLE)  # in the open line perhaps a moment before it is in the table
        person.waits_for(lambda _: "Procore live" in person.finds(SIDES).text, "the new look")
        assert TITLE in person.finds(LINE).text
        assert person.finds(DETAIL).get_attribute("aria-expanded") == "true"
        person.sees("1 cause found")
        assert person.browser.find_elements("css selector", "[data-lags]") == []
