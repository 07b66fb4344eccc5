"""The portal's blueprint: who is looking, in which company or project, and the headers of every page."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug import Response
from werkzeug.exceptions import Forbidden, HTTPException, NotFound

from embedded_app.simulator.hosts import DOMAIN, region_address, region_host
from embedded_app.simulator.login.sessions import current_person
from embedded_app.simulator.model.apps import AppConfiguration
from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.model.people import Company, Person
from embedded_app.simulator.model.projects import Project
from embedded_app.simulator.portal.interpolation import interpolate, origin_pattern
from embedded_app.simulator.portal.presenters import day, money
from embedded_app.simulator.state import simulator
from embedded_app.simulator.words import plain

blueprint = Blueprint("portal", __name__)
blueprint.add_app_template_filter(money)
blueprint.add_app_template_filter(day)
blueprint.add_app_template_filter(plain)

_WITHOUT_SESSION = frozenset({"portal.sign_in_page", "portal.sign_in_as"})


def person() -> Person:
    """Who is signed in; every page but the sign-in has somebody."""
    return cast("Person", g.person)


def company(company_id: int) -> Company:
    """The company, for its members; 404 for everybody else."""
    world = simulator().world
    if world.membership(person().id, company_id) is None:
        raise NotFound
    return world.companies[company_id]


def project(project_id: int, tool: str = "home") -> Project:
    """The project, for people in it; 403 where the tool is not theirs."""
    world = simulator().world
    found = world.projects.get(project_id)
    membership = found and world.membership(person().id, found.company_id)
    if not found or not membership or not membership.sees(found.id):
        raise NotFound
    if world.level(person().id, found.company_id, tool, found.id) < Level.READ_ONLY:
        raise Forbidden(f"Your permissions in this project do not include {tool}.")
    return found


def administers(company_id: int) -> bool:
    """Whether the person may install apps: Admin on the company's Directory."""
    return simulator().world.level(person().id, company_id, "directory") is Level.ADMIN


def apps_menu(company_id: int, project_id: int | None = None) -> list[AppConfiguration]:
    """What the Apps menu lists at this place."""
    running = simulator()
    if not running.is_installed(company_id) or "fullscreen" not in running.app.components:
        return []
    return configurations(company_id, project_id)


def configurations(company_id: int, project_id: int | None) -> list[AppConfiguration]:
    """Those that put the app at this place."""
    return [each for each in simulator().world.configurations_of(company_id) if each.covers(project_id)]


def frame_address(
    template: str, owner: Company, place: Project | None, configuration: AppConfiguration
) -> str:
    """What a frame opens: the app's registered address with everything filled in."""
    nowhere = simulator().switches.project_tokens_at_company
    return interpolate(template, owner, place, configuration.values, without_project=nowhere)


@blueprint.before_request
def _know_the_person() -> Response | None:
    found = current_person()
    if found is None and request.endpoint not in _WITHOUT_SESSION:
        return redirect(url_for("portal.sign_in_page", next=request.full_path.rstrip("?")))
    g.person = found
    return _to_region()


def _to_region() -> Response | None:
    """Each company's pages are on its region's host. Other hosts than the portal's own are left alone."""
    if request.method != "GET" or not request.host.partition(":")[0].endswith(f".{DOMAIN}"):
        return None
    world, ids = simulator().world, request.view_args or {}
    place = world.projects.get(ids.get("project_id", 0))
    owner = world.companies.get(place.company_id if place else ids.get("company_id", 0))
    if owner is None or request.host == region_host(owner.region):
        return None
    return redirect(region_address(owner.region) + request.full_path.rstrip("?"))


@blueprint.after_request
def _protect(response: Response) -> Response:
    app = simulator().app
    origins = " ".join(sorted({origin_pattern(each) for each in (app.full_screen_url, app.panel_url)}))
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        f"frame-src {origins}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    if simulator().switches.portal_coop:
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.errorhandler(HTTPException)
def _refuse(error: HTTPException) -> tuple[str, int]:
    missing = isinstance(error, NotFound)
    reason = "There is no such page, or it is not yours to see." if missing else error.description
    return render_template("portal/refused.html", person=g.get("person"), reason=reason), error.code or 500
