"""The app in a company: versions, permitted projects, its own fields, and frames as each browser may meet them."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import pytest

from tests.fakes.simulator_process import SimulatorProcess
from tests.integration.simulator.world import (
    CASCADIA,
    DANA,
    HOLLIS,
    MARCUS,
    NUMBERLESS,
    RIVERSIDE,
    THAMESIDE,
)

EDITH = "edith.ashworth@thameside.example"
PROJECTS = f"/rest/v1.1/projects?company_id={HOLLIS}&view=ids&per_page=100"
CONTRACTS = f"/rest/v1.0/work_order_contracts?project_id={RIVERSIDE}&per_page=5"
INSTALLATIONS = f"/rest/v1.0/app_installations?company_id={HOLLIS}&per_page=5"
CONFIGURATIONS = f"/rest/v1.0/companies/{HOLLIS}/app_configurations"
TENANT = {"key": "tenantKey", "name": "Tenant key", "description": "From your account page", "required": True}


class Portal:
    """The pages as Dana sees them, in the company whose administrator she is."""

    def __init__(self, simulator: SimulatorProcess) -> None:
        self._simulator = simulator
        self._headers = {"Cookie": simulator.portal_cookie(DANA)}

    def page(self, path: str) -> str:
        answer = self._simulator.send("GET", path, headers=self._headers)
        assert answer.status == 200
        return unescape(answer.text)

    def manage(self, action: str, company_id: int = HOLLIS, **form: str) -> int:
        path = f"/{company_id}/company/app_management/{action}"
        return self._simulator.send("POST", path, headers=self._headers, form=form).status


@pytest.fixture
def portal(simulator: SimulatorProcess) -> Portal:
    return Portal(simulator)


def frame_of(page: str) -> str:
    found = re.search(r"<iframe [^>]*>", page)
    assert found is not None
    return found[0]


def test_a_new_version_shows_a_badge_and_has_the_projects_chosen_again(
    simulator: SimulatorProcess, portal: Portal
) -> None:
    service = simulator.access_token(None)
    assert len(simulator.get(PROJECTS, service, HOLLIS).json) == 5
    assert "Update available" not in portal.page(f"/{HOLLIS}/company/app_management")
    simulator.control("PATCH", "/app", {"semantic_version": "1.1.0"})
    assert "Update available" in portal.page(f"/{HOLLIS}/company/app_management")
    (installed,) = simulator.get(INSTALLATIONS, service, HOLLIS).json
    assert (installed["semantic_version"], installed["updatable_app_version_id"]) == ("1.0.0", 110)
    assert portal.manage("update") == 303
    (installed,) = simulator.get(INSTALLATIONS, service, HOLLIS).json
    assert (installed["semantic_version"], installed["updatable_app_version_id"]) == ("1.1.0", None)
    assert simulator.get(PROJECTS, service, HOLLIS).json == []
    assert simulator.get(CONTRACTS, service, HOLLIS).status == 403
    assert simulator.get(CONTRACTS, simulator.access_token(DANA), HOLLIS).status == 200
    assert portal.manage("permitted_projects", project_ids=str(RIVERSIDE)) == 303
    assert [each["id"] for each in simulator.get(PROJECTS, service, HOLLIS).json] == [RIVERSIDE]
    assert portal.manage("permitted_projects", all="yes") == 303
    assert len(simulator.get(PROJECTS, service, HOLLIS).json) == 5


@pytest.mark.parametrize("survive", [True, False])
def test_configurations_may_not_survive_an_update(simulator: SimulatorProcess, *, survive: bool) -> None:
    simulator.switch(configurations_survive_update=survive)
    simulator.control("PATCH", "/app", {"semantic_version": "2.0.0"})
    simulator.control("POST", f"/companies/{HOLLIS}/update")
    left = simulator.get(f"{CONFIGURATIONS}?per_page=5", simulator.access_token(DANA), HOLLIS).json
    assert bool(left) is survive


def test_an_installation_by_key_permits_no_project_until_somebody_does(
    simulator: SimulatorProcess, portal: Portal
) -> None:
    key = simulator.control("GET", "/app").json["installation_key"]
    assert portal.manage("install", CASCADIA, installation_key=key) == 303
    projects = f"/rest/v1.1/projects?company_id={CASCADIA}&view=ids&per_page=5"
    service = simulator.access_token(None)
    assert simulator.get(projects, service, CASCADIA).json == []
    simulator.control("POST", f"/companies/{CASCADIA}/permitted-projects", {"project_ids": None})
    assert len(simulator.get(projects, service, CASCADIA).json) == 2


def test_without_a_data_connector_calls_are_refused_and_frames_still_open(
    simulator: SimulatorProcess, portal: Portal
) -> None:
    simulator.control("PATCH", "/app", {"components": ["fullscreen"]})
    refused = simulator.get(PROJECTS, simulator.access_token(DANA), HOLLIS)
    assert (refused.status, refused.json) == (403, {"errors": ["App is not connected to this company."]})
    assert "iframe" in portal.page(f"/{RIVERSIDE}/project/apps/1")
    assert "side-panel" not in portal.page(f"/{RIVERSIDE}/project/commitments")


def test_the_apps_own_fields_are_filled_in_and_put_into_the_address(
    simulator: SimulatorProcess, portal: Portal
) -> None:
    address = "http://app.tieback.localhost:5000/x?t={{tenantKey}}&n={{procore.company.name}}&o={{unknown}}"
    simulator.control("PATCH", "/app", {"parameters": [TENANT], "full_screen_url": address})
    page = portal.page(f"/{HOLLIS}/company/app_management")
    assert 'name="value_tenantKey"' in page
    assert "From your account page" in page
    assert portal.manage("configurations", title="Ledger", scope="all") == 422
    assert portal.manage("configurations", title="Ledger", scope="all", value_tenantKey="a/b & c") == 303
    (made,) = [
        each
        for each in simulator.get(f"{CONFIGURATIONS}?per_page=5", simulator.access_token(DANA), HOLLIS).json
        if each["title"] == "Ledger"
    ]
    assert made["instance_configuration"] == {"tenantKey": "a/b & c"}
    frame = frame_of(portal.page(f"/{RIVERSIDE}/project/apps/{made['id']}"))
    assert f"t={quote('a/b & c', safe='')}&n={quote('Hollis & Grant Builders')}&o={{{{unknown}}}}" in frame


def test_configurations_are_made_changed_and_removed_by_api(simulator: SimulatorProcess) -> None:
    dana, marcus = simulator.access_token(DANA), simulator.access_token(MARCUS)
    body = {"app_installation_id": 1, "company_id": HOLLIS, "title": "One", "instance_configuration": {}}
    assert simulator.call("POST", CONFIGURATIONS, body, marcus, HOLLIS).status == 403
    assert (
        simulator.call("POST", CONFIGURATIONS, body | {"app_installation_id": 2}, dana, HOLLIS).status == 422
    )
    for wrong, status in (
        ({"company_id": THAMESIDE}, 403),
        ({"project_ids": 5}, 422),
        ({"project_ids": ["x", [1]]}, 422),
        ({"instance_configuration": {"tenantKey": [1]}}, 422),
    ):
        assert simulator.call("POST", CONFIGURATIONS, body | wrong, dana, HOLLIS).status == status
    made = simulator.call("POST", CONFIGURATIONS, body | {"project_ids": [RIVERSIDE]}, dana, HOLLIS)
    assert (made.status, made.json["projects"]) == (201, [{"id": RIVERSIDE}])
    path = f"{CONFIGURATIONS}/{made.json['id']}"
    assert simulator.call("PATCH", path, {"title": "Two", "project_ids": [1]}, dana, HOLLIS).status == 422
    assert simulator.get(path, dana, HOLLIS).json["title"] == "One"
    changed = simulator.call("PATCH", path, {"title": "Two", "project_ids": [NUMBERLESS]}, dana, HOLLIS).json
    assert (changed["title"], changed["projects"]) == ("Two", [{"id": NUMBERLESS}])
    assert simulator.call("DELETE", path, None, dana, HOLLIS).status == 204
    assert simulator.get(path, dana, HOLLIS).status == 404


def test_a_disconnected_app_may_still_read_its_installation(simulator: SimulatorProcess) -> None:
    simulator.uninstall(HOLLIS)
    token = simulator.access_token(DANA)
    assert simulator.get(INSTALLATIONS, token, HOLLIS).status == 403
    simulator.switch(installations_when_disconnected=True)
    (found,) = simulator.get(INSTALLATIONS, token, HOLLIS).json
    assert (found["status"], found["uninstaller"]["login"]) == ("uninstalled", DANA)
    assert simulator.get(INSTALLATIONS, simulator.access_token(EDITH), HOLLIS).status == 403


def test_tokens_may_end_with_the_last_company_that_has_the_app(simulator: SimulatorProcess) -> None:
    dana, marcus = simulator.access_token(DANA), simulator.access_token(MARCUS)
    simulator.switch(uninstall_ends_tokens=True)
    simulator.uninstall(HOLLIS)
    assert simulator.get("/rest/v1.0/me", dana).status == 200  # of Harbor JV still
    assert simulator.get("/rest/v1.0/me", marcus).status == 401


def test_three_regions_have_three_origins(simulator: SimulatorProcess) -> None:
    path = f"/rest/v1.0/company_base_url?company_id={THAMESIDE}"
    base = simulator.get(path, simulator.access_token(EDITH), THAMESIDE).json
    assert base == {"zone": "uk01", "web_base_url": f"http://uk01.procore.localhost:{simulator.port}"}
    headers = {
        "Cookie": simulator.portal_cookie(EDITH),
        "Host": f"app.procore.localhost:{simulator.port}",
    }
    moved = simulator.send("GET", f"/{THAMESIDE}/company/home/list", headers=headers)
    assert moved.headers["location"] == f"{base['web_base_url']}/{THAMESIDE}/company/home/list"


def test_frames_and_messages_are_as_they_are_told_to_be(simulator: SimulatorProcess, portal: Portal) -> None:
    full, listed = f"/{HOLLIS}/company/apps/1", f"/{RIVERSIDE}/project/commitments"
    assert "sandbox" not in frame_of(portal.page(full))
    assert 'project_id="' in frame_of(portal.page(full))
    told = {
        "frame_sandbox": "allow-scripts allow-forms",
        "frame_allow": "clipboard-write",
        "project_tokens_at_company": "literal",
        "context_ids": "number",
        "context_id_on_lists": "empty",
        "setup_on_move": "nothing",
        "portal_coop": True,
    }
    simulator.switch(**told)
    assert 'sandbox="allow-scripts allow-forms" allow="clipboard-write"' in frame_of(portal.page(full))
    assert 'project_id={{procore.project.id}}"' in frame_of(portal.page(full))
    page = portal.page(listed)
    for text in (
        'data-id-type="number"',
        'data-id-on-lists="empty"',
        'data-sandbox="allow-scripts allow-forms"',
        '<option value="nothing" selected>',
    ):
        assert text in page
    assert simulator.send("GET", "/sign-in").headers["cross-origin-opener-policy"] == "same-origin"


@pytest.mark.parametrize("matches", [True, False])
def test_all_may_stand_for_every_view_of_a_resource(
    simulator: SimulatorProcess, portal: Portal, *, matches: bool
) -> None:
    simulator.switch(all_views=matches)
    simulator.control("PATCH", "/app", {"panel_views": ["commitments.contracts.all"]})
    assert ("side-panel-head" in portal.page(f"/{RIVERSIDE}/project/commitments")) is matches


def test_some_accounts_have_no_custom_installs(simulator: SimulatorProcess, portal: Portal) -> None:
    simulator.switch(custom_installs=False)
    assert "installation_key" not in portal.page(f"/{CASCADIA}/company/app_management")
    key = simulator.control("GET", "/app").json["installation_key"]
    assert portal.manage("install", CASCADIA, installation_key=key) == 403


def test_only_the_names_of_levels_can_be_relied_on(simulator: SimulatorProcess) -> None:
    token = simulator.access_token(MARCUS)
    path = f"/rest/v1.0/settings/permissions?project_id={RIVERSIDE}"

    def level() -> dict[str, object]:
        tools = simulator.get(path, token, HOLLIS).json["tools"]
        found: dict[str, object] = next(
            each["user_access_level"] for each in tools if each["name"] == "commitments"
        )
        return found

    assert level() == {"id": 3, "name": "Standard"}
    simulator.switch(level_ids="scattered")
    assert level() == {"id": 2, "name": "Standard"}


def test_a_member_asks_an_administrator_for_the_app(simulator: SimulatorProcess, portal: Portal) -> None:
    simulator.uninstall(HOLLIS)
    path, marcus = "/rest/v1.0/installation_requests", simulator.access_token(MARCUS)
    body = {"company_id": HOLLIS, "developer_app_id": 1, "notes": "For the <b>ledger</b>."}
    assert simulator.call("POST", path, body, marcus, HOLLIS).status == 201
    assert simulator.call("POST", path, body, marcus, CASCADIA).status == 403
    (asked,) = simulator.get(f"{path}?company_id={HOLLIS}&per_page=5", marcus, HOLLIS).json
    assert (asked["notes"], asked["implicit"]) == ("For the <b>ledger</b>.", False)
    assert "Marcus Oyelaran asks for Tieback." in portal.page(f"/{HOLLIS}/company/app_management")
