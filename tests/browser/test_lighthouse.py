"""What Lighthouse thinks of pages that stand in a tab of their own."""

from __future__ import annotations

import pytest
from selenium.webdriver import Chrome

from embedded_app import demo
from tests.browser.person import Person
from tests.checkers import programs

PAGES = ("/install", "/support", "/settings/sources/new?kind=sql")
LEAST = 0.95


@pytest.mark.deep
def test_standalone_pages_score_well(browser: Chrome, running: demo.Running) -> None:
    person = Person(browser)
    person.signs_in_to_portal(running.portal_url, "Dana Whitfield")
    browser.get(f"{running.public_url}/settings")
    person.signs_in_to_settings("Dana Whitfield", "Hollis & Grant Builders")
    port = int(browser.capabilities["goog:chromeOptions"]["debuggerAddress"].rpartition(":")[2])
    found = programs.lighthouse(port, [running.public_url + page for page in PAGES])
    assert len(found) == len(PAGES)
    for address, page in found.items():
        for category in ("accessibility", "best-practices"):
            assert (page["scores"][category] or 0) >= LEAST, (address, page)
