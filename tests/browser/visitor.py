"""A person at the simulated Procore of `tests.browser.sites`, with the app in its frame."""

from __future__ import annotations

from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.person import Person
from tests.browser.sites import RIVERSIDE, Sites

APP_FRAME = "main.app-frame iframe"
MARCUS = "Marcus Oyelaran"
VARIANCE = "−248,250.00"
"""Of the record SC-014 from the sample ERP: what only somebody who is signed in may see."""


class Visitor(Person):
    """Somebody who opens the app in a project."""

    def __init__(self, browser: WebDriver, sites: Sites) -> None:
        super().__init__(browser)
        self._sites = sites

    def opens_app(self, name: str = MARCUS) -> None:
        """Sign in to the portal and choose the app in the menu of the project."""
        self.signs_in_to_portal(self._sites.portal("/"), name)
        self.browser.get(self._sites.portal(f"/{RIVERSIDE}/project/home"))
        self.opens("Apps")
        self.follows("Tieback")

    def sees_data(self) -> None:
        with self.inside(APP_FRAME):
            self.sees(VARIANCE)
