"""Why somebody does not see something, as an administrator asks it."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.settings.administrator import Administrator
from tests.integration.settings.page import Page
from tests.integration.settings.world import DANA, HOLLIS, RIVERSIDE, SAGE

SAVE = "/settings/panels/save"


@pytest.fixture(autouse=True)
def _published(dana: Administrator) -> None:
    source_id = dana.adds_source(**SAGE).rpartition("/")[2]
    editor = dana.opens(f"/settings/panels/new?source_id={source_id}&family=commitments")
    assert dana.sends(editor, SAVE, act="publish", unmatched_audience="admins").status == 200


def asked(dana: Administrator, login: str) -> Page:
    return dana.opens(f"/settings/access?{urlencode({'login': login, 'project_id': RIVERSIDE})}")


def test_the_page_asks_for_a_person_and_a_project(dana: Administrator) -> None:
    page = dana.opens("/settings/access")
    assert page.heading == "Access"
    assert "What has to hold" not in page.text
    wrong = dana.opens("/settings/access?login=a@example.com&project_id=x")
    assert (wrong.status, "Choose a project." in wrong.text) == (422, True)


def test_of_oneself_everything_is_known(dana: Administrator) -> None:
    text = asked(dana, DANA.upper()).text
    assert "Procore answers for this company." in text
    assert "Dana Whitfield has signed in" in text
    assert "The project’s directory lists them." in text
    assert "Their level in Commitments is Admin." in text
    assert "The project has no job" in text
    dana.sends_job(RIVERSIDE, "21-0417")
    assert "The project has the job 21-0417." in asked(dana, DANA).text


MARCUS = "marcus.oyelaran@hollisgrant.example"


def test_of_somebody_else_what_procore_shows_the_administrator(dana: Administrator) -> None:
    text = asked(dana, MARCUS).text
    assert f"Nobody with the login {MARCUS} has signed in here." in text
    assert "The project’s directory lists them." in text
    assert "Only they can ask Procore for their level in Commitments." in text
    assert "Rows without a commitment" in text
    assert "It is for Admin in Commitments." in text


def test_somebody_who_is_not_in_the_project_is_told_from_the_directory(
    dana: Administrator, simulator: SimulatorProcess
) -> None:
    simulator.membership(MARCUS, HOLLIS, project_ids=[])
    text = asked(dana, MARCUS).text
    assert "The project’s directory does not list them." in text
    assert "Directory → Users → Add" in text


def test_a_directory_that_procore_does_not_show_proves_nothing(
    dana: Administrator, simulator: SimulatorProcess
) -> None:
    simulator.membership(DANA, HOLLIS, project_levels={"directory": "None"})
    assert "Procore does not show you this project’s directory." in asked(dana, DANA).text


def test_what_the_administrator_may_not_read_says_nothing_about_the_connection(
    dana: Administrator, simulator: SimulatorProcess
) -> None:
    simulator.membership(DANA, HOLLIS, project_levels={"commitments": "None"})
    assert "In order Connection Procore answers for this company." in asked(dana, MARCUS).text
