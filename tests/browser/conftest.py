"""Browsers as people have them, the whole demo, and Procore, app and attacker on sites of their own.

Third-party cookies are blocked and the popup blocker is on, as in the field; host, login and app are different
sites.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.remote.webdriver import WebDriver

from embedded_app import demo
from tests.browser.engines import CHROMIUM, FIREFOX, WEBKITGTK, Engine, chromium, free_port
from tests.browser.sites import Sites
from tests.browser.visitor import Visitor


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


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    """Chromium with a fresh profile."""
    CHROMIUM.require()
    with contextmanager(chromium)(tmp_path) as browser:
        yield browser


@pytest.fixture(scope="session")
def _sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    sites = Sites(tmp_path_factory.mktemp("sites"))
    with sites.running():
        yield sites


@pytest.fixture
def sites(_sites: Sites) -> Sites:
    """Everything over HTTPS, as it is where tests begin."""
    _sites.begin_anew()
    return _sites


@pytest.fixture(
    scope="session",
    params=[CHROMIUM, FIREFOX, WEBKITGTK],
    ids=str,
)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    engine: Engine = request.param
    engine.require()
    return engine


@pytest.fixture(scope="session")
def _browser_of_engine(
    engine: Engine, _sites: Sites, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WebDriver]:
    with contextmanager(engine.start)(tmp_path_factory.mktemp(engine.name), _sites.authority) as browser:
        yield browser


@pytest.fixture
def visitor(_browser_of_engine: WebDriver, sites: Sites) -> Visitor:
    """Somebody with a new window of that engine; what it kept from tests before means nothing any more."""
    browser = _browser_of_engine
    before = browser.window_handles
    browser.switch_to.window(before[0])
    browser.switch_to.new_window("window")  # a tab could share a popup of the test before, and its size
    new = browser.current_window_handle
    for window in before:
        browser.switch_to.window(window)
        browser.close()
    browser.switch_to.window(new)
    return Visitor(browser, sites)
