"""The pure parts of the scripts, run in a real browser; most have a twin in Python to agree with."""

from __future__ import annotations

import base64
import functools
import hashlib
import http.server
import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from embedded_app.errors import InvalidField
from embedded_app.ids import parse_id
from embedded_app.web.formatting import age
from tests.browser.engines import Browsers, Engine

ROOT = Path(__file__).parents[2]
ALLOWED = ["https://*.procore.com", "http://app.procore.localhost:9000"]

Call = Callable[..., Any]

_READS = """
const [path, html, state, done] = arguments;
(async () => {
  const { Fragments } = await import(path);
  document.body.innerHTML = "<main></main><p id='status'></p>"; // as in the shell
  const root = document.querySelector("main");
  let reads = 0;
  globalThis.fetch = async () => {
    reads += 1;
    return new Response(html, { headers: { "Content-Type": "text/html" } });
  };
  const session = { token: "b", renewIfDue: async () => {} };
  const off = new AbortController();
  const listener = { onShown() {}, onError(error) { throw error; } };
  const fragments = new Fragments(root, session, listener, { keepsAddress: false, signal: off.signal });
  await fragments.load("/view");
  if (state.open) root.querySelector("details").open = true;
  if (state.typed) root.querySelector("input").value = state.typed;
  const before = reads;
  await fragments.refresh();
  off.abort();
  return [before, reads - before];
})().then(done, (error) => done(String(error)));
"""
_PIECE = (
    '<p>All</p><form data-fragment-form><input name="q"></form><details><summary>More</summary>…</details>'
)
"""What is read for the first look, and when the page would replace itself."""


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the name is the base class's
        pass


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    handler = functools.partial(_QuietHandler, directory=str(ROOT / "static"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def beside_modules(origin: str, engine: Engine, _browsers: Browsers) -> WebDriver:
    """A browser at an empty page of the origin that has the modules."""
    browser = _browsers(engine)
    browser.get(f"{origin}/")
    return browser


@pytest.fixture(scope="module")
def call(origin: str, beside_modules: WebDriver) -> Call:
    """Calls an export of a module: ``call("lib/ids.js", "parseId", "7")``."""
    browser = beside_modules

    def call(module: str, name: str, *arguments: object) -> Any:
        return browser.execute_async_script(
            "const [path, name, args, done] = arguments;"
            "import(path).then((m) => m[name](...args)).then(done, (e) => done(String(e)));",
            f"{origin}/js/{module}",
            name,
            arguments,
        )

    return call


@pytest.mark.parametrize("seconds", [-5, 0, 4, 59, 60, 3599, 3600, 10440, 86399, 86400, 200000])
def test_ages_are_worded_as_by_the_server(call: Call, seconds: int) -> None:
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert call("lib/times.js", "writeAge", seconds) == age(now - timedelta(seconds=seconds), now)


CLAIMS: list[object] = [
    "1",
    "562949953443325",
    str(2**63 - 1),
    str(2**63),
    "0",
    "-1",
    "+1",
    "01",
    "1.0",
    "1e3",
    " 1",
]
CLAIMS += ["", "١", 7, 1.5, None, True, [1], {"a": 1}, "9" * 20, "{{procore.project.id}}"]


@pytest.mark.parametrize("claim", CLAIMS)
def test_ids_are_taken_as_by_the_server(call: Call, claim: object) -> None:
    try:
        expected = str(parse_id(claim))
    except InvalidField:
        expected = None
    assert call("lib/ids.js", "parseId", claim) == expected


def test_challenge_is_the_hash_of_the_verifier(call: Call) -> None:
    verifier = call("lib/proof.js", "randomText", 256)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", verifier)
    assert call("lib/proof.js", "randomText", 256) != verifier
    expected = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert call("lib/proof.js", "challengeOf", verifier) == expected


@pytest.mark.parametrize(
    ("elapsed_ms", "delay_ms"),
    [(0, 1000), (29_999, 1000), (30_000, 3000), (599_999, 3000), (600_000, None)],
)
def test_asking_slows_down_and_ends(call: Call, elapsed_ms: int, delay_ms: int | None) -> None:
    assert call("lib/schedule.js", "nextDelay", elapsed_ms) == delay_ms


@pytest.mark.parametrize(
    "host",
    ["https://us02.procore.com", "https://a.b.procore.com", "http://app.procore.localhost:9000"],
)
def test_allowed_hosts_are_heard(call: Call, host: str) -> None:
    assert call("lib/origins.js", "isAllowedOrigin", host, ALLOWED) is True


@pytest.mark.parametrize(
    "host",
    [
        "https://procore.com",
        "https://.procore.com",
        "https://evilprocore.com",
        "https://us02.procore.com.evil.example",
        "https://evil.example/.procore.com",
        "https://u@.procore.com",
        "http://us02.procore.com",
        "https://us02.procore.com:8443",
        "http://app.procore.localhost:9001",
        "null",
        "",
    ],
)
def test_other_hosts_are_not_heard(call: Call, host: str) -> None:
    assert call("lib/origins.js", "isAllowedOrigin", host, ALLOWED) is False


@pytest.fixture
def read_setup(call: Call) -> Call:
    return lambda context: call("lib/setup.js", "readSetup", context)


@pytest.mark.parametrize(
    "context",
    [
        None,
        "x",
        {},
        {"company_id": 1, "project_id": "x", "view": "rfi.detail", "id": 1},
        {"company_id": 1, "view": "rfi.detail", "id": 1},
        {"company_id": 1, "project_id": 2, "view": "../admin", "id": 1},
    ],
)
def test_what_is_no_context_is_refused(read_setup: Call, context: object) -> None:
    assert read_setup(context) is None


@pytest.mark.parametrize(
    "outcome", ["declined", "not_a_member", "not_installed", "expired", "failed", "other"]
)
def test_every_outcome_of_a_sign_in_has_a_card(call: Call, outcome: str) -> None:
    card = call("lib/variants.js", "cardFor", outcome)
    assert f'call card("{card}"' in (ROOT / "templates/frames/_cards.html").read_text()
    assert (card == "error") == (outcome in {"failed", "other"})


@pytest.mark.parametrize(
    ("state", "reads"),
    [({}, 1), ({"open": True}, 0), ({"typed": "SC"}, 0), ({"open": True, "typed": "SC"}, 0)],
)
def test_a_page_replaces_itself_only_where_nobody_is_in_the_middle_of_something(
    origin: str, beside_modules: WebDriver, state: dict[str, object], reads: int
) -> None:
    module = f"{origin}/js/lib/fragments.js"
    assert beside_modules.execute_async_script(_READS, module, _PIECE, state) == [1, reads]


_PRESSES = """
const [path, words, done] = arguments;
(async () => {
  const { sayWaiting } = await import(path);
  document.body.innerHTML = "<form><button>Test</button><button>Other</button><i data-waits></i></form>";
  const [form, button, other] = document.querySelectorAll("form, button");
  if (words) button.dataset.waiting = words;
  sayWaiting();
  const sent = [];
  form.addEventListener("submit", (event) => {
    sent.push(event.defaultPrevented);
    event.preventDefault(); // the page stays
  });
  const line = form.querySelector("[data-waits]");
  button.click();
  button.click();
  other.click();
  const before = [form.getAttribute("aria-busy"), line.textContent.trim(), [...sent]];
  dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  const after = [form.getAttribute("aria-busy"), line.textContent];
  button.click();
  return [...before, ...after, sent.at(-1)];
})().then(done, (error) => done(String(error)));
"""


def test_a_form_that_waits_says_so_and_is_sent_once(origin: str, beside_modules: WebDriver) -> None:
    found = beside_modules.execute_async_script(_PRESSES, f"{origin}/js/lib/wait.js", "Reading the file.")
    assert found == ["true", "Reading the file.", [False, True, False], None, "", False]


def test_a_form_that_answers_soon_says_nothing(origin: str, beside_modules: WebDriver) -> None:
    found = beside_modules.execute_async_script(_PRESSES, f"{origin}/js/lib/wait.js", "")
    assert found == [None, "", [False, False, False], None, "", False]
