"""Browsers as people have them, the whole demo, and Procore, app and attacker on sites of their own.

Third-party cookies are blocked and the popup blocker is on, as in the field; host, login and app are different
sites.

Which engine: a test that takes `visitor` or `engine` runs in Chromium in `make test`, and in the other engines
and settings in `make test-deep`. One that says `@in_every_engine` runs in all three in `make test` already:
signing in, one attack, loading. A test that takes `browser` is about Chromium alone.

A process of the tests starts an engine once, when it is first needed. What one test left in it another one does
not find: each has a new window, and Chromium has forgotten cookies and storage. What is cached stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.remote.webdriver import WebDriver

from embedded_app import demo
from tests.browser.engines import CHROMIUM, Browsers, Engine, each_engine, free_port
from tests.browser.sites import Sites
from tests.browser.visitor import Visitor
from tests.fakes.certificate_authority import CertificateAuthority


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[demo.Running]:
    """The demo, from nothing, on free ports."""
    options = demo.Options(tmp_path_factory.mktemp("demo"), app_port=free_port(), simulator_port=free_port())
    with demo.started(options) as running:
        yield running


@pytest.fixture(scope="session")
def _authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    return CertificateAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def _browsers(
    _authority: CertificateAuthority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browsers]:
    started: dict[str, WebDriver] = {}
    opened: dict[str, str] = {}
    with ExitStack() as stack:

        def get(engine: Engine) -> WebDriver:
            engine.require()
            if engine.name not in started:
                folder = tmp_path_factory.mktemp(engine.name)
                start = contextmanager(engine.start)(folder, _authority.file)
                started[engine.name] = stack.enter_context(start)
            browser = started[engine.name]
            opened[engine.name] = _open_anew(browser, opened.get(engine.name, ""))
            return browser

        yield get


def _open_anew(browser: WebDriver, before: str) -> str:
    """Forget everything and open a window or tab, the only one; `before` is where the last test began."""
    windows = browser.window_handles
    kind = "window"
    if before in windows:  # a tab in its window costs least, once no popup is left that could take it in
        _close(browser, [window for window in windows if window != before])
        windows, kind = [before], "tab"
    browser.switch_to.window(windows[0])
    browser.switch_to.new_window(kind)
    new = browser.current_window_handle
    _close(browser, windows)
    browser.switch_to.window(new)
    if isinstance(browser, Chrome):  # the others keep only what belongs to sessions that have ended
        browser.execute_cdp_cmd("Storage.clearCookies", {})
        browser.execute_cdp_cmd("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"})
        browser.get_log("browser")  # type: ignore[no-untyped-call] # what was logged before
    return new


def _close(browser: WebDriver, windows: list[str]) -> None:
    for window in windows:
        browser.switch_to.window(window)
        browser.close()


@pytest.fixture
def browser(_browsers: Browsers) -> Chrome:
    """Chromium without cookies and storage, for what is not about engines."""
    browser = _browsers(CHROMIUM)
    assert isinstance(browser, Chrome)
    return browser


@pytest.fixture(scope="session")
def _sites(_authority: CertificateAuthority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    sites = Sites(tmp_path_factory.mktemp("sites"), _authority)
    with sites.running():
        yield sites


@pytest.fixture
def sites(_sites: Sites) -> Sites:
    """Everything over HTTPS, as it is where tests begin."""
    _sites.begin_anew()
    return _sites


@pytest.fixture(scope="session", params=each_engine(CHROMIUM))
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    engine: Engine = request.param
    engine.require()
    return engine


@pytest.fixture
def visitor(engine: Engine, sites: Sites, _browsers: Browsers) -> Visitor:
    """Somebody with a new window of that engine; what it kept from tests before means nothing any more."""
    return Visitor(_browsers(engine), sites)
