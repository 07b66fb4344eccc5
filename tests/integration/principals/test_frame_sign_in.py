"""Signing in inside a frame, with the simulated Procore: the way it goes, and every way it must not."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from embedded_app.audit import list_events, verify
from embedded_app.ids import CompanyId
from embedded_app.principals import Principal
from embedded_app.services import services
from embedded_app.storage import company_scope, db
from embedded_app.web import cookies
from tests.fakes.fake_clock import FakeClock
from tests.fakes.person import ORIGIN, SCRIPT_HEADERS, Person, challenge_of, new_verifier
from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.principals.conftest import MakePerson
from tests.integration.principals.world import (
    CASCADIA,
    DANA,
    HARBOR,
    HOLLIS,
    MARCUS,
    NORTHGATE,
    NUMBERLESS,
    OF_CASCADIA,
    RIVERSIDE,
)


def install(app: Flask, person: Person, company_id: CompanyId) -> None:
    with app.app_context():
        begun = services().sign_ins.begin_install(None)
    with app.test_request_context():
        name = cookies.LOGIN.name
    person.client.set_cookie(name, begun.cookie, domain="app.tieback.localhost")
    person.get(person.at_login(begun.authorize_url))
    with app.app_context():
        services().sign_ins.complete_install(begun.cookie, company_id)


@pytest.fixture
def _installed(app: Flask, person: MakePerson) -> None:
    install(app, person(DANA), HOLLIS)


pytestmark = pytest.mark.usefixtures("_installed")


class Frame:
    """A frame that has begun; its verifier never leaves this object but to redeem."""

    def __init__(self, person: Person, company_id: int = HOLLIS) -> None:
        self.person = person
        self.verifier = new_verifier()
        response = person.ask(
            "begin", {"challenge": challenge_of(self.verifier), "company_id": str(company_id)}
        )
        assert response.status_code == 200, response.text
        assert response.json is not None
        self.rid: str = response.json["rid"]
        self.authorize_url: str = response.json["authorize_url"]

    def redeem(self, verifier: str | None = None) -> tuple[int, str]:
        """Status, and the code of a refusal or the status of a wait or the login of the person."""
        response = self.person.ask("redeem", {"rid": self.rid, "verifier": verifier or self.verifier})
        body = response.json
        assert body is not None
        match response.status_code:
            case 200:
                return 200, body["user"]["login"]
            case 202:
                return 202, body["status"]
        return response.status_code, body["error"]["code"]


def test_signing_in(app: Flask, person: MakePerson) -> None:
    marcus = person(MARCUS)
    frame = Frame(marcus)
    assert frame.redeem() == (202, "pending")
    page = marcus.get(marcus.at_login(frame.authorize_url))
    assert "Signed in as Marcus Oyelaran (marcus.oyelaran@hollisgrant.example)" in page.text
    assert 'data-closes="true"' in page.text
    assert frame.redeem() == (200, MARCUS)
    assert frame.redeem() == (403, "other"), "redeemed once"
    with app.app_context(), company_scope(HOLLIS):
        assert list_events()[0].event == "principal.signed_in"
        assert list_events()[0].actor_name == "Marcus Oyelaran"


def test_the_bearer_opens_private_pages_and_nothing_else_does(person: MakePerson) -> None:
    marcus = person(MARCUS)
    granted = marcus.sign_in_frame(HOLLIS).json
    assert granted is not None
    assert granted["expires_in_seconds"] == 900
    token = granted["token"]
    answer = marcus.get("/test/frame_bearer", Authorization=f"Bearer {token}")
    assert answer.text == f"Marcus Oyelaran {HOLLIS}"
    foreign = token.replace(str(HOLLIS), str(CASCADIA))
    for headers in (
        {},
        {"Authorization": f"Bearer {foreign}"},
        {"Authorization": token},
        {"Authorization": "Bearer x"},
        {"Authorization": f"Bearer {token}x"},
    ):
        assert marcus.get("/test/frame_bearer", **headers).status_code == 401


def test_declining_is_told(person: MakePerson) -> None:
    marcus = person(MARCUS)
    frame = Frame(marcus)
    page = marcus.get(marcus.at_login(frame.authorize_url, "decline"))
    assert "You did not allow access" in page.text
    assert frame.redeem() == (403, "declined")


def test_a_company_that_is_not_the_persons_is_refused(
    person: MakePerson, simulator: SimulatorProcess
) -> None:
    simulator.forget_requests()
    marcus = person(MARCUS)
    frame = Frame(marcus, NORTHGATE)
    marcus.get(marcus.at_login(frame.authorize_url))
    assert frame.redeem() == (403, "not_a_member")
    asked = {request["path"] for request in simulator.requests("/rest")}
    assert asked == {"/rest/v1.0/me", "/rest/v1.0/companies"}, "no company was asked"
    assert simulator.requests("/oauth/revoke"), "tokens that nobody uses are given back"


def test_a_company_that_is_not_connected_with_us_is_refused(person: MakePerson) -> None:
    dana = person(DANA)
    frame = Frame(dana, HARBOR)
    dana.get(dana.at_login(frame.authorize_url))
    assert frame.redeem() == (403, "not_installed")


@pytest.mark.parametrize("path", ["/oauth/token", "/rest/v1.0/me", "/rest/v1.0/companies"])
def test_a_login_that_procore_does_not_confirm_is_told(
    person: MakePerson, simulator: SimulatorProcess, path: str
) -> None:
    marcus = person(MARCUS)
    frame = Frame(marcus)
    callback = marcus.at_login(frame.authorize_url)
    simulator.fault(path, status=500)
    page = marcus.get(callback)
    assert (page.status_code, "did not come through" in page.text) == (502, True)
    assert frame.redeem() == (403, "failed")
    has_tokens = path != "/oauth/token"
    assert bool(simulator.requests("/oauth/revoke")) == has_tokens, "tokens that nobody uses are given back"


def test_an_uninstalled_app_is_noticed(person: MakePerson, simulator: SimulatorProcess) -> None:
    simulator.uninstall(HOLLIS)
    marcus = person(MARCUS)
    frame = Frame(marcus)
    marcus.get(marcus.at_login(frame.authorize_url))
    assert frame.redeem() == (403, "not_installed")


@pytest.mark.parametrize(("seconds", "answer"), [(120, (200, MARCUS)), (121, (403, "expired"))])
def test_a_finished_sign_in_waits_two_minutes(
    person: MakePerson, clock: FakeClock, seconds: int, answer: tuple[int, str]
) -> None:
    marcus = person(MARCUS)
    frame = Frame(marcus)
    marcus.get(marcus.at_login(frame.authorize_url))
    clock.advance(seconds)
    assert frame.redeem() == answer


def test_an_unfinished_sign_in_ends_after_ten_minutes(person: MakePerson, clock: FakeClock) -> None:
    marcus = person(MARCUS)
    frame = Frame(marcus)
    callback = marcus.at_login(frame.authorize_url)
    clock.advance(600)
    assert frame.redeem()[0] == 202
    clock.advance(1)
    assert frame.redeem() == (403, "expired")
    page = marcus.get(callback)
    assert (page.status_code, "This sign-in took too long" in page.text) == (400, True)


def test_the_redeemer_needs_the_verifier(person: MakePerson) -> None:
    marcus = person(MARCUS)
    frame = Frame(marcus)
    marcus.get(marcus.at_login(frame.authorize_url))
    for _ in range(5):
        assert frame.redeem(new_verifier()) == (403, "other")
    assert frame.redeem() == (403, "other"), "five wrong ones end it"


@pytest.mark.parametrize("rid", ["0190a5c2-7c1e-7d2f-9a4b-3c5d6e7f8091", "", "x", "1"])
def test_an_unknown_sign_in_says_as_little_as_a_wrong_verifier(person: MakePerson, rid: str) -> None:
    response = person(MARCUS).ask("redeem", {"rid": rid, "verifier": new_verifier()})
    assert response.json is not None
    assert (response.status_code, response.json["error"]["code"]) == (403, "other")


def test_lure_page_that_starts_for_the_victim_collects_nothing(person: MakePerson) -> None:
    """The attacker begins, and gets the victim to finish: the victim's browser lacks the cookie."""
    attacker, victim = person(DANA), person(MARCUS)
    frame = Frame(attacker)
    page = victim.get(victim.at_login(frame.authorize_url))
    assert (page.status_code, "begun in another browser" in page.text) == (400, True)
    assert frame.redeem() == (202, "pending")


def test_foreign_callback_signs_nobody_in(person: MakePerson) -> None:
    """The attacker finishes their own login up to the callback, and sends the victim its address."""
    attacker, victim = person(DANA), person(MARCUS)
    callback = attacker.at_login(Frame(attacker).authorize_url)
    victims_frame = Frame(victim)
    assert victim.get(callback).status_code == 400
    assert victims_frame.redeem() == (202, "pending")


def test_a_state_is_good_once(person: MakePerson) -> None:
    marcus = person(MARCUS)
    callback = marcus.at_login(Frame(marcus).authorize_url)
    assert marcus.get(callback).status_code == 200
    page = marcus.get(callback)
    assert (page.status_code, "is finished already" in page.text) == (400, True)
    page = marcus.get("/oauth/callback?code=x&state=made-elsewhere")
    assert (page.status_code, "is not known here" in page.text) == (400, True)


def test_two_windows_of_one_browser_sign_in_side_by_side(person: MakePerson) -> None:
    marcus = person(MARCUS)
    first, second = Frame(marcus), Frame(marcus)
    marcus.get(marcus.at_login(first.authorize_url))
    marcus.get(marcus.at_login(second.authorize_url))
    assert first.redeem() == (200, MARCUS)
    assert second.redeem() == (200, MARCUS)


FOREIGN: dict[str, dict[str, str | None]] = {
    "foreign origin": {"Origin": "http://www.evil.localhost"},
    "no origin": {"Origin": None},
    "no header": {"X-Requested-By": None},
    "cross-site": {"Sec-Fetch-Site": "cross-site"},
    "same-site": {"Sec-Fetch-Site": "same-site"},
    "a form": {"Content-Type": "text/plain"},
}


@pytest.mark.parametrize("change", FOREIGN.values(), ids=FOREIGN)
def test_foreign_pages_are_refused(person: MakePerson, change: dict[str, str | None]) -> None:
    marcus = person(MARCUS)
    granted = marcus.sign_in_frame(HOLLIS).json
    assert granted is not None
    given = SCRIPT_HEADERS | {
        "Authorization": f"Bearer {granted['token']}",
        "Content-Type": "application/json",
        **change,
    }
    headers = {name: value for name, value in given.items() if value is not None}
    for step in ("begin", "redeem", "resume", "renew", "logout"):
        response = marcus.client.post(f"/auth/frame/{step}", base_url=ORIGIN, data="{}", headers=headers)
        assert response.status_code == 403, step
        assert not [name for name, _ in response.headers if name.startswith("Access-Control")], step


def test_a_person_who_signs_in_twice_at_once_is_one_principal(app: Flask, person: MakePerson) -> None:
    windows = [person(MARCUS) for _ in range(4)]
    frames = [Frame(window) for window in windows]
    callbacks = [window.at_login(frame.authorize_url) for window, frame in zip(windows, frames, strict=True)]
    everybody = threading.Barrier(len(windows))

    def come_back(window: Person, callback: str) -> int:
        everybody.wait()
        return window.get(callback).status_code

    with ThreadPoolExecutor(len(windows)) as pool:
        assert set(pool.map(come_back, windows, callbacks)) == {200}
    assert [frame.redeem() for frame in frames] == [(200, MARCUS)] * len(frames)
    with app.app_context(), company_scope(HOLLIS):
        assert len(db.session.scalars(db.select(Principal).where(Principal.login == MARCUS)).all()) == 1
        assert verify() is None, "the audit chain holds"


def test_the_popup_keeps_its_opener_and_nobody_frames_it(person: MakePerson) -> None:
    page = person(MARCUS).get("/auth/frame/popup")
    assert page.status_code == 200
    assert page.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    callback = person(MARCUS).get("/oauth/callback")
    assert callback.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert callback.headers["Referrer-Policy"] == "no-referrer"


def test_begin_wants_a_challenge_and_a_company(person: MakePerson) -> None:
    marcus = person(MARCUS)
    challenge = challenge_of(new_verifier())
    for body in ({"challenge": "short", "company_id": "1"}, {"challenge": challenge, "company_id": "-1"}, {}):
        assert marcus.ask("begin", body).status_code == 422


def test_claims_about_projects_and_companies_are_checked_with_procore(
    person: MakePerson, simulator: SimulatorProcess
) -> None:
    marcus = person(MARCUS)
    granted = marcus.sign_in_frame(HOLLIS).json
    assert granted is not None
    authorization = {"Authorization": f"Bearer {granted['token']}"}

    def status(path: str) -> int:
        return marcus.get(path, **authorization).status_code

    simulator.forget_requests()
    assert marcus.get(f"/test/project/{RIVERSIDE}", **authorization).text.startswith("Riverside")
    assert status(f"/test/project/{RIVERSIDE}") == 200
    assert len(simulator.requests("/rest/v1.0/projects")) == 1, "an allow is remembered"
    assert status(f"/test/project/{NUMBERLESS}") == 403
    assert status(f"/test/project/{OF_CASCADIA}") == 403
    assert status("/test/project/12345") == 403
    bodies = {
        marcus.get(f"/test/project/{project}", **authorization).text.partition("Reference")[0]
        for project in (NUMBERLESS, OF_CASCADIA, 12345)
    }
    assert len(bodies) == 1, "one answer for forbidden and absent"
    assert len(simulator.requests("/rest/v1.0/projects")) == 4, "a deny is remembered too"
    assert status("/test/project/-1") == 422
    assert status(f"/test/company/{HOLLIS}") == 200
    assert status(f"/test/company/{CASCADIA}") == 403
