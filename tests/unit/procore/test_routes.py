"""The registry of paths, held against the reference."""

from __future__ import annotations

import re

import pytest

from embedded_app.procore.calls.routes import (
    ROUTES,
    CompanyRoute,
    LoginRoute,
    Route,
    ViewerRoute,
    WriteRoute,
    in_words,
)
from tests.unit.procore.reference_paths import documented, normalised, section


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_route_stands_in_the_reference_with_its_method(route: Route) -> None:
    assert (route.method, normalised(route.template)) in documented(route.section)


@pytest.mark.parametrize("route", LoginRoute)
def test_every_login_route_stands_in_the_reference(route: LoginRoute) -> None:
    assert f"`{route.path}`" in section("2.1")


@pytest.mark.parametrize(
    ("number", "method", "path"),
    [
        ("5.3", "DELETE", "/rest/v1.0/projects/{}/rfis/{}"),
        ("5.5", "POST", "/rest/v1.0/commitments"),
        ("5.7", "DELETE", "/rest/v1.1/requisitions/{}"),
        ("3.7", "POST", "/rest/v1.0/app_installations"),
        ("5.9", "GET", "/rest/v1.0/budgets"),
    ],
)
def test_what_the_reference_does_not_describe_is_not_found_in_it(number: str, method: str, path: str) -> None:
    found = documented(number)
    assert found, "the section describes calls"
    assert (method, path) not in found


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_no_newer_version_of_a_path_is_documented(route: Route) -> None:
    """Within a major version the second number is a breaking change of that resource (section 4.1)."""
    path = normalised(route.template)
    end = path.partition(route.version)[2]
    versions = {
        found[1]
        for method, other in documented(route.section)
        if method == route.method
        and (found := re.fullmatch(r"/rest/(v[\d.]+)(/.*)", other))
        and found[2] == end
    }
    same_major = {version for version in versions if version.split(".")[0] == route.version.split(".")[0]}
    assert route.version == max(same_major)


@pytest.mark.parametrize("dead", ["/vapid/", "/rest/v1.0/webhooks", "/rest/v1.0/installation_requests"])
def test_no_dead_or_deprecated_path_is_called(dead: str) -> None:
    assert [route.name for route in ROUTES if dead in route.template] == []


@pytest.mark.parametrize("kind", [ViewerRoute, CompanyRoute, WriteRoute])
def test_a_path_that_is_not_in_the_registry_cannot_be_made(kind: type[Route]) -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        kind(("GET", "/rest/v1.0/undocumented", "5.1"))  # type: ignore[call-arg]


def test_no_route_is_written_twice() -> None:
    for kind in (ViewerRoute, CompanyRoute, WriteRoute):
        assert len(kind.__members__) == len(list(kind)) == len({route.name for route in kind})


def test_only_the_two_exempt_calls_need_no_company() -> None:
    assert {route.name for route in ViewerRoute} == {"GET /rest/v1.0/me", "GET /rest/v1.0/companies"}


def test_a_path_is_made_of_ids_only() -> None:
    assert CompanyRoute.PROJECT.path(p=562949953500001) == "/rest/v1.0/projects/562949953500001"
    assert WriteRoute.FINISH_UPLOAD.path(p=1, uuid="01HZ-9a") == "/rest/v1.1/projects/1/uploads/01HZ-9a"
    for no_id in ("../me", "", "1?x=2", "1/2", "%2e", "x" * 65):
        with pytest.raises(ValueError, match="no id"):
            CompanyRoute.PROJECT.path(p=no_id)


@pytest.mark.parametrize("ids", [{}, {"id": 1}, {"p": 1, "id": 2}])
def test_a_path_needs_exactly_its_ids(ids: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="needs"):
        CompanyRoute.PROJECT.path(**ids)


def test_the_name_has_no_ids_in_it() -> None:
    assert CompanyRoute.PROJECT.name == "GET /rest/v1.0/projects/{p}"
    assert CompanyRoute.PROJECTS.version == "v1.1"


def test_pages_are_as_long_as_the_list_gives() -> None:
    assert CompanyRoute.PROJECTS.most_per_page == 300
    assert CompanyRoute.SUBMITTALS.most_per_page == 1000
    assert CompanyRoute.SUBMITTALS_V2.most_per_page == 100


@pytest.mark.parametrize(
    ("route", "words"),
    [
        (CompanyRoute.PERMISSIONS.name, "your permissions (GET /rest/v1.0/settings/permissions)"),
        (CompanyRoute.RFI.name, "rfis (GET /rest/v1.0/projects/{p}/rfis/{id})"),
        (CompanyRoute.COMMITMENT_CONTRACTS.name, "commitment contracts (GET"),
        ("", "something (no route)"),
    ],
)
def test_a_route_has_words_for_people(route: str, words: str) -> None:
    assert in_words(route).startswith(words)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_no_words_are_a_place_or_a_version(route: Route) -> None:
    assert re.match(r"[a-z][a-z ]+ \(", in_words(route.name)) or "’" in in_words(route.name)
