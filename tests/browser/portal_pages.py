"""The pages of the simulated Procore: the portal that people start from, its login, and what it refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlencode

from flask.testing import FlaskClient

from embedded_app.simulator.options import Options
from embedded_app.simulator.server import create_simulator
from tests.browser.documents import Document
from tests.fakes.html_page import HtmlPage

LOGIN = "dana.whitfield@hollisgrant.example"
HOLLIS = 562949953443325
_OF_NOBODY = "/1/project/home"
_DIGITS = re.compile(r"\d+")
_MOST_OF_A_KIND = 2


def portal_pages() -> list[Document]:
    """What Dana reaches by links, with the app installed in her company, and the pages around signing in."""
    options = Options(control=True)
    client = create_simulator(options).test_client()
    authorize = "/oauth/authorize?" + urlencode(
        {
            "client_id": options.client_id,
            "redirect_uri": options.redirect_uris[0],
            "response_type": "code",
            "state": "s",
        }
    )
    found = [_page(client, path) for path in ("/sign-in", authorize)]
    assert client.post("/_sim/login", json={"login": LOGIN}).status_code < 300
    assert client.post(f"/_sim/companies/{HOLLIS}/install").status_code < 300
    found += [_page(client, path) for path in (authorize, "/oauth/authorize", _OF_NOBODY)]
    return [*found, *_linked(client)]


def _page(client: FlaskClient, path: str) -> Document:
    answer = client.get(path)
    name = _DIGITS.sub("…", path.partition("?")[0])
    return Document(f"portal {name} {answer.status_code}", answer.text)


def _linked(client: FlaskClient) -> Iterator[Document]:
    seen: dict[str, int] = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop(0)
        kind = _DIGITS.sub("…", path)
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= _MOST_OF_A_KIND:
            document = _page(client, path)
            yield document
            waiting += [link.href for link in HtmlPage(document.html).links if link.href.startswith("/")]
