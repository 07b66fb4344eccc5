from __future__ import annotations

import pytest

from tests.fakes.simulator_process import Answer, SimulatorProcess
from tests.integration.simulator.world import DANA, HOLLIS, MARCUS, RIVERSIDE, SEAN

FIRST = 562949953610001
LISTS = {
    "rfi": f"/{RIVERSIDE}/project/rfi",
    "submittals": f"/{RIVERSIDE}/project/submittal_logs",
    "observations": f"/{RIVERSIDE}/project/observations/items",
    "commitments": f"/{RIVERSIDE}/project/commitments/requisitions",
    "budget": f"/projects/{RIVERSIDE}/budgeting",
}
RECORDS = {
    f"/{RIVERSIDE}/project/rfi/show/{FIRST}": "Anchor bolt pattern",
    f"/{RIVERSIDE}/project/submittal_logs/{FIRST}": "Concrete mix designs",
    f"/{RIVERSIDE}/project/observations/items/{FIRST}/edit": "Guardrail missing",
    f"/{RIVERSIDE}/project/commitments/work_order_contracts/{FIRST}/requisitions/{FIRST}01": "INV-001-01",
}


def look(simulator: SimulatorProcess, path: str, login: str = DANA) -> Answer:
    return simulator.send("GET", path, headers={"Cookie": simulator.portal_cookie(login)})


@pytest.mark.parametrize(("tool", "path"), LISTS.items())
def test_a_list_is_for_those_who_may_read_the_tool(simulator: SimulatorProcess, tool: str, path: str) -> None:
    page = look(simulator, path)
    assert page.status == 200
    assert 'scope="row"' in page.text
    levels = {"login": MARCUS, "company_id": HOLLIS, "project_levels": {tool: "None"}}
    simulator.control("PATCH", "/memberships", levels)
    assert look(simulator, path, MARCUS).status == 403


@pytest.mark.parametrize(("path", "words"), RECORDS.items())
def test_a_record_is_at_the_platforms_address(simulator: SimulatorProcess, path: str, words: str) -> None:
    page = look(simulator, path)
    assert page.status == 200
    assert words in page.text
    assert look(simulator, path.replace(str(FIRST), "7")).status == 404


def test_markup_of_records_stays_outside_and_private_ones_are_hidden(simulator: SimulatorProcess) -> None:
    page = look(simulator, f"/{RIVERSIDE}/project/observations/items/{FIRST + 2}/edit").text
    assert "Pump it out" in page
    assert "onerror" not in page
    private = f"/{RIVERSIDE}/project/submittal_logs/{FIRST + 4}"
    assert look(simulator, private).status == 200
    nobody: dict[str, list[int]] = {"distribution_member_ids": [], "ball_in_court_ids": []}
    simulator.control("PATCH", f"/records/submittals/{FIRST + 4}", nobody)
    assert look(simulator, private, SEAN).status == 404
