"""Projects and jobs: assigning, one-click suggestions, searching and paging, and ids that are not ours."""

from __future__ import annotations

import pytest
from flask import Flask

from embedded_app.audit import list_events
from embedded_app.errors import SourceUnavailable
from embedded_app.services import services
from embedded_app.sources.bounds import Allowance
from embedded_app.sources.connectors.sql import SqlReader
from embedded_app.storage import company_scope
from embedded_app.tabular.table import Table
from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.settings.administrator import Administrator
from tests.integration.settings.conftest import MakeAdministrator
from tests.integration.settings.page import Form, Page
from tests.integration.settings.world import DANA, HARBOR_POINT, HOLLIS, INGRID, OF_CASCADIA, RIVERSIDE, SAGE

PROJECTS = "/settings/projects"


def form_of(page: Page, project_id: int, *, suggested: bool = False) -> Form:
    """The form that adds a typed job, or the one-click one."""
    (form,) = [
        form
        for form in page.forms(PROJECTS)
        if form.values.get("project_id") == str(project_id) and bool(form.values.get("job")) == suggested
    ]
    return form


def jobs_of(app: Flask, project_id: int) -> list[str]:
    with app.app_context(), company_scope(HOLLIS):
        return [each.job for each in services().panels.jobs.list_() if each.project_id == project_id]


@pytest.mark.parametrize(
    "job", ["21-0417", "O'Malley's \"annex\" <b>", "Größe 7 / Süd", "0", "'; DROP TABLE x;--"]
)
def test_a_job_is_assigned_as_it_is_written_and_taken_off_again(
    app: Flask, dana: Administrator, job: str
) -> None:
    page = dana.posts(PROJECTS, form_of(dana.opens(PROJECTS), RIVERSIDE).values | {"job": f"  {job} "})
    assert page.status == 200
    assert jobs_of(app, RIVERSIDE) == [job]
    assert job in page.by_id(f"project-{RIVERSIDE}").text
    (remove,) = [
        form for form in (Form(e, PROJECTS) for e in page.root.all("form")) if "/remove" in form.action
    ]
    assert "None yet" in dana.posts(remove.action, remove.values).by_id(f"project-{RIVERSIDE}").text
    assert jobs_of(app, RIVERSIDE) == []
    with app.app_context(), company_scope(HOLLIS):
        events = list_events(prefixes=["project_job."])
    assert [(event.event, event.subject) for event in events] == [
        ("project_job.removed", job),
        ("project_job.assigned", job),
    ]


def test_a_project_number_that_a_source_knows_is_offered_as_one_click(
    app: Flask, dana: Administrator
) -> None:
    assert not [form for form in dana.opens(PROJECTS).forms(PROJECTS) if form.values.get("job")]
    dana.adds_source(**SAGE)
    page = dana.opens(PROJECTS)
    offer = form_of(page, RIVERSIDE, suggested=True)
    assert offer.values["job"] == "21-0417"
    assert offer.buttons == ["Add 21-0417"]
    after = dana.posts(PROJECTS, offer.values)
    assert jobs_of(app, RIVERSIDE) == ["21-0417"]
    offered = {form.values["job"] for form in after.forms(PROJECTS) if form.values.get("job")}
    assert "21-0417" not in offered
    assert "21-0388" in offered


def test_a_job_that_no_source_has_is_said_beside_it(dana: Administrator) -> None:
    dana.adds_source(**SAGE)
    text = dana.sends_job(RIVERSIDE, "21-417").by_id(f"project-{RIVERSIDE}").text
    assert "No source has a row for 21-417; there is 21-0417." in text
    text = dana.sends_job(RIVERSIDE, "21-0417").by_id(f"project-{RIVERSIDE}").text
    assert "No source has a row for 21-0417" not in text


def test_a_source_that_is_down_offers_nothing_and_blocks_nothing(
    app: Flask, dana: Administrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    dana.adds_source(**SAGE)

    def down(*_arguments: object) -> None:
        raise SourceUnavailable("Sage ERP does not answer.")

    monkeypatch.setattr(SqlReader, "distinct", down)
    page = dana.opens(PROJECTS)
    assert page.status == 200
    assert not [form for form in page.forms(PROJECTS) if form.values.get("job")]
    with app.app_context(), company_scope(HOLLIS):
        assert [source.last_failure_code for source in services().sources.list_()] == [None]


def test_a_page_asks_for_the_jobs_alone_and_for_no_more_than_one_source_has_time(
    dana: Administrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    dana.adds_source(**SAGE)
    asked: list[str] = []
    ask = SqlReader.distinct

    def watched(reader: SqlReader, allowance: Allowance, column: str) -> Table:
        asked.append(column)
        assert allowance.seconds() <= 4
        return ask(reader, allowance, column)

    def whole(*_arguments: object) -> None:
        raise AssertionError

    monkeypatch.setattr(SqlReader, "distinct", watched)
    monkeypatch.setattr(SqlReader, "read", whole)
    for _ in range(2):
        assert dana.opens(PROJECTS).status == 200
    assert asked == ["job_no"]


@pytest.mark.parametrize(
    ("job", "sentence"), [("", "Write the job"), ("J" * 256, "too long"), ("21-0417", "already")]
)
def test_a_mistake_is_shown_at_its_project(dana: Administrator, job: str, sentence: str) -> None:
    dana.sends_job(RIVERSIDE, "21-0417")
    page = dana.posts(PROJECTS, form_of(dana.opens(PROJECTS), RIVERSIDE).values | {"job": job})
    assert page.status == 422
    page.assert_error_at(f"job-{RIVERSIDE}", sentence)
    assert page.by_id(f"job-{RIVERSIDE}").attributes["value"] == job
    assert page.by_id(f"job-{HARBOR_POINT}").attributes["value"] == ""


@pytest.mark.parametrize("forged", [str(OF_CASCADIA), "1", "", "x", "9" * 30])
def test_a_project_that_is_not_theirs_gets_no_job(
    app: Flask, dana: Administrator, simulator: SimulatorProcess, forged: str
) -> None:
    simulator.install(55188)
    page = dana.posts(PROJECTS, {"csrf_token": dana.token(), "project_id": forged, "job": "21-0417"})
    assert page.status in {403, 422}
    with app.app_context(), company_scope(HOLLIS):
        assert services().panels.jobs.list_() == ()


def test_a_job_of_another_company_is_not_there(
    app: Flask, dana: Administrator, person: MakeAdministrator, simulator: SimulatorProcess
) -> None:
    dana.sends_job(RIVERSIDE, "21-0417")
    with app.app_context(), company_scope(HOLLIS):
        (assigned,) = services().panels.jobs.list_()
    simulator.install(55188)
    ingrid = person(INGRID)
    ingrid.consents()
    ingrid.chooses("55188")
    form = {"csrf_token": ingrid.token(), "project_id": str(RIVERSIDE)}
    assert ingrid.posts(f"{PROJECTS}/{assigned.id}/remove", form).status == 422
    assert jobs_of(app, RIVERSIDE) == ["21-0417"]
    assert DANA not in ingrid.opens(PROJECTS).text


def test_a_search_finds_names_numbers_and_jobs_and_stays_while_one_works(
    app: Flask, dana: Administrator
) -> None:
    found = dana.opens(f"{PROJECTS}?q=riverside")
    assert [row.attributes["id"] for row in found.root.all("tr") if "id" in row.attributes] == [
        f"project-{RIVERSIDE}"
    ]
    after = dana.posts(PROJECTS, form_of(found, RIVERSIDE).values | {"job": "A-1"})
    assert after.by_id("q").attributes["value"] == "riverside"
    assert jobs_of(app, RIVERSIDE) == ["A-1"]
    assert "Riverside" in dana.opens(f"{PROJECTS}?q=a-1").text
    nothing = dana.opens(f"{PROJECTS}?q=<b>'%25")
    assert nothing.status == 200
    assert "No project mentions “<b>'%”" in nothing.text


def test_procore_down_leaves_the_jobs_that_are_known(
    dana: Administrator, simulator: SimulatorProcess
) -> None:
    dana.sends_job(RIVERSIDE, "21-0417")
    simulator.fault("/rest/v1.0/projects", status=503)
    page = dana.opens(PROJECTS)
    assert page.status == 200
    assert "21-0417" in page.text


@pytest.mark.parametrize("page", ["0", "-1", "2", "x", "9" * 40])
def test_a_page_beyond_the_end_is_the_nearest_one(dana: Administrator, page: str) -> None:
    assert "Riverside" in dana.opens(f"{PROJECTS}?page={page}").by_id(f"project-{RIVERSIDE}").text
