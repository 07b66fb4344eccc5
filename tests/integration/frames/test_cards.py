"""The cards that the shell of a frame brings along, so that they show without a request."""

from __future__ import annotations

from flask import Flask

from tests.fakes.person import ORIGIN
from tests.integration.frames.conftest import HOLLIS, RIVERSIDE
from tests.integration.settings.page import Page


def test_a_session_that_ended_is_one_button(app: Flask) -> None:
    query = {"procoreCompanyId": str(HOLLIS), "procoreProjectId": str(RIVERSIDE)}
    answer = app.test_client().get("/frame/project", base_url=ORIGIN, query_string=query)
    [card] = Page("/frame/project", answer.status_code, answer.text).root.all("div", data_card="expired")
    [button] = card.all("button")
    assert button.attributes["data-action"] == "sign-in"
    assert "Sign in again" in button.text
    assert not card.all("a", class_="btn btn--wide")
