"""What changed in Procore arrives on an open page by itself, and takes nothing from whoever is reading there."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from embedded_app import demo
from tests.browser.person import Person

APP_FRAME = "main.app-frame iframe"
SIDES = "[aria-label='How fresh each source is']"
DETAIL = "button[aria-label='Both records of SC-014']"
TITLE = "Structural steel, third issue"


class Control:
    """The switches of the demo's simulator."""

    def __init__(self, portal_url: str) -> None:
        self._url = f"http://127.0.0.1:{urlsplit(portal_url).port}/_sim"  # only browsers resolve its name

    def __call__(self, method: str, place: str, **body: object) -> None:
        request = urllib.request.Request(
            self._url + place,
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
            method=method,
        )
        urllib.request.urlopen(request, timeout=10).close()


@pytest.fixture
def control(running: demo.Running) -> Iterator[Control]:
    control = Control(running.portal_url)
    yield control
    control("DELETE", "/faults")


@pytest.fixture
def person(browser: Chrome, running: demo.Running) -> Person:
    person = Person(browser)
    person.signs_in_to_portal(running.portal_url, "Priya Raman")
    person.browser.get(f"{running.portal_url}/562949953500001/project/home")
    person.opens("Apps")
    person.follows("Tieback")
    person.signs_in_to_app("Priya Raman", APP_FRAME)
    return person


def test_an_old_look_is_shown_at_once_and_replaced_by_itself(person: Person, control: Control) -> None:
    with person.inside(APP_FRAME):
        person.sees("SC-014")
        link = next(
            each
            for each in person.browser.find_elements(By.CSS_SELECTOR, ".ident a.strong")
            if each.text == "SC-014"
        )
        address = link.get_attribute("href")
        assert address is not None
        steel = address.rpartition("/")[2]
        before = link.find_element(By.XPATH, "./ancestor::tr").text
        assert TITLE not in before
        person.waits_for(
            lambda _: re.search(r"Procore live\W+(1[1-9]|[2-5]\d) s ago", person.finds(SIDES).text),
            "an old look",
        )
        control("PATCH", f"/records/contracts/{steel}", title=TITLE)
        # It takes its time, so that the page asks in vain at first, and the line can be opened meanwhile.
        control("POST", "/faults", path="/rest/v1.0/work_order_contracts", latency_ms=3000)
        person.clicks(".chips a")
        person.finds("[data-lags]")
        person.clicks(DETAIL)
        person.sees("1 cause found")
        assert TITLE not in person.page_text()

        person.sees(TITLE)  # in the open line perhaps a moment before it is in the table
        person.waits_for(lambda _: "Procore live" in person.finds(SIDES).text, "the new look")
        assert TITLE in person.finds(DETAIL).find_element(By.XPATH, "./ancestor::tr").text
        assert person.finds(DETAIL).get_attribute("aria-expanded") == "true"
        person.sees("1 cause found")
        assert person.browser.find_elements(By.CSS_SELECTOR, "[data-lags]") == []
