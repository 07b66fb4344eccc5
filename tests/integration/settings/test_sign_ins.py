"""Who is signed in: listed for administrators and for oneself, and ended by either."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from embedded_app.audit import AuditEvent
from embedded_app.storage import company_scope, db
from tests.fakes.fake_clock import FakeClock
from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.settings.administrator import Administrator
from tests.integration.settings.page import Page
from tests.integration.settings.world import DANA, HOLLIS, MARCUS

EVERYBODY, OWN = "/settings/sign-ins", "/sign-ins"
END = re.compile(r"^(/settings)?/sign-ins/.+/end$")


def ends(page: Page) -> list[str]:
    """The addresses of the buttons that end one sign-in."""
    return [
        action for form in page.root.all("form") if END.match(action := form.attributes.get("action", ""))
    ]


def names(page: Page) -> list[str]:
    return [heading.text for heading in page.root.all("h2")]


class Somebody(Administrator):
    """Signed in in a frame and in a tab, and no administrator."""

    def __init__(self, app: Flask, simulator: SimulatorProcess, login: str) -> None:
        super().__init__(app, simulator, login)
        granted = self.sign_in_frame(HOLLIS).json
        assert granted is not None
        self._bearer: str = granted["token"]
        self.get(self.at_login(self.get(f"/auth/tab?company_id={HOLLIS}").headers["Location"]))

    def is_let_in(self) -> bool:
        """Whether the bearer of the frame is good."""
        status = self.ask("renew", {}, self._bearer).status_code
        assert status in {200, 401}
        return status == 200


@pytest.fixture
def marcus(app: Flask, simulator: SimulatorProcess, dana: Administrator) -> Somebody:
    del dana
    return Somebody(app, simulator, MARCUS)


def events(app: Flask) -> list[tuple[str, str, str]]:
    with app.app_context(), company_scope(HOLLIS):
        return [
            (event.event, event.actor_name, event.subject_text)
            for event in db.session.scalars(select(AuditEvent).order_by(AuditEvent.sequence))
            if event.event in {"session.ended", "grant.revoked"}
        ]


def test_an_administrator_sees_who_is_signed_in_and_ends_one(
    app: Flask, dana: Administrator, marcus: Somebody, clock: FakeClock
) -> None:
    clock.advance(600)
    assert marcus.is_let_in()
    page = dana.opens(EVERYBODY)
    assert names(page) == ["Dana Whitfield", "Marcus Oyelaran"]
    assert "In a tab of its own this one" in page.text
    (in_frame,) = [row for row in page.root.all("tr") if "Inside Procore" in row.text]
    began, used, over = (
        each.attributes["datetime"] for cell in in_frame.all("td") for each in cell.all("time")
    )
    assert began < used < over
    form = in_frame.all("form")[0].attributes["action"]
    dana.sends(page, form)
    assert not marcus.is_let_in()
    assert len(ends(marcus.opens(OWN))) == 1, "the tab goes on"
    assert events(app) == [("session.ended", "Dana Whitfield", MARCUS)]


def test_a_sign_in_that_ended_is_not_ended_again(
    app: Flask, dana: Administrator, marcus: Somebody, clock: FakeClock
) -> None:
    page = dana.opens(EVERYBODY)
    (in_frame,) = [row for row in page.root.all("tr") if "Inside Procore" in row.text]
    form = in_frame.all("form")[0].attributes["action"]
    for _ in range(2):
        assert dana.sends(page, form).status == 200
    assert events(app) == [("session.ended", "Dana Whitfield", MARCUS)]
    own = marcus.opens(OWN)
    clock.advance(8 * 3600 + 1)  # by itself
    dana.get(dana.at_login(dana.get(f"/auth/tab?company_id={HOLLIS}").headers["Location"]))
    dana.posts(f"/settings{ends(own)[0]}", {"csrf_token": dana.token()})
    assert events(app) == [("session.ended", "Dana Whitfield", MARCUS)]


def test_a_person_is_signed_out_everywhere_and_the_tokens_go_back(
    app: Flask, dana: Administrator, marcus: Somebody, simulator: SimulatorProcess
) -> None:
    page = dana.opens(f"{EVERYBODY}?q=oyelaran")
    assert names(page) == ["Marcus Oyelaran"]
    (action,) = [
        action
        for form in page.root.all("form")
        if (action := form.attributes.get("action", "")).endswith("/sign-out")
    ]
    back = dana.sends(page, action)
    assert "Nobody of that name" in back.text, "the search goes on"
    assert "Procore confirmed the end of all 2 connections." in back.text
    assert simulator.requests("/oauth/revoke")
    assert "Procore confirmed" not in dana.opens(EVERYBODY).text, "it is said once"
    assert not marcus.is_let_in()
    assert "Marcus Oyelaran" not in names(dana.opens(EVERYBODY))
    assert events(app) == [("grant.revoked", "Dana Whitfield", MARCUS)]


def test_one_sees_and_ends_ones_own_alone(dana: Administrator, marcus: Somebody) -> None:
    own = marcus.opens(OWN)
    assert "Dana" not in own.text
    assert len(ends(own)) == 2
    (of_dana,) = [
        action
        for section in dana.opens(EVERYBODY).root.all("section")
        if "Dana" in section.text
        for form in section.all("form")
        if END.match(action := form.attributes.get("action", ""))
    ]
    marcus.posts(of_dana.removeprefix("/settings"), own.form(ends(own)[0]).values)
    assert dana.get(EVERYBODY).status_code == 200, "somebody else's is not one's own to end"
    frame = next(
        form.attributes["action"]
        for row in own.root.all("tr")
        if "Inside Procore" in row.text
        for form in row.all("form")
    )
    assert len(ends(marcus.sends(own, frame))) == 1
    assert not marcus.is_let_in()


def test_only_administrators_see_everybody(marcus: Somebody) -> None:
    assert marcus.get(EVERYBODY).status_code == 403


def test_ending_this_very_session_leads_to_the_sign_in(dana: Administrator) -> None:
    own = dana.opens(OWN)
    (this,) = ends(own)
    dana.post_form(this, **own.form(this).values)
    answer = dana.get(OWN)
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (303, "/auth/tab")


def test_a_session_that_ended_is_not_listed(dana: Administrator, marcus: Somebody, clock: FakeClock) -> None:
    clock.advance(8 * 3600 + 1)
    del marcus
    dana.get(dana.at_login(dana.get(f"/auth/tab?company_id={HOLLIS}").headers["Location"]))
    assert names(dana.opens(EVERYBODY)) == ["Dana Whitfield"]
    assert DANA in dana.opens(OWN).text
