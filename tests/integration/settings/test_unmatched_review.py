"""Panels from before rows without a record began at Admin, as an administrator is asked about them."""

from __future__ import annotations

import pytest
from flask import Flask

from embedded_app.audit import list_events
from embedded_app.panels.models import Panel
from embedded_app.storage import company_scope, db
from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.settings.administrator import Administrator
from tests.integration.settings.page import Page
from tests.integration.settings.world import HOLLIS, MARCUS, SAGE

SAVE, LIST = "/settings/panels/save", "/settings/panels"
ASKED = "rows without a record to people who may not see every record"


@pytest.fixture
def editor(dana: Administrator) -> Page:
    source_id = dana.adds_source(**SAGE).rpartition("/")[2]
    return dana.opens(f"/settings/panels/new?source_id={source_id}&family=commitments")


@pytest.fixture
def from_before(app: Flask, dana: Administrator, editor: Page) -> Page:
    """Two panels of before, one for everybody and one for Standard and Admin; the list of them."""
    open_to = {"act": "publish", "unmatched_audience": "readers", "link_audience": "readers"}
    for name, audience in (("<b>Vista</b>", "readers"), ("Billing", "standard")):
        assert dana.sends(editor, SAVE, name=name, audience=audience, **open_to).status == 200
    with app.app_context(), company_scope(HOLLIS):
        for panel in db.session.scalars(db.select(Panel)):
            panel.unmatched_is_decided = False
        db.session.commit()
    return dana.opens(LIST)


def decisions(page: Page) -> list[str]:
    """The addresses of the buttons, in order."""
    actions = [form.attributes["action"] for form in page.root.all("form")]
    return [action for action in actions if "/rows-without-a-record/" in action]


def events(app: Flask) -> list[str]:
    with app.app_context(), company_scope(HOLLIS):
        return [event.event for event in reversed(list_events(prefixes=["panel.unmatched"]))]


def test_a_new_panel_begins_with_those_who_see_every_record(editor: Page) -> None:
    chosen = editor.form(SAVE).values
    assert (chosen["unmatched_audience"], chosen["link_audience"]) == ("admins", "admins")
    assert "Also rows of private commitments that Procore hides from them" in editor.text
    assert "Also people with Read Only on commitments" in editor.text


def test_a_panel_from_before_is_listed_until_somebody_decides(
    app: Flask, dana: Administrator, from_before: Page
) -> None:
    assert f"2 panels show {ASKED}" in from_before.text
    assert "<b>Vista</b> Shown to everybody who reads commitments." in from_before.text
    assert "Billing Shown to people with Standard or Admin on commitments." in from_before.text
    assert f"2 panels show {ASKED}" in dana.opens("/settings").text
    narrow, keep, *others = decisions(from_before)
    page = dana.sends(from_before, narrow)
    assert "<b>Vista</b>: rows without a commitment are for people with Admin on commitments." in page.text
    assert f"1 panel shows {ASKED}" in page.text
    assert len(decisions(page)) == 2
    page = dana.sends(page, others[1])
    assert "Billing: rows without a commitment are for people with Standard or Admin" in page.text
    for path in (LIST, "/settings"):
        assert ASKED not in dana.opens(path).text
    assert keep.endswith("/keep")
    assert events(app) == ["panel.unmatched_narrowed", "panel.unmatched_kept"]


def test_a_page_that_is_behind_decides_nothing_twice(
    app: Flask, dana: Administrator, from_before: Page
) -> None:
    narrow, keep, *_ = decisions(from_before)
    dana.sends(from_before, keep)
    page = dana.sends(from_before, narrow)
    assert "Somebody decided before. <b>Vista</b>: rows without a commitment are for everybody" in page.text
    assert events(app) == ["panel.unmatched_kept"]


def test_a_panel_that_was_changed_meanwhile_is_shown_again(
    app: Flask, dana: Administrator, from_before: Page
) -> None:
    narrow, *_ = decisions(from_before)
    address = narrow.partition("/rows")[0]
    assert dana.sends(dana.opens(address), SAVE, act="save", audience="administrators").status == 200
    page = dana.sends(from_before, narrow)
    assert page.status == 422
    assert "Dana Whitfield changed <b>Vista</b> meanwhile." in page.alert.text
    assert f"2 panels show {ASKED}" in page.text
    assert "for people with Admin" in dana.sends(page, narrow).text
    assert events(app) == ["panel.unmatched_narrowed"]


def test_nobody_decides_without_a_token_or_without_being_an_administrator(
    app: Flask, dana: Administrator, from_before: Page, simulator: SimulatorProcess
) -> None:
    for action in decisions(from_before):
        assert dana.posts(action, {"version": "2"}).status == 403
    marcus = Administrator(app, simulator, MARCUS)
    marcus.get(marcus.at_login(marcus.get(f"/auth/tab?company_id={HOLLIS}").headers["Location"]))
    for action in decisions(from_before):
        assert marcus.posts(action, from_before.form(action).values).status == 403
    assert events(app) == []


def test_saving_a_panel_as_it_is_says_that_nothing_was_changed(
    app: Flask, dana: Administrator, from_before: Page
) -> None:
    address = decisions(from_before)[0].partition("/rows")[0]
    before = dana.opens(address).form(SAVE).values["version"]
    for act in ("save", "publish"):
        page = dana.sends(dana.opens(address), SAVE, act=act)
        assert "Nothing was changed It is published as you see it here." in page.text
        assert page.form(SAVE).values["version"] == before
    with app.app_context(), company_scope(HOLLIS):
        assert [event.event for event in list_events(prefixes=["panel."], limit=2)] == [
            "panel.published",
            "panel.created",
        ]
