"""A person at a browser: goes through the portal, the app's frame and its settings by what they see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from selenium.common.exceptions import (
    NoSuchElementException,
    NoSuchWindowException,
    StaleElementReferenceException,
    TimeoutException,
    WebDriverException,
)
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.ui import WebDriverWait

T = TypeVar("T")

_PATIENCE_SECONDS = 90  # much longer than anything takes where nothing is wrong, also on a busy machine
_POLL_SECONDS = 0.05
_MOST_TOLD = 2000
# What drivers may say, Chromium's, Firefox's and WebKit's, when a page goes while they look at it.
_LEFT_THE_PAGE = (
    "does not belong to the document",
    "not called before the unload event",
    "aborted by navigation",
    "Cannot find context",
    "Document was unloaded",
    "Browsing context has been discarded",
)
_TEXT = "return (document.body?.innerText ?? '').replaceAll('\\u00a0', ' ');"
_TO_CLICK = """
const found = [...arguments].find((each) => !each.disabled && each.checkVisibility({ visibilityProperty: true }));
found?.scrollIntoView({ block: "center", behavior: "instant" });
return found ?? null;
"""


class Person:
    """What somebody does. A step waits for what it needs, and fails with what was seen when it never comes."""

    def __init__(self, browser: WebDriver) -> None:
        self.browser = browser

    def waits_for(self, condition: Callable[[WebDriver], T], what: str) -> T:
        """The first true value of `condition`."""
        gone = (NoSuchElementException, StaleElementReferenceException)

        def unless_gone(browser: WebDriver) -> T | None:
            try:
                return condition(browser)
            except WebDriverException as error:
                if not any(words in str(error) for words in _LEFT_THE_PAGE):
                    raise
                return None

        try:
            found = WebDriverWait(self.browser, _PATIENCE_SECONDS, _POLL_SECONDS, gone).until(unless_gone)
            assert found is not None  # it waits for something true
            return found
        except TimeoutException:
            raise AssertionError(f"{what} never came.\n{self.what_is_seen()}") from None

    def page_text(self) -> str:
        """What the page, or the frame one is inside of, shows."""
        try:
            return _text(self.browser)
        except NoSuchWindowException:
            return "(this window was closed)"

    def what_is_seen(self) -> str:
        """Address, text and complaints, for whoever reads why a test failed; leaves every frame."""
        told = []
        try:
            told.append(f"One looks at: {self.page_text()[:_MOST_TOLD]}")
            self.browser.switch_to.default_content()
            told.append(
                f"The window is at {self.browser.current_url} and says: {self.page_text()[:_MOST_TOLD]}"
            )
            for frame in self.browser.find_elements(By.CSS_SELECTOR, "iframe"):
                address = frame.get_attribute("src")
                self.browser.switch_to.frame(frame)
                told.append(f"Its frame at {address} says: {self.page_text()[:_MOST_TOLD]}")
                self.browser.switch_to.default_content()
            if isinstance(self.browser, Chrome):
                told += [str(entry) for entry in self.browser.get_log("browser")]  # type: ignore[no-untyped-call]
        except WebDriverException as error:
            told.append(f"The browser says no more: {error.msg}")
        return "\n".join(told)

    def sees(self, text: str) -> None:
        self.waits_for(lambda browser: text in _text(browser), f"“{text}”")

    def finds(self, css: str) -> WebElement:
        return self.waits_for(lambda browser: browser.find_element(By.CSS_SELECTOR, css), css)

    def clicks(self, css: str) -> None:
        """Click what this finds; found anew when a page that was leaving is replaced in between."""
        self._clicks((By.CSS_SELECTOR, css), css)

    def follows(self, text: str) -> None:
        """Click the visible link with this text."""
        self._clicks((By.XPATH, f".//a[normalize-space()={_quoted(text)}]"), f"the link “{text}”")

    def presses(self, text: str) -> None:
        """Click the visible button whose text begins so."""
        self._clicks(
            (By.XPATH, f".//button[starts-with(normalize-space(), {_quoted(text)})]"), f"the button “{text}”"
        )

    def opens(self, text: str) -> None:
        """Open what stands behind a summary."""
        self._clicks((By.XPATH, f".//summary[normalize-space()={_quoted(text)}]"), f"“{text}”")

    def types(self, label: str, text: str) -> None:
        field = self._field(label)
        field.clear()
        field.send_keys(text)

    def chooses(self, label: str, option: str) -> None:
        Select(self._field(label)).select_by_visible_text(option)

    def picks(self, text: str) -> None:
        """Choose the radio button or box whose label holds this text."""
        path = f".//label[.//input and contains(normalize-space(), {_quoted(text)})]"
        self._clicks((By.XPATH, path), f"the choice “{text}”")

    @contextmanager
    def inside(self, css: str) -> Iterator[None]:
        """Work inside a frame of the page."""
        self.browser.switch_to.frame(self.finds(css))
        try:
            yield
        finally:
            self.browser.switch_to.default_content()

    @contextmanager
    def in_new_window(self, opens: Callable[[], None]) -> Iterator[None]:
        """Work in the window that `opens` brings up; afterwards back where one was, also when it closed itself."""
        before, home = set(self.browser.window_handles), self.browser.current_window_handle
        opens()
        new = self.waits_for(lambda browser: set(browser.window_handles) - before, "the new window").pop()
        self.browser.switch_to.window(new)
        try:
            yield
        finally:
            self.browser.switch_to.window(home)

    def signs_in_to_portal(self, portal_url: str, name: str) -> None:
        self.browser.get(portal_url)
        self._clicks((By.XPATH, f".//button[.//strong[normalize-space()={_quoted(name)}]]"), name)
        self.sees("Companies")

    def signs_in_to_app(self, name: str, frame_css: str) -> None:
        """Press the card's one button inside the frame, and allow the app in the window that opens."""
        with self.in_new_window(lambda: self._presses_in(frame_css, "Sign in with Procore")):
            self.allows_app(name)
            self.waits_for_window_to_close()

    def waits_for_window_to_close(self) -> None:
        """The sign-in window ends by itself, unasked."""
        try:
            here = self.browser.current_window_handle
        except NoSuchWindowException:
            return
        self.waits_for(lambda browser: here not in browser.window_handles, "the end of the window")

    def allows_app(self, name: str) -> None:
        """At the login: say who one is, if asked, and allow."""
        self.waits_for(lambda _: {"Continue", "Allow"} & set(self.page_text().split()), "the login")
        if "Continue as" in self.page_text():
            self.presses(f"Continue as {name}")
        self.presses("Allow")

    def signs_in_to_settings(self, name: str, company: str) -> None:
        """Allow the app, and say which company where the person administers several."""
        self.allows_app(name)
        self.waits_for(
            lambda _: {"Which company?", "Overview"} & set(self.page_text().splitlines()), "settings"
        )
        if "Which company?" in self.page_text():
            self.picks(company)
            self.presses("Open settings")
        self.sees("Overview")

    def _presses_in(self, frame_css: str, text: str) -> None:
        with self.inside(frame_css):
            self.presses(text)

    def _field(self, label: str) -> WebElement:
        found = self.waits_for(
            lambda browser: browser.find_element(By.XPATH, f".//label[normalize-space()={_quoted(label)}]"),
            f"the field “{label}”",
        )
        return self.browser.find_element(By.ID, found.get_attribute("for") or "")

    def _clicks(self, place: tuple[str, str], what: str) -> None:
        def clicked(browser: WebDriver) -> bool:
            found = browser.execute_script(_TO_CLICK, *browser.find_elements(*place))
            if found is not None:
                found.click()
            return found is not None

        self.waits_for(clicked, what)


def _text(browser: WebDriver) -> str:
    return browser.execute_script(_TEXT) or ""  # Firefox answers with nothing while its page goes


def _quoted(text: str) -> str:
    """A text as an XPath literal; one with both quotes has none."""
    return f'"{text}"' if '"' not in text else f"'{text}'"
