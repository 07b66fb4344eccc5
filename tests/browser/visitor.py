"""A person at the simulated Procore of `tests.browser.sites`, with the app in its frame."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.person import Person
from tests.browser.sites import RIVERSIDE, Sites

APP_FRAME = "main.app-frame iframe"
PANEL_FRAME = "#side-panel-frame iframe"
MARCUS = "Marcus Oyelaran"
VARIANCE = "−248,250.00"
"""Of the record SC-014 from the sample ERP: what only somebody who is signed in may see."""


class Visitor(Person):
    """Somebody who opens the app in a project; one window is theirs for Procore, the others come and go."""

    def __init__(self, browser: WebDriver, sites: Sites) -> None:
        super().__init__(browser)
        self.sites = sites
        self._home = browser.current_window_handle

    def opens_app(self, name: str = MARCUS) -> None:
        """Be signed in to the portal, in front of the app in the project."""
        self.browser.get(self.sites.portal_as(name, self.sites.app_in_project))
        self.finds(APP_FRAME)

    def opens_project(self) -> None:
        """The same for somebody who is signed in already."""
        self.browser.get(self.sites.portal(self.sites.app_in_project))
        self.finds(APP_FRAME)

    def finds_app(self, name: str = MARCUS) -> None:
        """The way that people go: sign in to the portal, and choose the app in the menu of the project."""
        self.signs_in_to_portal(self.sites.portal("/"), name)
        self.browser.get(self.sites.portal(f"/{RIVERSIDE}/project/home"))
        self.opens("Apps")
        self.follows("Tieback")
        self.finds(APP_FRAME)

    @contextmanager
    def at_login(self, button: str = "Sign in with Procore") -> Iterator[None]:
        """Press the frame's button, and be in the window that it opens once Procore asks there."""
        with self.in_new_window(lambda: self.presses_inside(button)):
            self.waits_for(lambda _: {"Continue", "Allow"} & set(self.page_text().split()), "the login")
            yield

    @contextmanager
    def back_at_host(self) -> Iterator[None]:
        """For a moment at Procore's page, while another window stays open."""
        here = self.browser.current_window_handle
        self.browser.switch_to.window(self._home)
        yield
        self.browser.switch_to.window(here)

    @contextmanager
    def back_in_frame(self) -> Iterator[None]:
        """The same, inside the frame on that page."""
        with self.back_at_host(), self.inside(APP_FRAME):
            yield

    def signs_in(self, button: str = "Sign in with Procore", *, name: str = MARCUS) -> None:
        """All of it, from the button in the frame to the end of the window."""
        with self.at_login(button):
            self.allows(name)

    def allows(self, name: str = MARCUS) -> None:
        self.allows_app(name)
        self.waits_for_window_to_close()

    def presses_inside(self, button: str) -> None:
        with self.inside(APP_FRAME):
            self.presses(button)

    def sees_inside(self, text: str) -> None:
        with self.inside(APP_FRAME):
            self.sees(text)

    def sees_data(self) -> None:
        self.sees_inside(VARIANCE)
