"""Three browser engines as people have them, behind one driver: Selenium's.

Third-party cookies are blocked, the popup blocker is on, pages come over HTTPS from an authority that the
engine trusts for this run alone. The programs are Debian's; `tests/install.py` names their packages.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.remote.webdriver import WebDriver

from embedded_app.leash import leashed
from tests.browser.marionette import MarionetteConnection
from tests.install import packages_of
from tests.machine import lacks

_CHROMIUM_FLAGS = (
    "--headless=new",
    "--no-sandbox",  # CI runs as root, where the sandbox cannot start
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-component-extensions-with-background-pages",
    "--disable-features=SpareRendererForSitePerProcess",  # nobody waits for a page's process here
    "--force-prefers-reduced-motion",
    "--window-size=1280,1000",
)
_NOT_AS_DRIVERS_DO = ["disable-popup-blocking", "enable-automation"]
_BLOCK_THIRD_PARTY = {"profile.cookie_controls_mode": 1}

_FIREFOX_PREFERENCES: dict[str, bool | int | str] = {
    "remote.prefs.recommended": False,  # they would switch the popup blocker off, and more
    "marionette.port": 0,
    "dom.disable_open_during_load": True,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.sessionstore.resume_from_crash": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "ui.prefersReducedMotion": 1,
}
_SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
_PATIENCE_SECONDS = 60


Start = Callable[[Path, Path], Iterator[WebDriver]]
"""Takes a folder for a fresh profile and the file of the authority to trust; gives one driver and ends it."""


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine in one state of its settings.

    Attributes:
        programs: what has to be on this machine; `tests/install.py` has the package of each.
        start: gives a driver with a fresh profile in a folder, trusting the authority in a file.
        keeps_cookies: whether a frame of another site keeps a cookie, in a partition of its own.
    """

    name: str
    programs: Sequence[str]
    start: Start
    keeps_cookies: bool = True

    def __str__(self) -> str:
        return self.name

    def require(self) -> None:
        """Fail in CI, and skip elsewhere, where this machine lacks one of the programs."""
        missing = packages_of(program for program in self.programs if shutil.which(program) is None)
        if not missing:
            return
        lacks(f"No {self.name} to drive: sudo apt-get install {' '.join(missing)}")


def chromium(folder: Path, authority: Path | None = None) -> Iterator[webdriver.Chrome]:
    """With the authorities of the machine, where none is given."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in (*_CHROMIUM_FLAGS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(flag)
    options.add_experimental_option("excludeSwitches", _NOT_AS_DRIVERS_DO)
    options.add_experimental_option("prefs", _BLOCK_THIRD_PARTY)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    environment = dict(os.environ)
    if authority is not None:
        environment["HOME"] = str(folder)  # where Chromium looks for the authorities of a person
        _trust(folder / ".pki" / "nssdb", authority)
    with webdriver.Chrome(options, _LeashedService(env=environment)) as browser:
        yield browser


class _LeashedService(Service):
    """Chromedriver, which ends with this process in any case."""

    def env_path(self) -> str:
        """The program to start, before the arguments."""
        return sys.executable

    def command_line_args(self) -> list[str]:
        return leashed([shutil.which("chromedriver") or "", *super().command_line_args()])[1:]


def _firefox(cookie_behavior: int) -> Start:
    def start(folder: Path, authority: Path) -> Iterator[WebDriver]:
        profile = folder / "profile"
        _trust(profile, authority)
        preferences = {**_FIREFOX_PREFERENCES, "network.cookie.cookieBehavior": cookie_behavior}
        lines = [
            f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in preferences.items()
        ]
        (profile / "user.js").write_text("\n".join(lines))
        command = ["firefox-esr", "--headless", "--marionette", "--no-remote", "--profile", str(profile)]
        with _running(command, folder, {"HOME": str(folder), "MOZ_HEADLESS_WIDTH": "1280"}):
            port = int(_once_there(profile / "MarionetteActivePort"))
            browser = WebDriver(MarionetteConnection(port), options=webdriver.FirefoxOptions())
            try:
                yield browser
            finally:
                browser.quit()

    return start


def _webkitgtk(folder: Path, authority: Path) -> Iterator[WebDriver]:
    """MiniBrowser. GnuTLS takes its authorities from one file of the system: show it another one in its place.

    Where the machine forbids that, for want of namespaces, the browser accepts the certificate unseen.
    """
    view = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", str(authority), _SYSTEM_AUTHORITIES]
    view += ["--die-with-parent", "--"]
    can_trust = subprocess.run([*view, "true"], check=False, capture_output=True).returncode == 0
    port = free_port()
    command = ["dbus-run-session", "--", "WebKitWebDriver", f"--port={port}"]
    if can_trust:
        command = [*view, *command]
    with _display(folder) as display, _running(command, folder, {"HOME": str(folder), "DISPLAY": display}):
        _until_listening(port)
        options = webdriver.WebKitGTKOptions()
        options.accept_insecure_certs = not can_trust
        options.binary_location = str(next(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser")))
        for argument in ("--automation", "--enable-itp"):
            options.add_argument(argument)
        connection = RemoteConnection(client_config=ClientConfig(f"http://127.0.0.1:{port}"))
        with WebDriver(connection, options=options) as browser:
            yield browser


@contextmanager
def _display(folder: Path) -> Iterator[str]:
    """An X server without a screen, under a number that it finds itself."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x1100x24", "-nolisten", "tcp"]
    with os.fdopen(read) as told, _running(command, folder, {}, passed=[write]):
        os.close(write)
        number = told.readline().strip()
        if not number:
            raise RuntimeError(f"Xvfb did not start; what it said is in {folder}.")
        yield f":{number}"


Browsers = Callable[[Engine], WebDriver]
"""Gives the driver of an engine, one in all, with a new window."""

CHROMIUM = Engine("chromium", ("chromium", "chromedriver", "certutil"), chromium)
_FIREFOX = ("firefox-esr", "certutil")
FIREFOX = Engine("firefox", _FIREFOX, _firefox(cookie_behavior=5))
FIREFOX_BLOCK_ALL = Engine("firefox-block-all", _FIREFOX, _firefox(cookie_behavior=1), keeps_cookies=False)
"""Firefox once more with its strictest setting, for what depends on what a browser keeps of a frame."""
WEBKITGTK = Engine(
    "webkitgtk", ("WebKitWebDriver", "bwrap", "dbus-run-session", "Xvfb"), _webkitgtk, keeps_cookies=False
)


def each_engine(*always: Engine) -> list[pytest.ParameterSet]:
    """Every engine as a parameter: those in `always` whenever the tests run, the others where they run deep."""
    return [
        pytest.param(engine, id=engine.name, marks=() if engine in always else pytest.mark.deep)
        for engine in (CHROMIUM, FIREFOX, FIREFOX_BLOCK_ALL, WEBKITGTK)
    ]


in_every_engine = pytest.mark.parametrize("engine", each_engine(CHROMIUM, FIREFOX, WEBKITGTK), indirect=True)
"""For the few tests that `make test` shows to all three; `make test-deep` shows all others to them as well."""


def _trust(database: Path, authority: Path) -> None:
    database.mkdir(parents=True, exist_ok=True)
    where = ["-d", f"sql:{database}"]
    subprocess.run(["certutil", "-N", *where, "--empty-password"], check=True)
    subprocess.run(["certutil", "-A", *where, "-n", "test", "-t", "C,,", "-i", str(authority)], check=True)


@contextmanager
def _running(
    command: Sequence[str], folder: Path, environment: dict[str, str], *, passed: Sequence[int] = ()
) -> Iterator[None]:
    """A program with all that it starts; what it says is in `folder`. It gets the descriptors `passed`."""
    with (
        (folder / f"{command[0]}.log").open("wb") as log,
        subprocess.Popen(
            leashed(command),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=os.environ | environment,
            pass_fds=passed,
        ),
    ):
        yield


def _once_there(file: Path) -> str:
    return _eventually(lambda: file.read_text() if file.exists() else "", str(file))


def _until_listening(port: int) -> None:
    def listens() -> str:
        with socket.socket() as probe:
            return "yes" if probe.connect_ex(("127.0.0.1", port)) == 0 else ""

    _eventually(listens, f"port {port}")


def _eventually(ask: Callable[[], str], what: str) -> str:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not (answer := ask()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} never came.")
        time.sleep(0.05)
    return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
