"""Every page, fragment, card and refusal of the product and of the simulated Procore, as a browser shows it.

A page joins by being shown on the walk through the product, which a test in tests/system asks of every template.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest
from selenium.webdriver import Chrome

from tests.browser.documents import Document, documents, one_of_each
from tests.browser.engines import CHROMIUM, chromium
from tests.browser.portal_pages import portal_pages
from tests.checkers import programs
from tests.fakes.document_server import DocumentServer
from tests.fakes.simulator_process import SimulatorProcess
from tests.system.the_walk import walk
from tests.system.world import CLIENT_SECRET

WIDTHS = (320, 400, 768, 1280, 1600)
CHECKED_WIDTHS = (400, 1280)
SCHEMES = ("light", "dark")
PAPER = 1032  # A4 landscape without its margins, in CSS pixels
BEYOND_THE_WINDOW = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
EXTREMES = {
    "Cascade Steel Erectors": "O&#39;Brien &amp; Söhne International Mechanical, Electrical and Plumbing, LLC",
    "21-0417-014": "21-0417-014-AS-LONG-AS-REFERENCES-EVER-GET-0123456789",
    "6,842,500.00": "−1,234,567,890.12",
}
BACKGROUND = """
document.documentElement.dataset.theme = "dark";
return getComputedStyle(document.body).backgroundColor;
"""
VIOLATIONS = """
const done = arguments[arguments.length - 1];
const told = ({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(" | ")}`;
axe.run(document, { resultTypes: ["violations"], iframes: false })
  .then(({ violations }) => done(violations.map(told)), (error) => done([String(error)]));
"""


@dataclass
class Looks:
    """What was noticed, by document and window."""

    sticking_out: dict[str, int] = field(default_factory=dict)
    violations: dict[str, list[str]] = field(default_factory=dict)
    beside_the_paper: dict[str, int] = field(default_factory=dict)
    dark_paper: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> list[Document]:
    with SimulatorProcess(client_secret=CLIENT_SECRET) as simulator:
        answers = walk(simulator, tmp_path_factory.mktemp("walk")).answers
    found = one_of_each([*documents(answers), *portal_pages()])
    return [replace(document, html=_with_extremes(document.html)) for document in found]


def _with_extremes(html: str) -> str:
    """The page as it is with a vendor and an amount of the longest kind."""
    for usual, extreme in EXTREMES.items():
        html = html.replace(usual, extreme)
    return html


@pytest.fixture(scope="module")
def looks(shown: list[Document], tmp_path_factory: pytest.TempPathFactory) -> Looks:
    """One visit to each document: first its width in every window, then axe in four of them."""
    looks = Looks()
    addresses = {f"/{number}": document for number, document in enumerate(shown)}
    server = DocumentServer({path: document.html for path, document in addresses.items()})
    CHROMIUM.require()
    axe = programs.axe()
    with server, contextmanager(chromium)(tmp_path_factory.mktemp("browser")) as browser:
        browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": axe})
        for path, document in addresses.items():
            browser.get(server.base_url + path)
            browser.execute_cdp_cmd(
                "Emulation.setScrollbarsHidden", {"hidden": True}
            )  # as where it is narrow
            for width in WIDTHS:
                _resize(browser, width)
                beyond = browser.execute_script(BEYOND_THE_WINDOW)
                if beyond > 0:
                    looks.sticking_out[f"{document.name}, {width} px"] = beyond
            for width, scheme in _checked(browser):
                if found := browser.execute_async_script(VIOLATIONS):
                    looks.violations[f"{document.name}, {width} px, {scheme}"] = found
            if not document.name.startswith("portal"):
                _look_on_paper(browser, document.name, looks)
    return looks


def _look_on_paper(browser: Chrome, name: str, looks: Looks) -> None:
    """As somebody prints it who has chosen the dark theme."""
    _resize(browser, PAPER)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    if browser.execute_script(BACKGROUND) != "rgb(255, 255, 255)":
        looks.dark_paper.append(name)
    beyond = browser.execute_script(BEYOND_THE_WINDOW)
    if beyond > 0:
        looks.beside_the_paper[name] = beyond
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def _resize(browser: Chrome, width: int) -> None:
    metrics = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def _checked(browser: Chrome) -> Iterator[tuple[int, str]]:
    for width in CHECKED_WIDTHS:
        _resize(browser, width)
        for scheme in SCHEMES:
            features = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
            emulated = [{"name": name, "value": value} for name, value in features.items()]
            browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": emulated})
            yield width, scheme


def test_html_keeps_the_standard(shown: list[Document]) -> None:
    by_name = {f"{number} {document.name}": document.html for number, document in enumerate(shown)}
    assert programs.validate(by_name) == []


def test_axe_finds_no_violation_at_two_widths_in_both_schemes(looks: Looks) -> None:
    assert looks.violations == {}


def test_no_page_is_wider_than_its_window(looks: Looks) -> None:
    """Tables scroll by themselves."""
    assert looks.sticking_out == {}


def test_a_page_fits_its_paper_which_stays_white(looks: Looks) -> None:
    assert looks.beside_the_paper == {}
    assert looks.dark_paper == []
