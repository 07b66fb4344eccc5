"""A browser as people have it, and the whole demo to point it at.

Third-party cookies are blocked and the popup blocker is on, as in the field; host, login and app are different
sites. Only Debian's browser and driver are used.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from embedded_app import demo

_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # CI runs as root, where the sandbox cannot start
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,1000",
)
_NOT_AS_DRIVERS_DO = ["disable-popup-blocking", "enable-automation"]
_BLOCK_THIRD_PARTY = {"profile.cookie_controls_mode": 1}


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
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    """A fresh Chromium profile."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        message = "Chromium or its driver is missing: sudo apt-get install chromium chromium-driver"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*_FLAGS, f"--user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(flag)
    options.add_experimental_option("excludeSwitches", _NOT_AS_DRIVERS_DO)
    options.add_experimental_option("prefs", _BLOCK_THIRD_PARTY)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with webdriver.Chrome(options, Service(driver)) as browser:
        yield browser


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
