"""Signing in where the browser opens no window: the login in a tab of its own, and a code typed into the frame."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from embedded_app.installations import SignInFlow
from embedded_app.storage import db
from tests.factories.settings import config_beside
from tests.fakes.fake_clock import FakeClock
from tests.fakes.person import ORIGIN, Person, challenge_of, new_verifier
from tests.fakes.saved_state import close
from tests.fakes.simulator_process import SimulatorProcess
from tests.fakes.small_app import make_small_app
from tests.integration.principals.test_frame_sign_in import install
from tests.integration.principals.world import DANA, HOLLIS, MARCUS

WRONG = "22222222"


@pytest.fixture
def app(database_url: str, simulator: SimulatorProcess, clock: FakeClock, tmp_path: Path) -> Iterator[Flask]:
    environment = config_beside(simulator, DATABASE_URL=database_url, SIGN_IN_CODES="on")
    app = make_small_app(environment, clock, tmp_path)
    yield app
    close(app)


class CodeFrame:
    """A frame with its verifier; `tab` is the browser of the person, whose cookies the frame never sees."""

    def __init__(self, app: Flask, simulator: SimulatorProcess, login: str = MARCUS) -> None:
        self.frame = Person(app, simulator, login)
        self.tab = Person(app, simulator, login)
        self.verifier = new_verifier()

    @property
    def link(self) -> str:
        query = {"company_id": str(HOLLIS), "challenge": challenge_of(self.verifier)}
        return f"/auth/frame/code?{urlencode(query)}"

    def signs_in(self, decision: str = "allow") -> TestResponse:
        """The page at the end of the login in the other tab."""
        begun = self.tab.get(self.link)
        assert begun.status_code == 303, begun.text
        return self.tab.get(self.tab.at_login(begun.headers["Location"], decision))

    def types(self, code: str) -> tuple[int, str]:
        response = self.frame.ask("code", {"verifier": self.verifier, "code": code})
        assert response.json is not None
        if response.status_code == 200:
            return 200, response.json["user"]["login"]
        return response.status_code, response.json["error"]["code"]


def code_on(page: TestResponse) -> str:
    found = re.search(r'<p class="code" translate="no">(\w{4} \w{4})</p>', page.text)
    assert found, page.text
    return found[1]


@pytest.fixture
def one(app: Flask, simulator: SimulatorProcess) -> CodeFrame:
    install(app, Person(app, simulator, DANA), HOLLIS)
    return CodeFrame(app, simulator)


def test_the_code_signs_the_frame_in_once(one: CodeFrame) -> None:
    assert one.types(WRONG) == (403, "too_early"), "the link was not followed"
    page = one.signs_in()
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert MARCUS in page.text
    code = code_on(page)
    assert not set("01ILO") & set(code)
    assert one.types(code.lower().replace(" ", "-")) == (200, MARCUS)
    assert one.types(code) == (403, "other")


def test_a_code_is_good_for_the_frame_that_made_the_link_alone(
    one: CodeFrame, app: Flask, simulator: SimulatorProcess
) -> None:
    code = code_on(one.signs_in())
    thief = CodeFrame(app, simulator, DANA)
    assert thief.types(code) == (403, "too_early")
    code_on(thief.signs_in())
    assert thief.types(code) == (403, "wrong_code"), "another frame's code"
    assert one.types(code) == (200, MARCUS)


def test_five_wrong_codes_end_it(one: CodeFrame) -> None:
    code = code_on(one.signs_in())
    for _ in range(5):
        assert one.types(WRONG) == (403, "wrong_code")
    assert one.types(code) == (403, "other")


@pytest.mark.parametrize(("seconds", "answer"), [(120, (200, MARCUS)), (121, (403, "expired"))])
def test_a_code_lasts_two_minutes(
    one: CodeFrame, clock: FakeClock, seconds: int, answer: tuple[int, str]
) -> None:
    code = code_on(one.signs_in())
    clock.advance(seconds)
    assert one.types(code) == answer


def test_the_link_lasts_ten_minutes(one: CodeFrame, clock: FakeClock) -> None:
    one.tab.get(one.link)
    clock.advance(600)
    assert one.types(WRONG) == (403, "too_early")
    clock.advance(1)
    assert one.types(WRONG) == (403, "expired")


def test_declining_is_told_to_the_frame(one: CodeFrame) -> None:
    page = one.signs_in("deny")
    assert "You did not allow access" in page.text
    assert one.types(WRONG) == (403, "declined")


def test_the_code_is_kept_as_a_hash(one: CodeFrame, app: Flask) -> None:
    code = code_on(one.signs_in()).replace(" ", "")
    with app.app_context():
        flow = db.session.scalars(select(SignInFlow).where(SignInFlow.code_hash.is_not(None))).one()
        assert code not in repr([getattr(flow, column.key) for column in SignInFlow.__table__.columns])


def test_a_foreign_page_cannot_lead_to_the_link(one: CodeFrame) -> None:
    for site in ("cross-site", "same-site", "none"):
        assert one.tab.get(one.link, **{"Sec-Fetch-Site": site}).status_code == 403
    for page in ("https://evil.example/", f"{ORIGIN}.evil.example/", ORIGIN.replace("http:", "https:")):
        headers = {"Sec-Fetch-Site": "cross-site", "Referer": page}
        assert one.tab.get(one.link, **headers).status_code == 403
    assert one.tab.get(one.link, **{"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_a_link_in_the_frame_leads_there_also_where_the_browser_calls_it_cross_site(one: CodeFrame) -> None:
    """As WebKit does of every link in a frame that opens a window of its own."""
    headers = {"Sec-Fetch-Site": "cross-site", "Referer": f"{ORIGIN}/frame/project?company_id=1"}
    assert one.tab.get(one.link, **headers).status_code == 303


def test_the_callback_in_another_browser_shows_no_code(
    one: CodeFrame, app: Flask, simulator: SimulatorProcess
) -> None:
    begun = one.tab.get(one.link)
    callback = one.tab.at_login(begun.headers["Location"])
    page = Person(app, simulator, DANA).get(callback)
    assert page.status_code == 400
    assert 'class="code"' not in page.text


@pytest.mark.parametrize("challenge", ["", "x", "é" * 43])
def test_a_malformed_link_begins_nothing(one: CodeFrame, challenge: str) -> None:
    query = urlencode({"company_id": str(HOLLIS), "challenge": challenge})
    assert one.tab.get(f"/auth/frame/code?{query}").status_code == 422


def test_off_by_default_there_is_neither_link_nor_code(
    database_url: str, simulator: SimulatorProcess, clock: FakeClock, tmp_path: Path
) -> None:
    app = make_small_app(config_beside(simulator, DATABASE_URL=database_url), clock, tmp_path)
    frame = CodeFrame(app, simulator)
    assert frame.tab.get(frame.link).status_code == 404
    assert frame.types(WRONG) == (404, "not_found")
    close(app)


def test_an_address_that_guesses_is_stopped_whoever_it_claims_to_be(
    one: CodeFrame, app: Flask, simulator: SimulatorProcess
) -> None:
    statuses = {CodeFrame(app, simulator).types(WRONG)[0] for _ in range(130)}
    assert statuses == {403, 429}
    assert one.types(WRONG) == (429, "too_many_requests")
