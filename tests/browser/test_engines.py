"""The ground on which the tests of signing in stand: engines that block what people's browsers block."""

from __future__ import annotations

import shutil

import pytest
from selenium.webdriver.common.by import By

from tests.browser.engines import FIREFOX
from tests.browser.sites import HOST, STRANGER, Sites
from tests.browser.visitor import APP_FRAME, Visitor

SETS = "<script>document.cookie = 'probe=1; Secure; SameSite=None';</script>"
TELLS = "<p></p><script>document.querySelector('p').textContent = `cookies: ${document.cookie}`;</script>"


def test_a_frame_of_another_site_gets_no_third_party_cookie(visitor: Visitor, sites: Sites) -> None:
    visitor.browser.get(sites.page(STRANGER, SETS))
    tells = sites.page(STRANGER, TELLS)
    visitor.browser.get(tells)
    visitor.sees("cookies: probe=1")
    visitor.browser.get(sites.framing(tells, HOST))
    with visitor.inside(APP_FRAME):
        visitor.sees("cookies:")
        assert visitor.page_text() == "cookies:"


def test_the_diagnostics_tell_what_a_frame_may_do(visitor: Visitor, sites: Sites) -> None:
    visitor.browser.get(sites.framing(sites.frame("diag"), HOST))
    with visitor.inside(APP_FRAME):
        visitor.sees("Cryptography")
        told = dict(zip(texts(visitor, "dt"), texts(visitor, "dd"), strict=True))
        assert (told["Framed"], told["sessionStorage"]) == ("yes", "works")
        visitor.presses("Try to open a window")
        visitor.sees("opened")


@pytest.mark.parametrize(("ci", "outcome"), [("1", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_missing_engine_fails_in_ci_and_is_skipped_elsewhere(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(outcome, match="apt-get install firefox-esr libnss3-tools"):
        FIREFOX.require()


def texts(visitor: Visitor, css: str) -> list[str]:
    return [element.text for element in visitor.browser.find_elements(By.CSS_SELECTOR, css)]
