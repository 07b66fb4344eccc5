"""How long a person waits in a real browser: from the frame's navigation to numbers on the screen.

Somebody is signed in already, Chromium has the app's files in its cache or has not, and Procore takes 100 ms for
every answer. What is printed are medians of one run on one machine; the aim is the slowest call and 150 ms.
"""

from __future__ import annotations

import statistics
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from bench.view import LATENCY_MS, PLENTY, free_port, slowest_call
from embedded_app.demo import Options, started
from embedded_app.demo.preparation import JOBS
from tests.browser.engines import chromium
from tests.browser.person import Person
from tests.fakes.simulator_process import SimulatorProcess

LOADS = 20
ROWS = 200
_LETTERS = "steel erectors"
_APP_FRAME = "main.app-frame iframe"
_NAME = "Marcus Oyelaran"
_LOAD_ANEW = """
const [frame, done] = arguments;
const address = new URL(frame.src);
address.searchParams.set("refresh", "1");
frame.addEventListener("load", () => done(), { once: true });
frame.src = address;
"""
_MEASURED = """
const done = arguments[0];
const entries = (type, options) => new Promise((resolve) => {
  const observer = new PerformanceObserver((list) => resolve(list.getEntries()));
  observer.observe({ type, buffered: true, ...options });
  setTimeout(() => resolve([]), 100);
});
Promise.all([
  entries("largest-contentful-paint"),
  entries("layout-shift"),
  entries("event", { durationThreshold: 16 }),
]).then(([paints, shifts, events]) => {
  const view = performance.getEntriesByType("resource").findLast(({ name }) => name.includes("/view?"));
  done({
    paint: paints.at(-1)?.startTime ?? 0,
    asked: view.startTime,
    answered: view.responseEnd,
    shift: shifts.reduce((sum, { value, hadRecentInput }) => sum + (hadRecentInput ? 0 : value), 0),
    interactions: events.filter(({ interactionId }) => interactionId).map(({ duration }) => duration),
  });
});
"""
_GROW = """
const body = document.querySelector(".table > tbody");
const rows = [...body.children];
for (let number = 0; body.children.length < arguments[0]; number += 1) {
  const row = rows[number % rows.length].cloneNode(true);
  for (const each of [row, ...row.querySelectorAll("[id]")]) each.id += `-${number}`;
  body.append(row);
}
return body.children.length;
"""


def main() -> None:
    """Print the figures of docs/performance.md."""
    with tempfile.TemporaryDirectory() as folder:
        ports = free_port(), free_port()
        with (
            started(Options(Path(folder) / "demo", *ports)) as running,
            contextmanager(chromium)(Path(folder)) as browser,
        ):
            simulator = SimulatorProcess()  # one that runs already: only its switches are wanted
            simulator.base_url = f"http://127.0.0.1:{ports[1]}"
            simulator.rate(
                hour_limit=PLENTY, hour_remaining=PLENTY, spike_limit=PLENTY, spike_remaining=PLENTY
            )
            person = Person(browser)
            _sign_in(person, running.portal_url)
            simulator.switch(latency_ms=LATENCY_MS)
            _measure(person, slowest_call(simulator))


def _sign_in(person: Person, portal_url: str) -> None:
    person.signs_in_to_portal(portal_url, _NAME)
    person.browser.get(f"{portal_url}/{next(iter(JOBS))}/project/home")
    person.opens("Apps")
    person.follows("Tieback")
    person.signs_in_to_app(_NAME, _APP_FRAME)
    with person.inside(_APP_FRAME):
        person.sees("SC-014")


def _measure(person: Person, slowest: float) -> None:
    print(f"frame: Procore answers in {LATENCY_MS} ms, {LOADS} loads each; milliseconds")
    print(f"  slowest call of a view, made alone       p50 {slowest:7.1f}   the aim is {slowest + 150:.1f}")
    for name, is_cached in (("files in the cache", True), ("empty cache", False)):
        _load(person, is_cached=is_cached)
        loads = [_load(person, is_cached=is_cached) for _ in range(LOADS)]
        asked, answered, painted = (
            statistics.median(load[moment] for load in loads) for moment in ("asked", "answered", "paint")
        )
        slow = max(load["paint"] for load in loads)
        shift = max(load["shift"] for load in loads)
        print(
            f"  first useful paint, {name:<18}   p50 {painted:7.1f}   max {slow:7.1f}   "
            f"slowest call + {painted - slowest:.1f}"
        )
        print(
            f"    the view is asked for after {asked:.1f}, answered after {answered - asked:.1f} more, "
            f"painted after {painted - answered:.1f} more; layout shift at most {shift:.4f}"
        )
    with person.inside(_APP_FRAME):
        _interact(person)


def _load(person: Person, *, is_cached: bool) -> dict[str, Any]:
    """Load the frame once more, and what it says of itself when its numbers are there."""
    browser = person.browser
    if not is_cached:
        browser.execute_cdp_cmd("Network.clearBrowserCache", {})
    browser.execute_async_script(_LOAD_ANEW, person.finds(_APP_FRAME))
    with person.inside(_APP_FRAME):
        person.finds("tbody tr")
        return person.waits_for(_measured, "the paint")


def _measured(browser: WebDriver) -> dict[str, Any]:
    """Empty before the paint that follows the answer."""
    measured: dict[str, Any] = browser.execute_async_script(_MEASURED)
    return measured if measured["paint"] > measured["answered"] else {}


def _interact(person: Person) -> None:
    """Open lines, type and sort in a table of many rows, and print how long the next paint took."""
    browser = person.browser
    rows = browser.execute_script(_GROW, ROWS)
    for expander in browser.find_elements("css selector", ".expander")[:10]:
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", expander)
        expander.click()
    person.finds("input[type=search]").click()
    for letter in (*_LETTERS, *[Keys.BACKSPACE] * len(_LETTERS)):
        ActionChains(browser).send_keys(letter).perform()
    person.finds("th a.sort[href*='sort=name']").click()
    person.finds("th[aria-sort] a.sort[href*='sort=name']")
    durations = browser.execute_async_script(_MEASURED)["interactions"] or [16]
    print(
        f"  interaction to next paint, {rows} rows      worst {max(durations):5.0f}   "
        f"of {len(durations)} that took 16 or more"
    )


if __name__ == "__main__":
    main()
