"""Every page, fragment, card and refusal of the product and of the simulated Procore, as a browser shows it.

A page joins by being shown on the walk through the product, which a test in tests/system asks of every template.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from selenium.webdriver import Chrome

from tests.browser.documents import Document, documents, one_of_each
from tests.browser.engines import CHROMIUM, Browsers
from tests.browser.portal_pages import portal_pages
from tests.checkers import programs
from tests.fakes.document_server import DocumentServer
from tests.fakes.simulator_process import SimulatorProcess
from tests.system.the_walk import walk
from tests.system.world import CLIENT_SECRET

WIDTHS = (320, 400, 768, 1280, 1600)
SCHEMES = ("light", "dark")
PAPER = 1032  # A4 landscape without its margins, in CSS pixels
BEYOND_THE_WINDOW = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
EXTREMES = {
    "Cascade Steel Erectors": "O&#39;Brien &amp; Söhne International Mechanical, Electrical and Plumbing, LLC",
    "21-0417-014": "21-0417-014-AS-LONG-AS-REFERENCES-EVER-GET-0123456789",
    "6,842,500.00": "−1,234,567,890.12",
}
BACKGROUND = """
const root = document.documentElement;
const before = root.getAttribute("data-theme");
root.dataset.theme = "dark";
const { backgroundColor } = getComputedStyle(document.body);
if (before === null) root.removeAttribute("data-theme");
else root.dataset.theme = before;
return backgroundColor;
"""
WITHOUT_MORE_OF_A_KIND = """
const own = (node) => [node.tagName, node.className, node.getAttribute("role")];
const kind = (node) => [...own(node), ...[...node.children].map(kind)].join();
for (const body of document.querySelectorAll("tbody, ul, ol, dl, select")) {
  const known = new Map();
  for (const row of [...body.children]) {
    const number = (known.get(kind(row)) ?? 0) + 1;
    known.set(kind(row), number);
    if (number > 2) row.remove(); // two, since every other row may look different
  }
}
"""
VIOLATIONS = """
const done = arguments[arguments.length - 1];
const told = ({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(" | ")}`;
axe.run(document, { resultTypes: ["violations"], iframes: false })
  .then(({ violations }) => done(violations.map(told)), (error) => done([String(error)]));
"""


@dataclass(frozen=True, slots=True)
class Glance:
    """In which windows and colours; whether axe sees all rows of a table once, not two of each kind; on paper."""

    widths: tuple[int, ...]
    schemes: tuple[str, ...]
    at_all_rows: bool
    on_paper: bool


QUICK = Glance((1280, 400), ("light",), at_all_rows=False, on_paper=False)
THOROUGH = pytest.param(
    Glance(WIDTHS, SCHEMES, at_all_rows=True, on_paper=True), id="thorough", marks=pytest.mark.deep
)


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


@pytest.fixture(scope="module", params=[pytest.param(QUICK, id="quick"), THOROUGH])
def looks(request: pytest.FixtureRequest, shown: list[Document], _browsers: Browsers) -> Looks:
    """One visit to each document: first its width in every window, then axe, then paper."""
    glance: Glance = request.param
    looks = Looks()
    addresses = {f"/{number}": document for number, document in enumerate(shown)}
    axe = programs.axe()
    browser = _browsers(CHROMIUM)
    assert isinstance(browser, Chrome)
    with DocumentServer({path: document.html for path, document in addresses.items()}) as server:
        browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": axe})
        browser.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})  # as where it is narrow
        for path, document in addresses.items():
            browser.get(server.base_url + path)
            for width in glance.widths:
                _resize(browser, width)
                beyond = browser.execute_script(BEYOND_THE_WINDOW)
                if beyond > 0:
                    looks.sticking_out[f"{document.name}, {width} px"] = beyond
            if glance.on_paper and not document.name.startswith("portal"):
                _look_on_paper(browser, document.name, looks)
            for number, (width, scheme) in enumerate(_checked(browser, glance)):
                if number == int(glance.at_all_rows):
                    browser.execute_script(WITHOUT_MORE_OF_A_KIND)
                if found := browser.execute_async_script(VIOLATIONS):
                    looks.violations[f"{document.name}, {width} px, {scheme}"] = found
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


def _checked(browser: Chrome, glance: Glance) -> Iterator[tuple[int, str]]:
    for scheme in glance.schemes:
        features = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        emulated = [{"name": name, "value": value} for name, value in features.items()]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": emulated})
        for width in glance.widths:
            _resize(browser, width)
            yield width, scheme


def test_html_keeps_the_standard(shown: list[Document]) -> None:
    by_name = {f"{number} {document.name}": document.html for number, document in enumerate(shown)}
    assert programs.validate(by_name) == []


def test_axe_finds_no_violation(looks: Looks) -> None:
    assert looks.violations == {}


def test_no_page_is_wider_than_its_window(looks: Looks) -> None:
    """Tables scroll by themselves."""
    assert looks.sticking_out == {}


@pytest.mark.parametrize("looks", [THOROUGH], indirect=True)
def test_a_page_fits_its_paper_which_stays_white(looks: Looks) -> None:
    assert looks.beside_the_paper == {}
    assert looks.dark_paper == []
