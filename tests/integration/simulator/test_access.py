from __future__ import annotations

import pytest

from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.simulator.world import (
    CASCADIA,
    DANA,
    DANA_ID,
    HARBOR,
    HOLLIS,
    MARCUS,
    NORTHGATE,
    NUMBERLESS,
    RIVERSIDE,
    SEAN,
    THAMESIDE,
    TOM,
)

NOT_CONNECTED = {"errors": ["App is not connected to this company."]}
COMMITMENTS = f"/rest/v1.0/work_order_contracts?project_id={RIVERSIDE}&per_page=100"


def test_identity_needs_no_company(simulator: SimulatorProcess) -> None:
    token = simulator.access_token(DANA)
    assert simulator.get("/rest/v1.0/me", token).json == {"id": DANA_ID, "login": DANA, "name": None}
    companies = simulator.get("/rest/v1.0/companies", token).json
    assert [each["id"] for each in companies] == [HOLLIS, CASCADIA, HARBOR]
    assert [each["my_company"] for each in companies].count(True) == 1


@pytest.mark.parametrize(
    "path",
    [
        f"/rest/v1.0/me?company_id={HOLLIS}",
        f"/rest/v1.1/projects?company_id={HOLLIS}",
        f"/rest/v1.0/companies/{HOLLIS}/insurances",
        "/rest/v1.0/company_base_url",
        COMMITMENTS,
    ],
)
def test_everything_else_needs_the_company_header(simulator: SimulatorProcess, path: str) -> None:
    answer = simulator.get(path, simulator.access_token(DANA))
    assert answer.status == 400
    assert answer.json["errors"][0].startswith("Missing Procore-Company-Id header!")
    assert simulator.requests()[-1]["breaches"] == ["missing_company_header"]


@pytest.mark.parametrize("path", ["/rest/v1.0/me", "/rest/v1.0/companies"])
def test_the_service_account_always_needs_it(simulator: SimulatorProcess, path: str) -> None:
    token = simulator.access_token(None)
    assert simulator.get(path, token).status == 400
    assert simulator.get(path, token, HOLLIS).status == 200


@pytest.mark.parametrize("header", ["abc", "-5", "\xb2", "9" * 5000])
@pytest.mark.parametrize(
    ("login", "path"),
    [
        (None, "/rest/v1.0/me"),
        (None, "/rest/v1.0/companies"),
        (DANA, "/rest/v1.0/company_base_url"),
    ],
)
def test_a_company_header_that_is_no_id_is_400(
    simulator: SimulatorProcess, login: str | None, path: str, header: str
) -> None:
    authority = {"Authorization": f"Bearer {simulator.access_token(login)}"}
    answer = simulator.send("GET", path, headers={**authority, "Procore-Company-Id": header})
    assert (answer.status, answer.json) == (400, {"errors": ["Procore-Company-Id is not an id."]})


def test_the_service_account_has_the_companies_that_installed_the_app(simulator: SimulatorProcess) -> None:
    listed = simulator.get("/rest/v1.0/companies", simulator.access_token(None), HOLLIS).json
    assert [each["id"] for each in listed] == [HOLLIS, HARBOR, THAMESIDE]


def test_my_name_is_told_within_a_company(simulator: SimulatorProcess) -> None:
    answer = simulator.get(f"/rest/v1.0/me?company_id={HOLLIS}", simulator.access_token(DANA), HOLLIS)
    assert answer.json["name"] == "Dana Whitfield"


def test_a_company_without_the_app_answers_that_it_is_not_connected(simulator: SimulatorProcess) -> None:
    token = simulator.access_token(DANA)
    path = f"/rest/v1.1/projects?company_id={CASCADIA}"
    refused = simulator.get(path, token, CASCADIA)
    assert (refused.status, refused.json) == (403, NOT_CONNECTED)
    assert simulator.get("/rest/v1.0/me", token, CASCADIA).status == 200
    simulator.install(CASCADIA)
    assert [each["id"] for each in simulator.get(path, token, CASCADIA).json] == [55188001, 55188002]


def test_uninstalling_stops_the_company_and_nothing_else(simulator: SimulatorProcess) -> None:
    tokens = simulator.tokens(DANA)
    simulator.uninstall(HOLLIS)
    assert simulator.get(COMMITMENTS, tokens["access_token"], HOLLIS).json == NOT_CONNECTED
    assert simulator.get("/rest/v1.0/companies", tokens["access_token"]).status == 200
    simulator.install(HOLLIS)
    assert simulator.get(COMMITMENTS, tokens["access_token"], HOLLIS).status == 200


def test_a_company_that_never_connected_is_closed_to_its_administrator_too(
    simulator: SimulatorProcess,
) -> None:
    answer = simulator.get(
        f"/rest/v1.1/projects?company_id={NORTHGATE}", simulator.access_token(TOM), NORTHGATE
    )
    assert (answer.status, answer.json) == (403, NOT_CONNECTED)


def test_people_outside_the_company_are_refused(simulator: SimulatorProcess) -> None:
    answer = simulator.get(f"/rest/v1.1/projects?company_id={HOLLIS}", simulator.access_token(TOM), HOLLIS)
    assert answer.status == 403
    assert answer.json != NOT_CONNECTED


def test_one_company_in_the_header_and_another_in_the_query_is_refused(simulator: SimulatorProcess) -> None:
    answer = simulator.get(f"/rest/v1.1/projects?company_id={HARBOR}", simulator.access_token(DANA), HOLLIS)
    assert answer.status == 403
    assert simulator.requests()[-1]["breaches"] == ["company_mismatch"]


def test_records_of_another_company_do_not_exist(simulator: SimulatorProcess) -> None:
    assert simulator.get(COMMITMENTS, simulator.access_token(DANA), HARBOR).status == 404


def test_people_see_their_own_projects(simulator: SimulatorProcess) -> None:
    path = f"/rest/v1.1/projects?company_id={HOLLIS}&view=ids"
    mine = simulator.get(path, simulator.access_token(MARCUS), HOLLIS).json
    assert [each["id"] for each in mine] == [RIVERSIDE + step for step in range(4)]
    assert len(simulator.get(path, simulator.access_token(DANA), HOLLIS).json) == 5


def test_a_project_one_is_not_in_is_invisible_and_its_tools_are_closed(simulator: SimulatorProcess) -> None:
    token = simulator.access_token(MARCUS)
    shown = simulator.get(f"/rest/v1.0/projects/{NUMBERLESS}?company_id={HOLLIS}", token, HOLLIS)
    assert shown.status == 404
    listed = simulator.get(f"/rest/v1.0/work_order_contracts?project_id={NUMBERLESS}", token, HOLLIS)
    assert listed.status == 403


@pytest.mark.parametrize(
    "path",
    [
        COMMITMENTS,
        f"/rest/v1.0/commitments?project_id={RIVERSIDE}",
        f"/rest/v1.0/purchase_order_contracts?project_id={RIVERSIDE}",
        f"/rest/v1.0/projects/{RIVERSIDE}/commitment_change_orders",
    ],
)
def test_no_level_in_the_tool_is_403(simulator: SimulatorProcess, path: str) -> None:
    assert simulator.get(path, simulator.access_token(SEAN), HOLLIS).status == 403
    assert simulator.get(path, simulator.access_token(MARCUS), HOLLIS).status == 200


def test_a_tool_that_is_off_is_403_for_everybody(simulator: SimulatorProcess) -> None:
    simulator.edit("projects", RIVERSIDE, tools_off=["commitments"])
    assert simulator.get(COMMITMENTS, simulator.access_token(DANA), HOLLIS).status == 403
    assert simulator.get(COMMITMENTS, simulator.access_token(None), HOLLIS).status == 403
    tools = simulator.get(
        f"/rest/v1.0/projects/{RIVERSIDE}/tools?filters[is_active]=false",
        simulator.access_token(DANA),
        HOLLIS,
    )
    assert [each["engine_name"] for each in tools.json] == ["commitments"]


def test_a_private_commitment_is_not_there_for_others(simulator: SimulatorProcess) -> None:
    everything = simulator.get(COMMITMENTS, simulator.access_token(DANA), HOLLIS).json
    private = {each["id"] for each in everything if each["private"]}
    assert private
    token = simulator.access_token(MARCUS)
    assert private.isdisjoint(each["id"] for each in simulator.get(COMMITMENTS, token, HOLLIS).json)
    path = f"/rest/v1.0/work_order_contracts/{private.pop()}?project_id={RIVERSIDE}"
    assert simulator.get(path, token, HOLLIS).status == 404
    assert simulator.get(path, simulator.access_token(DANA), HOLLIS).status == 200


def levels(simulator: SimulatorProcess, login: str, place: str, company_id: int = HOLLIS) -> dict[str, str]:
    answer = simulator.get(
        f"/rest/v1.0/settings/permissions?{place}", simulator.access_token(login), company_id
    )
    assert answer.status == 200
    return {tool["name"]: tool["user_access_level"]["name"] for tool in answer.json["tools"]}


def test_permissions_tell_the_levels_per_person_and_tool(simulator: SimulatorProcess) -> None:
    assert levels(simulator, DANA, f"company_id={HOLLIS}")["admin"] == "Admin"
    assert levels(simulator, MARCUS, f"company_id={HOLLIS}")["admin"] != "Admin"
    assert levels(simulator, DANA, f"company_id={HARBOR}", HARBOR)["admin"] != "Admin"
    assert levels(simulator, MARCUS, f"project_id={RIVERSIDE}")["commitments"] == "Standard"
    assert levels(simulator, SEAN, f"project_id={RIVERSIDE}")["commitments"] == "None"


def test_permissions_take_one_place(simulator: SimulatorProcess) -> None:
    token = simulator.access_token(DANA)
    both = f"/rest/v1.0/settings/permissions?company_id={HOLLIS}&project_id={RIVERSIDE}"
    assert simulator.get(both, token, HOLLIS).status == 400
    assert simulator.get("/rest/v1.0/settings/permissions", token, HOLLIS).status == 400


def test_single_actions_are_granted_on_top_of_a_level(simulator: SimulatorProcess) -> None:
    simulator.membership(SEAN, HOLLIS, permitted_actions={"rfi": ["act_as_rfi_manager"]})
    path = f"/rest/v1.0/settings/permissions?project_id={RIVERSIDE}"
    tools = simulator.get(path, simulator.access_token(SEAN), HOLLIS).json["tools"]
    granted = {each["name"]: each["permitted_actions"] for each in tools}
    label = {"id": 1, "action_name": "act_as_rfi_manager", "label": "Act as rfi manager", "tool_name": "rfi"}
    assert granted["rfi"] == [label]
    assert granted["commitments"] == []


def test_control_changes_what_a_person_may_do(simulator: SimulatorProcess) -> None:
    simulator.membership(SEAN, HOLLIS, project_levels={"commitments": "Read Only"})
    assert simulator.get(COMMITMENTS, simulator.access_token(SEAN), HOLLIS).status == 200
    simulator.membership(SEAN, HOLLIS, project_ids=[])
    assert simulator.get(COMMITMENTS, simulator.access_token(SEAN), HOLLIS).status == 403


@pytest.mark.parametrize("path", ["/rest/v1.0/rfis", "/rest/v9.9/me", "/rest/", "/rest/v1.0/projects/abc"])
def test_unknown_paths_are_404_in_json_and_noted(simulator: SimulatorProcess, path: str) -> None:
    answer = simulator.get(path, simulator.access_token(DANA), HOLLIS)
    assert answer.status == 404
    assert answer.json["errors"]
    assert simulator.requests()[-1]["breaches"] == ["unknown_path"]


def test_what_cannot_be_written_is_an_unknown_path(simulator: SimulatorProcess) -> None:
    headers = {"Authorization": f"Bearer {simulator.access_token(DANA)}", "Procore-Company-Id": str(HOLLIS)}
    assert simulator.send("POST", "/rest/v1.0/commitments", headers=headers, body=b"{}").status == 404


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eDp5"}]
)
def test_without_a_good_token_it_is_401(simulator: SimulatorProcess, header: dict[str, str]) -> None:
    answer = simulator.send("GET", "/rest/v1.0/me", headers=header)
    assert (answer.status, answer.json["message"]) == (401, "The access token is invalid")
    assert simulator.requests()[-1]["breaches"] == ["unauthenticated"]
