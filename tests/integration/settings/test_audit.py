"""The audit log: every event once over all pages, by kind and by search."""

from __future__ import annotations

import pytest
from flask import Flask

from embedded_app import audit
from embedded_app.audit import Actor
from embedded_app.storage import company_scope, db
from tests.integration.settings.administrator import Administrator
from tests.integration.settings.page import Page
from tests.integration.settings.world import HOLLIS, RIVERSIDE

AUDIT = "/settings/audit"


@pytest.fixture
def many(app: Flask, dana: Administrator) -> Administrator:
    with app.app_context(), company_scope(HOLLIS):
        for number in range(120):
            audit.record(
                "panel.changed", actor=Actor("x", "Priya O'Raman"), subject=f"Panel {number:03} 100%_<b>"
            )
        db.session.commit()
    return dana


def subjects(page: Page) -> list[str]:
    return [each.text for each in page.root.all("td", data_label="On")]


def test_older_leads_through_every_event_once_and_newest_back(many: Administrator) -> None:
    page, found = many.opens(AUDIT), []
    assert "Newest" not in page.links()
    for _ in range(10):
        found += subjects(page)
        if "Older" not in page.links():
            break
        page = many.opens(page.links()["Older"])
    panels = [subject for subject in found if subject.startswith("Panel ")]
    assert panels == [f"Panel {number:03} 100%_<b>" for number in reversed(range(120))]
    assert subjects(many.opens(page.links()["Newest"]))[0] == "Panel 119 100%_<b>"


def test_a_kind_and_a_search_narrow_it_and_go_together(many: Administrator) -> None:
    many.sends_job(RIVERSIDE, "21-0417")
    settings = many.opens(f"{AUDIT}?kind=settings&q=21-0417")
    assert [each.text for each in settings.root.all("td", data_label="What")] == [
        "Assigned a job to a project"
    ]
    assert [
        each.text for each in settings.root.all("a", class_="chip") if "aria-current" in each.attributes
    ] == ["Settings"]
    assert len(subjects(many.opens(f"{AUDIT}?kind=settings&q=panel+007"))) == 1
    assert subjects(many.opens(f"{AUDIT}?kind=sign-ins&q=panel+007")) == []
    assert len(subjects(many.opens(f"{AUDIT}?q=o'raman"))) == 50


@pytest.mark.parametrize("search", ["%25", "_", "100%25_<b>"])
def test_signs_of_the_database_are_only_signs(many: Administrator, search: str) -> None:
    page = many.opens(f"{AUDIT}?q={search}")
    assert {subject.startswith("Panel ") for subject in subjects(page)} == {True}


@pytest.mark.parametrize("query", ["before=x", "before=-1", f"before={'9' * 30}", "kind=nonsense", "kind='"])
def test_a_made_up_query_shows_the_log(many: Administrator, query: str) -> None:
    assert len(subjects(many.opens(f"{AUDIT}?{query}"))) == 50


def test_nothing_found_says_so(many: Administrator) -> None:
    page = many.opens(f"{AUDIT}?q=nobody+at+all")
    assert page.status == 200
    assert "Nothing is recorded for this choice" in page.text
    assert page.links()["Show all"] == AUDIT
