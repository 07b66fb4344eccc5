"""The ground on which the tests of signing in stand: engines that block what people's browsers block."""

from __future__ import annotations

from tests.browser.engines import in_every_setting
from tests.browser.sites import EVIL, HOST, Sites
from tests.browser.visitor import APP_FRAME, Visitor

SETS = "<script>document.cookie = 'probe=1; Secure; SameSite=None';</script>"
TELLS = "<p></p><script>document.querySelector('p').textContent = `cookies: ${document.cookie}`;</script>"


@in_every_setting
def test_a_frame_of_another_site_gets_no_third_party_cookie(visitor: Visitor, sites: Sites) -> None:
    visitor.browser.get(sites.page(EVIL, SETS))
    tells = sites.page(EVIL, TELLS)
    visitor.browser.get(tells)
    visitor.sees("cookies: probe=1")
    visitor.browser.get(sites.framing(tells, HOST))
    with visitor.inside(APP_FRAME):
        visitor.sees("cookies:")
        assert visitor.page_text() == "cookies:"
