"""The order, the pages and the search of the list of projects."""

from __future__ import annotations

from uuid import UUID

from embedded_app.ids import ProjectId
from embedded_app.panels import AssignedJob
from embedded_app.procore import Project
from embedded_app.settings.project_list import (
    PAGE_SIZE,
    lines_of,
    page_of,
    with_suggestions,
    with_unknown_jobs,
)


def project(number: int, name: str, project_number: str | None = None) -> Project:
    return Project(ProjectId(number), name, project_number, None, None, None, active=True)


def job(project_id: int, text: str) -> AssignedJob:
    return AssignedJob(UUID(int=project_id), ProjectId(project_id), text)


def test_projects_with_jobs_come_first_then_those_with_a_number() -> None:
    lines = lines_of(
        [project(1, "Zoo"), project(2, "airport", "2"), project(3, "Bridge", "3"), project(4, "Mall", "4")],
        [job(4, "J-4"), job(9, "J-9")],
    )
    assert [line.name for line in lines] == [None, "Mall", "airport", "Bridge", "Zoo"]
    assert lines[0].jobs[0].job == "J-9", "a project that Procore no longer shows keeps its jobs in sight"


def test_pages_hold_every_line_once() -> None:
    lines = lines_of([project(i, f"Project {i:03}") for i in range(1, 502)], [])
    shown = [page_of(lines, "", number) for number in range(1, 12)]
    assert [line.id for page in shown for line in page.lines] == list(range(1, 502))
    assert {page.pages for page in shown} == {11}
    assert (len(shown[0].lines), len(shown[-1].lines)) == (PAGE_SIZE, 1)


def test_a_page_that_is_not_there_is_the_nearest() -> None:
    lines = lines_of([project(1, "One")], [])
    assert [page_of(lines, "", number).number for number in (-5, 0, 1, 99)] == [1, 1, 1, 1]
    empty = page_of((), "", 3)
    assert (empty.number, empty.pages, empty.found, empty.lines) == (1, 1, 0, ())


def test_a_search_looks_at_name_number_id_and_jobs_in_any_capitals() -> None:
    lines = lines_of([project(11, "Straße", "N-7"), project(12, "Mall")], [job(12, "J-12x")])
    for search, found in (("strasse", [11]), ("n-7", [11]), ("12X", [12]), ("1", [12, 11]), ("none", [])):
        assert [line.id for line in page_of(lines, search, 1).lines] == found, search


def test_a_suggestion_is_a_job_of_the_same_number_that_nobody_has() -> None:
    lines = lines_of(
        [project(1, "A", "21-0417"), project(2, "B", "21-388"), project(3, "C", "7"), project(4, "D", "7")],
        [job(1, "21-0417")],
    )
    suggested = {
        line.id: line.suggested for line in with_suggestions(lines, ["21-0417", "21-0388", "7", "9"])
    }
    assert suggested == {1: (), 2: ("21-0388",), 3: (), 4: ()}, "two projects of one number are for a person"


def test_a_job_that_no_source_has_is_marked_with_those_that_look_like_it() -> None:
    lines = lines_of(
        [project(1, "Snoqualmie"), project(2, "Tolt"), project(3, "Other")],
        [job(1, "C1187-"), job(2, "c1204-"), job(2, "21-417"), job(3, "21-0417"), job(3, "x")],
    )
    known = {"C-1187", "C1204-", "C1204", "21-0417", "21-4170"}
    unknown = {line.name: line.unknown for line in with_unknown_jobs(lines, known)}
    assert unknown == {
        "Snoqualmie": {"C1187-": ("C-1187",)},
        "Tolt": {"c1204-": ("C1204", "C1204-"), "21-417": ("21-0417",)},
        "Other": {"x": ()},
    }
