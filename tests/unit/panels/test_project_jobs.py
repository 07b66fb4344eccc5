"""Which job belongs to which project, and what is suggested."""

from __future__ import annotations

import pytest

from embedded_app import audit
from embedded_app.errors import InvalidField, UnknownOption
from embedded_app.ids import ProjectId
from embedded_app.panels import suggest_jobs
from embedded_app.storage import new_id
from tests.fakes.panel_sides import PROJECT
from tests.fakes.panel_world import ACTOR, World

ONE, TWO, THREE = ProjectId(1), ProjectId(2), ProjectId(3)


def test_a_project_may_have_several_jobs_and_a_job_several_projects(world: World) -> None:
    world.jobs.assign(PROJECT, " 21-0417-B ", ACTOR)
    world.jobs.assign(ONE, "21-0417", ACTOR)
    assert world.jobs.jobs_of(PROJECT) == ("21-0417", "21-0417-B")
    assert world.jobs.jobs_of(ONE) == ("21-0417",)
    assert [each.job for each in world.jobs.list_()] == ["21-0417", "21-0417", "21-0417-B"]


def test_the_longest_job_is_one(world: World) -> None:
    world.jobs.assign(ONE, "x" * 255, ACTOR)
    assert world.jobs.jobs_of(ONE) == ("x" * 255,)


@pytest.mark.parametrize("job", ["", "  ", "x" * 256, "21-0417"])
def test_a_job_that_cannot_be_assigned_says_why(world: World, job: str) -> None:
    with pytest.raises(InvalidField) as caught:
        world.jobs.assign(PROJECT, job, ACTOR)
    assert caught.value.field == "job"


def test_a_job_is_taken_away_and_the_log_knows_it(world: World) -> None:
    [assigned] = world.jobs.list_()
    world.jobs.remove(assigned.id, ACTOR)
    assert world.jobs.jobs_of(PROJECT) == ()
    assert [event.event for event in audit.list_events()] == ["project_job.removed", "project_job.assigned"]
    with pytest.raises(UnknownOption):
        world.jobs.remove(new_id(), ACTOR)


@pytest.mark.parametrize("job", ["21-0417", "21.417", "21 0417", "０21-0417"])
def test_a_job_with_the_projects_number_is_suggested(job: str) -> None:
    assert suggest_jobs({ONE: "21-0417", TWO: "22-0051", THREE: None}, [job, "99"]) == {ONE: [job]}


def test_several_projects_with_one_number_get_no_suggestion() -> None:
    assert suggest_jobs({ONE: "21-0417", TWO: "21-0417"}, ["21-0417"]) == {}
