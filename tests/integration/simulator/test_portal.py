"""The portal's pages: who sees what, where the app appears, and how it is installed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from embedded_app.simulator.model.commitments import CommitmentKind
from embedded_app.simulator.model.people import Company
from embedded_app.simulator.model.projects import Project
from embedded_app.simulator.options import Options
from embedded_app.simulator.portal.interpolation import interpolate, origin_pattern
from embedded_app.simulator.portal.presenters import money
from embedded_app.simulator.seed import AS_OF, INSTALLATION_KEY, build_world, people
from embedded_app.simulator.seed.plan import at
from embedded_app.simulator.server import create_simulator
from embedded_app.simulator.state import EXTENSION, Simulator
from embedded_app.simulator.words import plain

RIVERSIDE = people.HOLLIS_PROJECTS[0]
AIRPORT = people.HOLLIS_PROJECTS[4]
APP = "http://app.tieback.localhost:8000"
PLACE = Project(1, 2, "A/B & Ü", None, None, None, "", "", "", "", at(AS_OF), at(AS_OF))


@pytest.fixture(scope="module")
def _app() -> Flask:
    return create_simulator(Options(app_url=APP))


@pytest.fixture
def running(_app: Flask) -> Simulator:
    simulator: Simulator = _app.extensions[EXTENSION]
    simulator.reset()
    return simulator


@pytest.fixture
def browser(_app: Flask, running: Simulator) -> Iterator[FlaskClient]:
    del running  # is at its seed
    with _app.test_client() as client:
        yield client


def sign_in(browser: FlaskClient, user_id: int) -> None:
    answer = browser.post("/sign-in", data={"user_id": str(user_id)})
    assert answer.status_code == 303


def address(number: str) -> str:
    world = build_world()
    found = next(each for each in world.contracts_of(RIVERSIDE) if each.number == number)
    return f"/{RIVERSIDE}/project/commitments/{found.kind}/{found.id}"


def frames(page: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'<iframe src="([^"]*)"', page)]


def panel_of(page: str) -> dict[str, str]:
    """What the page tells the side panel's script."""
    return {name: unescape(text) for name, text in re.findall(r'data-([a-z-]+)="([^"]*)"', page)}


def test_without_a_session_every_page_leads_to_the_sign_in_and_back(browser: FlaskClient) -> None:
    wanted = f"/{RIVERSIDE}/project/commitments"
    answer = browser.get(wanted)
    assert answer.status_code == 302
    there = urlsplit(answer.headers["Location"])
    assert (there.path, parse_qs(there.query)) == ("/sign-in", {"next": [wanted]})
    page = browser.get("/sign-in", query_string={"next": wanted})
    for name in ("Dana Whitfield", "Sean O&#39;Malley", "Tom Achterberg"):
        assert name in page.text
    answer = browser.post("/sign-in", data={"user_id": str(people.DANA), "next": wanted})
    assert answer.headers["Location"] == wanted
    assert browser.get(wanted).status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil", "evil"]
)
def test_the_sign_in_leads_nowhere_else(browser: FlaskClient, elsewhere: str) -> None:
    answer = browser.post("/sign-in", data={"user_id": str(people.DANA), "next": elsewhere})
    assert answer.headers["Location"] == "/companies"


def test_signing_out_ends_the_session(browser: FlaskClient) -> None:
    sign_in(browser, people.DANA)
    assert browser.get("/companies").status_code == 200
    browser.post("/sign-out")
    assert browser.get("/companies").status_code == 302


def test_a_person_sees_the_companies_and_projects_they_are_in(browser: FlaskClient) -> None:
    sign_in(browser, people.MARCUS)
    page = browser.get("/companies").text
    assert "Hollis &amp; Grant Builders" in page
    assert "Cascadia" not in page
    page = browser.get(f"/{people.HOLLIS}/company/home/list").text
    assert "Riverside Medical Center — Phase 2" in page
    assert "Airport Concourse" not in page
    assert browser.get(f"/{people.CASCADIA}/company/home/list").status_code == 404
    assert browser.get(f"/{AIRPORT}/project/home").status_code == 404
    assert browser.get("/12345/project/home").status_code == 404


def test_commitments_are_listed_with_totals_and_opened_at_their_addresses(browser: FlaskClient) -> None:
    sign_in(browser, people.DANA)
    page = browser.get(f"/{RIVERSIDE}/project/commitments").text
    assert "38 commitments" in page
    assert "50,286,690.40" in page
    assert address("SC-014") in page
    assert address("PO-107") in page
    detail = browser.get(address("SC-014")).text
    for text in ("SC-014 Structural steel", "6,842,500.00", "CO-SC-014-03", "248,250.00", "Nov 9, 2026"):
        assert text in detail
    assert browser.get(address("SC-014").replace("work_order", "purchase_order")).status_code == 404


def test_permissions_decide_about_commitments(browser: FlaskClient) -> None:
    sign_in(browser, people.SEAN)
    refused = browser.get(f"/{RIVERSIDE}/project/commitments")
    assert refused.status_code == 403
    assert "do not include commitments" in refused.text
    assert "Not part of your permissions" in browser.get(f"/{RIVERSIDE}/project/home").text
    assert browser.get(address("SC-014")).status_code == 403
    sign_in(browser, people.MARCUS)
    assert browser.get(address("SC-014")).status_code == 200
    assert browser.get(address("SC-019")).status_code == 404  # private
    assert "37 commitments" in browser.get(f"/{RIVERSIDE}/project/commitments").text
    sign_in(browser, people.DANA)
    assert browser.get(address("SC-019")).status_code == 200


def test_rich_text_and_names_are_never_mark_up(browser: FlaskClient) -> None:
    sign_in(browser, people.DANA)
    page = browser.get(address("SC-013")).text
    assert "Sheet membrane &amp; drainage mat" in page
    for dangerous in ("alert(", "onerror", "javascript:"):
        assert dangerous not in page


def test_no_page_has_inline_script_or_style_and_all_forbid_it(browser: FlaskClient) -> None:
    sign_in(browser, people.DANA)
    pages = [
        "/companies",
        f"/{people.HOLLIS}/company/home/list",
        f"/{people.HOLLIS}/company/app_management",
        f"/{people.CASCADIA}/company/app_management",
        f"/{people.HOLLIS}/company/directory",
        f"/{RIVERSIDE}/project/home",
        f"/{RIVERSIDE}/project/directory",
        f"/{RIVERSIDE}/project/commitments",
        address("SC-014"),
        f"/{RIVERSIDE}/project/apps/1",
        "/no/such/page",
    ]
    for path in pages:
        answer = browser.get(path)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", answer.text), path
    policy = browser.get(address("SC-014")).headers["Content-Security-Policy"]
    assert f"frame-src {APP};" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_vendors_with_their_insurance_are_in_the_directory(browser: FlaskClient) -> None:
    sign_in(browser, people.PRIYA)
    page = browser.get(f"/{RIVERSIDE}/project/directory").text
    assert "O&#39;Rourke &amp; Sons Masonry" in page
    assert "Nov 4, 2026" in page
    assert "Expired" in page
    company = browser.get(f"/{people.HOLLIS}/company/directory").text
    assert "35 vendors of Hollis &amp; Grant Builders" in company


def test_the_apps_menu_frames_the_app_in_the_project_and_at_company_level(browser: FlaskClient) -> None:
    sign_in(browser, people.MARCUS)
    home = browser.get(f"/{RIVERSIDE}/project/home").text
    assert f'href="/{RIVERSIDE}/project/apps/1"' in home
    assert frames(browser.get(f"/{RIVERSIDE}/project/apps/1").text) == [
        f"{APP}/frame/project?company_id={people.HOLLIS}&project_id={RIVERSIDE}"
    ]
    assert frames(browser.get(f"/{people.HOLLIS}/company/apps/1").text) == [
        f"{APP}/frame/project?company_id={people.HOLLIS}&project_id="
    ]
    assert browser.get(f"/{RIVERSIDE}/project/apps/2").status_code == 404  # Harbor JV's
    sign_in(browser, people.DANA)
    assert "No app is configured at company level" in browser.get(f"/{people.HARBOR}/company/home/list").text
    assert browser.get(f"/{people.HARBOR}/company/apps/2").status_code == 404


def test_the_dock_cannot_be_pressed_before_its_script_is_there(browser: FlaskClient) -> None:
    sign_in(browser, people.DANA)
    (button,) = re.findall(r'<button[^>]*id="dock-button"[^>]*>', browser.get(address("SC-014")).text)
    assert " disabled" in button


def test_the_dock_knows_view_and_record(browser: FlaskClient) -> None:
    sign_in(browser, people.DANA)
    detail = panel_of(browser.get(address("SC-014")).text)
    assert detail["view"] == "commitments.work_order_contracts.detail"
    assert detail["record-id"] == address("SC-014").rpartition("/")[2]
    assert detail["address"] == f"{APP}/frame/panel?company_id={people.HOLLIS}&project_id={RIVERSIDE}"
    assert (detail["company-id"], detail["id-type"]) == (str(people.HOLLIS), "string")
    order = panel_of(browser.get(address("PO-107")).text)
    assert order["view"] == "commitments.purchase_order_contracts.detail"
    commitments = panel_of(browser.get(f"/{RIVERSIDE}/project/commitments").text)
    assert commitments["view"] == "commitments.contracts.list"
    assert commitments["record-id"] == ""
    harbor = panel_of(browser.get(f"/{people.HARBOR_PROJECTS[0]}/project/commitments").text)
    assert harbor["id-type"] == "number"
    assert "side-panel" not in browser.get(f"/{RIVERSIDE}/project/directory").text
    assert "side-panel" not in browser.get(f"/{people.CASCADIA_PROJECTS[0]}/project/commitments").text


def test_related_records_can_change_without_a_page_load(browser: FlaskClient) -> None:
    sign_in(browser, people.DANA)
    page = browser.get(address("SC-031")).text
    related = re.findall(r'<a data-record href="([^"]+)"', page)
    assert address("SC-020") == related[0]  # the same vendor's
    assert len(related) == 6
    assert address("SC-031") not in related


def test_an_administrator_installs_configures_uninstalls_and_reinstalls(
    browser: FlaskClient, running: Simulator
) -> None:
    sign_in(browser, people.DANA)
    management = f"/{people.CASCADIA}/company/app_management"
    bridge, pipeline = people.CASCADIA_PROJECTS
    page = browser.get(management).text
    assert "No app is installed" in page
    assert INSTALLATION_KEY in page
    assert not running.is_connected(people.CASCADIA)

    answer = browser.post(f"{management}/install", data={"installation_key": f" {INSTALLATION_KEY}\n"})
    assert answer.status_code == 303
    assert running.is_connected(people.CASCADIA)
    page = browser.get(management).text
    assert "Post-installation notes" in page
    assert f'href="{APP}/install" target="_blank"' in page
    assert "in no menu" in page
    assert "No app is configured" in browser.get(f"/{bridge}/project/home").text

    answer = browser.post(
        f"{management}/configurations",
        data={"title": "Tieback here", "scope": "chosen", "project_ids": str(bridge)},
    )
    assert answer.status_code == 303
    (configuration,) = running.world.configurations_of(people.CASCADIA)
    assert f"/{bridge}/project/apps/{configuration.id}" in browser.get(f"/{bridge}/project/home").text
    assert browser.get(f"/{bridge}/project/apps/{configuration.id}").status_code == 200
    assert "No app is configured" in browser.get(f"/{pipeline}/project/home").text
    assert browser.get(f"/{pipeline}/project/apps/{configuration.id}").status_code == 404

    assert browser.post(f"{management}/uninstall").status_code == 303
    assert not running.is_connected(people.CASCADIA)
    page = browser.get(management).text
    assert "Uninstalled apps" in page
    assert "No app is configured" in browser.get(f"/{bridge}/project/home").text
    assert browser.post(f"{management}/reinstall").status_code == 303
    assert running.is_connected(people.CASCADIA)


@pytest.mark.parametrize(
    ("form", "where"),
    [
        ({"scope": "all"}, (True, True, False)),
        ({"scope": "all", "also_company": "yes"}, (True, True, True)),
        ({"scope": "company"}, (False, False, True)),
    ],
)
def test_a_configuration_says_where_the_app_appears(
    browser: FlaskClient, running: Simulator, form: dict[str, str], where: tuple[bool, bool, bool]
) -> None:
    sign_in(browser, people.INGRID)
    management = f"/{people.CASCADIA}/company/app_management"
    browser.post(f"{management}/install", data={"installation_key": INSTALLATION_KEY})
    assert browser.post(f"{management}/configurations", data={"title": "Tieback", **form}).status_code == 303
    (made,) = running.world.configurations_of(people.CASCADIA)
    assert tuple(made.covers(place) for place in (*people.CASCADIA_PROJECTS, None)) == where
    assert browser.post(f"{management}/configurations/{made.id}/delete").status_code == 303
    assert list(running.world.configurations_of(people.CASCADIA)) == []


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"title": "", "scope": "all"}, "Give the configuration a title."),
        ({"title": "Tieback"}, "Choose where the app appears."),
        ({"title": "Tieback", "scope": "chosen"}, "Choose at least one project."),
        (
            {"title": "Tieback", "scope": "chosen", "project_ids": str(people.CASCADIA_PROJECTS[0])},
            "Choose at least one project.",
        ),
    ],
)
def test_an_incomplete_configuration_is_refused_with_the_reason(
    browser: FlaskClient, running: Simulator, form: dict[str, str], sentence: str
) -> None:
    sign_in(browser, people.DANA)
    answer = browser.post(f"/{people.HOLLIS}/company/app_management/configurations", data=form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert len(list(running.world.configurations_of(people.HOLLIS))) == 1


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("b7c9", "An installation key has 36 characters, this one has 4."),
        (INSTALLATION_KEY[::-1], "No app has this key."),
    ],
)
def test_a_wrong_key_installs_nothing(
    browser: FlaskClient, running: Simulator, key: str, sentence: str
) -> None:
    sign_in(browser, people.DANA)
    answer = browser.post(
        f"/{people.CASCADIA}/company/app_management/install", data={"installation_key": key}
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not running.is_connected(people.CASCADIA)


@pytest.mark.parametrize(
    "action", ["", "/install", "/uninstall", "/reinstall", "/configurations", "/configurations/1/delete"]
)
def test_app_management_is_for_administrators_of_that_company(
    browser: FlaskClient, running: Simulator, action: str
) -> None:
    before = repr(running.world.installations) + repr(running.world.configurations)
    for user_id, company_id, status in (
        (people.PRIYA, people.HOLLIS, 403),
        (people.DANA, people.HARBOR, 403),
        (people.INGRID, people.HOLLIS, 404),
    ):
        sign_in(browser, user_id)
        path = f"/{company_id}/company/app_management{action}"
        answer = browser.post(path, data={"title": "x", "scope": "all"}) if action else browser.get(path)
        assert answer.status_code == status
    assert repr(running.world.installations) + repr(running.world.configurations) == before


def test_a_configuration_of_another_company_cannot_be_removed(
    browser: FlaskClient, running: Simulator
) -> None:
    sign_in(browser, people.DANA)
    answer = browser.post(f"/{people.HOLLIS}/company/app_management/configurations/2/delete")
    assert answer.status_code == 404
    assert 2 in running.world.configurations


def test_each_company_is_on_its_regions_host_with_one_sign_in(browser: FlaskClient) -> None:
    us01, us02 = "http://app.procore.localhost:4000", "http://us02.procore.localhost:4000"
    browser.post("/sign-in", base_url=us01, data={"user_id": str(people.DANA)})
    path = f"/{RIVERSIDE}/project/commitments?page=1"
    answer = browser.get(path, base_url=us01)
    assert answer.headers["Location"] == us02 + path
    assert browser.get(path, base_url=us02).status_code == 200
    assert (
        browser.get(f"/{people.CASCADIA}/company/home/list", base_url=us02)
        .headers["Location"]
        .startswith(us01)
    )


@pytest.mark.parametrize(
    ("template", "project", "result"),
    [
        ("https://x/{{procore.company.id}}/{{procore.project.id}}", PLACE, "https://x/2/1"),
        ("https://x/?n={{procore.project.name}}", PLACE, "https://x/?n=A%2FB%20%26%20%C3%9C"),
        ("https://{{ procore.company.name }}.x/", PLACE, "https://c%3F%23.x/"),
        ("https://x/?p={{procore.project.id}}", None, "https://x/?p="),
        ("https://x/{{tenant-key}}", PLACE, "https://x/a%2Fb"),
        ("https://x/?t={{tenantKey}}&p={{project_id}}", PLACE, "https://x/?t={{tenantKey}}&p={{project_id}}"),
    ],
)
def test_addresses_are_interpolated_and_encoded(template: str, project: Project | None, result: str) -> None:
    assert interpolate(template, Company(2, "c?#", "us01"), project, {"tenant-key": "a/b"}) == result


@pytest.mark.parametrize(
    ("template", "pattern"),
    [
        ("http://app.example:5000/x?c={{procore.company.id}}", "http://app.example:5000"),
        ("https://{{tenantKey}}.app.example:5000/x", "https://*.app.example:5000"),
        ("https://eu.t-{{procore.company.id}}-{{b}}.app.example/x", "https://*.app.example"),
    ],
)
def test_a_frame_may_have_a_sub_domain_of_its_own(template: str, pattern: str) -> None:
    assert origin_pattern(template) == pattern


def test_words_of_rich_text_and_amounts() -> None:
    assert plain("<p>a &amp; b</p><ul><li>c</li></ul><script>d()</script>e") == "a & b · c e"
    assert plain(None) == ""
    assert money(-build_world().contracts[562949953610014].grand_total) == "−6,480,000.00"
    assert money(None) == "—"


def test_the_kinds_are_the_addresses() -> None:
    assert {kind.value for kind in CommitmentKind} == {"work_order_contracts", "purchase_order_contracts"}


def test_every_address_of_the_script_and_style_exists(browser: FlaskClient) -> None:
    folder = Path(__file__).parents[3] / "embedded_app" / "simulator" / "static"
    for name in ("portal.css", "portal.svg", "side-panel.js"):
        answer = browser.get(f"/static/{name}")
        assert answer.data == (folder / name).read_bytes()
        answer.close()
