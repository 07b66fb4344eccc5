"""What a frame asks for and moves on its way to the numbers. How long that takes is measured by `bench frame`."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from tests.browser.engines import in_every_engine
from tests.browser.sites import APP, Sites
from tests.browser.visitor import APP_FRAME, Visitor

MOST_BYTES = 60 * 1024
MOST_SHIFT = 0.02
LOAD_ANEW = """
const [frame, done] = arguments;
const address = new URL(frame.src);
address.searchParams.set("refresh", "1");
frame.addEventListener("load", () => done(), { once: true });
frame.src = address;
"""
SIZES = """
const [navigation] = performance.getEntriesByType("navigation");
const all = [navigation, ...performance.getEntriesByType("resource")];
return all.map(({ name, transferSize, encodedBodySize }) => [name, Math.max(transferSize, encodedBodySize)]);
"""
SHIFTED = """
const done = arguments[0];
if (!PerformanceObserver.supportedEntryTypes.includes("layout-shift")) done(0); // Chromium alone measures it
const weigh = ({ value, hadRecentInput }) => (hadRecentInput ? 0 : value);
const sum = (list) => list.getEntries().map(weigh).reduce((total, value) => total + value, 0);
new PerformanceObserver((list) => done(sum(list))).observe({ type: "layout-shift", buffered: true });
requestAnimationFrame(() => setTimeout(() => done(0))); // none to report
"""


@pytest.fixture
def frame(visitor: Visitor) -> Visitor:
    """In front of the card."""
    visitor.opens_app()
    visitor.sees_inside("Sign in with Procore")
    return visitor


def loaded(person: Visitor) -> dict[str, int]:
    """What the document in the frame asked for, and how many bytes each has on the wire, if it is not cached."""
    with person.inside(APP_FRAME):
        entries: list[tuple[str, int]] = person.browser.execute_script(SIZES)
    return dict(entries)


@in_every_engine
def test_a_shell_is_small_and_asks_nobody_else(frame: Visitor, sites: Sites) -> None:
    own = f"{sites.origin(APP)}/"
    shell = loaded(frame)
    assert {address for address in shell if not address.startswith(own)} == set()
    assert sum(shell.values()) <= MOST_BYTES, shell

    frame.signs_in()
    frame.sees_inside("SC-014")
    working = loaded(frame)
    assert {address for address in working if not address.startswith(own)} == set()
    assert [address for address in set(working) - set(shell) if "/static/" in address] == []


@pytest.mark.parametrize("waits", [False, True])
def test_a_live_session_shows_its_numbers_without_a_jump(
    frame: Visitor, sites: Sites, *, waits: bool
) -> None:
    """Also after a wait long enough for the outline to be seen."""
    frame.signs_in()
    frame.sees_inside("SC-014")
    with sites.holding("/frame/project/view") if waits else nullcontext():
        frame.browser.execute_async_script(LOAD_ANEW, frame.finds(APP_FRAME))
        if waits:
            with frame.inside(APP_FRAME):
                frame.finds("[data-skeleton]")
    with frame.inside(APP_FRAME):
        frame.sees("SC-014")
        assert frame.browser.execute_async_script(SHIFTED) <= MOST_SHIFT
