"""Signing in inside Procore's frame, in every engine (docs/sign-in.md)."""

from __future__ import annotations

import pytest

from tests.browser.engines import CHROMIUM, FIREFOX, FIREFOX_BLOCK_ALL, WEBKITGTK
from tests.browser.visitor import APP_FRAME, MARCUS, Visitor

# Firefox once more with its strictest setting, where what a browser keeps of a frame matters.
in_every_setting = pytest.mark.parametrize(
    "engine", [CHROMIUM, FIREFOX, FIREFOX_BLOCK_ALL, WEBKITGTK], indirect=True, ids=str
)


@in_every_setting
def test_signing_in(visitor: Visitor) -> None:
    visitor.opens_app()
    visitor.signs_in_to_app(MARCUS, APP_FRAME)
    visitor.sees_data()
    with visitor.inside(APP_FRAME):
        visitor.finds("summary[aria-label=Menu]").click()
        visitor.sees(f"Signed in as {MARCUS}")
