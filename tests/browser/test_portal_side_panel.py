"""The portal's half of the side-panel messages, as a framed page receives them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from werkzeug.serving import make_server

from embedded_app.simulator.options import Options
from embedded_app.simulator.seed import build_world, people
from embedded_app.simulator.server import create_simulator
from embedded_app.simulator.state import EXTENSION, Simulator
from embedded_app.simulator.switches import Switches
from tests.browser.person import Person

RIVERSIDE = people.HOLLIS_PROJECTS[0]
RECORDS = {each.number: each.id for each in build_world().contracts_of(RIVERSIDE)}
PANEL = b"""<!doctype html><title>panel</title><ol id="heard"></ol><script>
const host = new URL(document.referrer).origin;
addEventListener("message", (event) => {
  const line = document.createElement("li");
  line.textContent = JSON.stringify([event.origin, event.data]);
  document.getElementById("heard").append(line);
  const before = sessionStorage.getItem("types") ?? ""; // outlives the frame
  sessionStorage.setItem("types", `${before} ${event.data.type}`);
});
parent.postMessage({ type: "initialize" }, host);
</script>"""


class PanelPage(BaseHTTPRequestHandler):
    """Any address answers with a page that asks for its context and writes down what it hears."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(PANEL)))
        self.end_headers()
        self.wfile.write(PANEL)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the base class's name
        """Keep quiet."""


@pytest.fixture(scope="module")
def portal() -> Iterator[tuple[str, Simulator]]:
    """The portal's address in Hollis & Grant's region, with an app that writes down its messages."""
    with ExitStack() as stack:
        app = ThreadingHTTPServer(("127.0.0.1", 0), PanelPage)
        options = Options(app_url=f"http://app.tieback.localhost:{app.server_port}")
        simulator = create_simulator(options)
        portal = make_server("127.0.0.1", 0, simulator, threaded=True)
        for server in (app, portal):
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
        yield f"http://us02.procore.localhost:{portal.server_port}", simulator.extensions[EXTENSION]


@pytest.fixture
def host(portal: tuple[str, Simulator]) -> Iterator[str]:
    """That address alone; switches are back at their defaults afterwards."""
    yield portal[0]
    portal[1].switches.set(Switches().all())


@pytest.fixture
def detail(browser: Chrome, host: str) -> Chrome:
    """A browser of Dana's with SC-014 and its side panel open."""
    browser.get(f"{host}/sign-in")
    browser.find_element(By.CSS_SELECTOR, f"button[value='{people.DANA}']").click()
    until(browser, lambda: "/sign-in" not in browser.current_url)  # else leaving would cancel the sign-in
    dock(browser, f"{host}/{RIVERSIDE}/project/commitments/work_order_contracts/{RECORDS['SC-014']}")
    return browser


def dock(browser: Chrome, address: str) -> None:
    """Open a page and its side panel, and wait for the panel's context."""
    browser.get(address)
    Person(browser).clicks("#dock-button")
    until(browser, lambda: len(heard(browser)) == 1)


def until(browser: Chrome, holds: Callable[[], bool]) -> None:
    """Wait; an element that was replaced between finding and reading is found again."""
    Person(browser).waits_for(lambda _: holds(), "the next state")


def heard(browser: Chrome) -> list[Any]:
    """Origin and data of each message that arrived in the panel's frame."""
    browser.switch_to.frame("side-panel-app")
    try:
        lines = browser.find_elements(By.CSS_SELECTOR, "#heard li")
        return [json.loads(line.get_attribute("textContent") or "") for line in lines]
    finally:
        browser.switch_to.default_content()


def all_types(browser: Chrome) -> list[str]:
    """The types of all messages since the page was opened, also those of frames that are gone."""
    browser.switch_to.frame("side-panel-app")
    try:
        types: str = browser.execute_script("return sessionStorage.getItem('types')")
        return types.split()
    finally:
        browser.switch_to.default_content()


def setup(number: str) -> dict[str, object]:
    return {
        "type": "setup",
        "context": {
            "company_id": str(people.HOLLIS),
            "project_id": str(RIVERSIDE),
            "view": "commitments.work_order_contracts.detail",
            "id": str(RECORDS[number]),
        },
    }


def open_related(browser: Chrome) -> str:
    """Open the first related record; gives its number."""
    browser.execute_script("window.sameDocument = true")
    before = browser.find_element(By.TAG_NAME, "h1").text
    link = browser.find_element(By.CSS_SELECTOR, "a[data-record]")
    number = link.text.split()[0]
    link.click()
    until(browser, lambda: browser.find_element(By.TAG_NAME, "h1").text != before)
    assert browser.execute_script("return window.sameDocument")
    assert str(RECORDS[number]) in browser.current_url
    return number


def test_initialize_is_answered_with_the_context(detail: Chrome, host: str) -> None:
    assert heard(detail) == [[host, setup("SC-014")]]
    assert detail.find_element(By.ID, "side-panel").size["width"] == 400


def test_hiding_and_showing_keeps_the_frame(detail: Chrome) -> None:
    button = detail.find_element(By.ID, "dock-button")
    button.click()
    assert not detail.find_element(By.ID, "side-panel").is_displayed()
    button.click()
    until(detail, lambda: len(heard(detail)) == 3)
    types = [data["type"] for _, data in heard(detail)]
    assert types == ["setup", "sidepanel:app:hidden", "sidepanel:app:visible"]


def test_closing_destroys_the_frame(detail: Chrome) -> None:
    detail.find_element(By.ID, "side-panel-close").click()
    until(detail, lambda: not detail.find_elements(By.NAME, "side-panel-app"))
    detail.find_element(By.ID, "dock-button").click()
    until(detail, lambda: len(heard(detail)) == 1)
    assert heard(detail)[0][1] == setup("SC-014")
    assert all_types(detail) == ["setup", "sidepanel:app:hidden", "sidepanel:app:destroy", "setup"]


@pytest.mark.parametrize(
    ("choice", "sent"),
    [("setup", ["setup", "setup"]), ("visible", ["setup", "sidepanel:app:visible"]), ("nothing", ["setup"])],
)
def test_another_record_opens_without_a_page_load(detail: Chrome, choice: str, sent: list[str]) -> None:
    Select(detail.find_element(By.ID, "on-move")).select_by_value(choice)
    number = open_related(detail)
    # Messages arrive in order: what was not heard before this one was not sent.
    detail.find_element(By.ID, "dock-button").click()
    until(detail, lambda: all_types(detail)[-1] == "sidepanel:app:hidden")
    assert all_types(detail) == [*sent, "sidepanel:app:hidden"]
    if choice == "setup":
        assert heard(detail)[1][1] == setup(number)


def test_back_returns_to_the_record_before(detail: Chrome) -> None:
    open_related(detail)
    detail.back()
    until(detail, lambda: detail.find_element(By.TAG_NAME, "h1").text == "SC-014 Structural steel")
    until(detail, lambda: len(heard(detail)) == 3)
    assert heard(detail)[-1][1] == setup("SC-014")


def test_a_list_has_no_id_and_frames_may_be_sandboxed(
    detail: Chrome, portal: tuple[str, Simulator], host: str
) -> None:
    sandbox = "allow-scripts allow-same-origin"
    address = f"{host}/{RIVERSIDE}/project/commitments"
    dock(detail, address)
    place = {
        "company_id": str(people.HOLLIS),
        "project_id": str(RIVERSIDE),
        "view": "commitments.contracts.list",
    }
    assert heard(detail)[0][1] == {"type": "setup", "context": place}
    told = {"context_id_on_lists": "empty", "context_ids": "number", "frame_sandbox": sandbox}
    portal[1].switches.set(told)
    dock(detail, address)
    numbers = {"company_id": people.HOLLIS, "project_id": RIVERSIDE, "id": ""}
    assert heard(detail)[0][1] == {"type": "setup", "context": place | numbers}
    assert detail.find_element(By.NAME, "side-panel-app").get_dom_attribute("sandbox") == sandbox
