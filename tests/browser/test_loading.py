"""What a frame asks for and moves on its way to the numbers. How long that takes is measured by `bench frame`."""

from __future__ import annotations

import pytest
from selenium.webdriver import Chrome

from embedded_app import demo
from tests.browser.person import Person
from tests.fakes.simulator_process import SimulatorProcess

APP_FRAME = "main.app-frame iframe"
RIVERSIDE = 562949953500001
MOST_BYTES = 60 * 1024
MOST_SHIFT = 0.02
SKELETON_MS = 3_000  # long enough for the outline to be seen
LOAD_ANEW = (
    'const at = new URL(arguments[0].src); at.searchParams.set("refresh", "1"); arguments[0].src = at;'
)
TRANSFERRED = """
const [navigation] = performance.getEntriesByType("navigation");
const all = [navigation, ...performance.getEntriesByType("resource")];
return all.map(({ name, transferSize }) => [name, transferSize]);
"""
SHIFTED = """
const done = arguments[0];
const weigh = ({ value, hadRecentInput }) => (hadRecentInput ? 0 : value);
const sum = (list) => list.getEntries().map(weigh).reduce((total, value) => total + value, 0);
new PerformanceObserver((list) => done(sum(list))).observe({ type: "layout-shift", buffered: true });
requestAnimationFrame(() => setTimeout(() => done(0))); // none to report
"""


@pytest.fixture
def frame(browser: Chrome, running: demo.Running) -> Person:
    """In front of the card, with nothing in the browser's cache."""
    person = Person(browser)
    person.signs_in_to_portal(running.portal_url, "Marcus Oyelaran")
    person.browser.get(f"{running.portal_url}/{RIVERSIDE}/project/home")
    person.opens("Apps")
    person.follows("Tieback")
    with person.inside(APP_FRAME):
        person.sees("Sign in with Procore")
    return person


def transferred(person: Person) -> dict[str, int]:
    """What the document in the frame asked for, and how many bytes of each came over the wire."""
    with person.inside(APP_FRAME):
        entries: list[tuple[str, int]] = person.browser.execute_script(TRANSFERRED)
    return dict(entries)


def test_a_shell_is_small_and_asks_nobody_else(frame: Person, running: demo.Running) -> None:
    shell = transferred(frame)
    assert {address for address in shell if not address.startswith(f"{running.public_url}/")} == set()
    assert sum(shell.values()) <= MOST_BYTES, shell

    frame.signs_in_to_app("Marcus Oyelaran", APP_FRAME)
    with frame.inside(APP_FRAME):
        frame.sees("SC-014")
    working = transferred(frame)
    assert {address for address in working if not address.startswith(f"{running.public_url}/")} == set()
    assert [address for address in set(working) - set(shell) if "/static/" in address] == []


@pytest.mark.parametrize("latency_ms", [0, SKELETON_MS])
def test_a_live_session_shows_its_numbers_without_a_jump(
    frame: Person, running: demo.Running, latency_ms: int
) -> None:
    frame.signs_in_to_app("Marcus Oyelaran", APP_FRAME)
    with frame.inside(APP_FRAME):
        frame.sees("SC-014")
    simulator = SimulatorProcess()  # one that runs already: only its switches are wanted
    simulator.base_url = running.portal_url
    simulator.switch(latency_ms=latency_ms)
    try:
        frame.browser.execute_script(LOAD_ANEW, frame.finds(APP_FRAME))
        with frame.inside(APP_FRAME):
            if latency_ms:
                frame.finds("[data-skeleton]")
            frame.sees("SC-014")
            assert frame.browser.execute_async_script(SHIFTED) <= MOST_SHIFT
    finally:
        simulator.switch(latency_ms=0)
