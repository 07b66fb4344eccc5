from __future__ import annotations

import re
from pathlib import Path

import pytest

from embedded_app.procore import routes
from embedded_app.procore.routes import ROUTES, CompanyRoute, LoginRoute, Route, ViewerRoute

_REFERENCE = (Path(__file__).parents[3] / "docs" / "platform-reference.md").read_text()


def _section(number: str) -> str:
    found = re.search(
        rf"^#{{2,3}} {re.escape(number)}\.? .*?(?=^#{{1,3}} |\Z)", _REFERENCE, re.MULTILINE | re.DOTALL
    )
    assert found, f"The reference has no section {number}."
    return found[0]


def _as_written(template: str) -> list[str]:
    """The ways the reference writes a path: whole, or as the end that is added to a list's path."""
    parts = template.split("/")
    for cut, part in enumerate(parts):
        if part in {"{id}", "{contract}"}:
            end = "/".join(parts[cut:])
            return ["/".join(parts[:cut]), f"`/{end}`" if part == "{id}" else f"`GET .../{end}"]
    return [template]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_route_stands_in_the_reference(route: Route) -> None:
    text = _section(route.section)
    assert [piece for piece in _as_written(route.template) if piece not in text] == []


@pytest.mark.parametrize("route", LoginRoute)
def test_every_login_route_stands_in_the_reference(route: LoginRoute) -> None:
    assert f"`{route.path}`" in _section("2.1")


def test_the_registry_holds_every_route() -> None:
    declared = [value for value in vars(routes).values() if isinstance(value, Route)]
    assert list(ROUTES) == declared


def test_only_the_two_exempt_calls_need_no_company() -> None:
    exempt = {route.name for route in ROUTES if isinstance(route, ViewerRoute)}
    assert exempt == {"GET /rest/v1.0/me", "GET /rest/v1.0/companies"}
    assert all(isinstance(route, ViewerRoute | CompanyRoute) for route in ROUTES)


def test_a_path_is_made_of_ids_only() -> None:
    assert routes.PROJECT.path(p=562949953500001) == "/rest/v1.0/projects/562949953500001"
    with pytest.raises(ValueError, match="invalid literal"):
        routes.PROJECT.path(p="../me")  # type: ignore[arg-type]


@pytest.mark.parametrize("ids", [{}, {"id": 1}, {"p": 1, "id": 2}])
def test_a_path_needs_exactly_its_ids(ids: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="needs"):
        routes.PROJECT.path(**ids)


def test_the_name_has_no_ids_in_it() -> None:
    assert routes.PROJECT.name == "GET /rest/v1.0/projects/{p}"
    assert routes.PROJECTS.version == "v1.1"
