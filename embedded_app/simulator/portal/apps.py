"""The app inside the portal: its full-screen frames, and App Management for administrators."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug import Response
from werkzeug.exceptions import BadRequest, Forbidden, NotFound

from embedded_app.simulator import installing
from embedded_app.simulator.model.apps import AppConfiguration
from embedded_app.simulator.portal.blueprint import (
    administers,
    apps_menu,
    blueprint,
    company,
    frame_address,
    person,
    project,
)
from embedded_app.simulator.state import simulator


@blueprint.get("/<int:project_id>/project/apps/<int:configuration_id>")
def project_app(project_id: int, configuration_id: int) -> str:
    """The app, full screen, in a project."""
    place = project(project_id)
    menu = apps_menu(place.company_id, place.id)
    owner = company(place.company_id)
    chosen = _chosen(menu, configuration_id)
    return render_template(
        "portal/app.html",
        person=person(),
        company=owner,
        project=place,
        menu=menu,
        tool="apps",
        title=chosen.title,
        address=frame_address(simulator().app.full_screen_url, owner, place, chosen),
        switches=simulator().switches,
    )


@blueprint.get("/<int:company_id>/company/apps/<int:configuration_id>")
def company_app(company_id: int, configuration_id: int) -> str:
    """The app, full screen, at company level."""
    owner = company(company_id)
    menu = apps_menu(company_id)
    chosen = _chosen(menu, configuration_id)
    return render_template(
        "portal/app.html",
        person=person(),
        company=owner,
        menu=menu,
        tool="apps",
        is_administrator=administers(company_id),
        title=chosen.title,
        address=frame_address(simulator().app.full_screen_url, owner, None, chosen),
        switches=simulator().switches,
    )


@blueprint.get("/<int:company_id>/company/app_management")
def app_management(company_id: int) -> str:
    """What is installed, where it appears, and how to install."""
    return _management(company_id)


@blueprint.post("/<int:company_id>/company/app_management/install")
def install(company_id: int) -> Response | tuple[str, int]:
    """Install a custom app by its installation key."""
    _administered(company_id)
    running = simulator()
    if not running.switches.custom_installs:
        raise Forbidden("Custom apps cannot be installed in this account.")
    key = request.form.get("installation_key", "").strip()
    if key != running.app.installation_key:
        length = len(running.app.installation_key)
        wrong = (
            "No app has this key."
            if len(key) == length
            else f"An installation key has {length} characters, this one has {len(key)}."
        )
        return _management(company_id, key=key, key_error=wrong), 422
    installing.install(running, company_id, person().id)
    return _back(company_id)


@blueprint.post("/<int:company_id>/company/app_management/uninstall")
def uninstall(company_id: int) -> Response:
    """Uninstall; from now on calls for this company are refused."""
    _administered(company_id)
    installing.uninstall(simulator(), company_id, person().id)
    return _back(company_id)


@blueprint.post("/<int:company_id>/company/app_management/reinstall")
def reinstall(company_id: int) -> Response:
    """Install again from the list of uninstalled apps."""
    _administered(company_id)
    if simulator().world.installation(company_id) is None:
        raise NotFound
    installing.install(simulator(), company_id, person().id)
    return _back(company_id)


@blueprint.post("/<int:company_id>/company/app_management/update")
def update(company_id: int) -> Response:
    """Bring the newest version of the app into the company."""
    _administered(company_id)
    try:
        installing.update(simulator(), company_id)
    except LookupError as error:
        raise BadRequest("The app is not installed.") from error
    return _back(company_id)


@blueprint.post("/<int:company_id>/company/app_management/permitted_projects")
def permit(company_id: int) -> Response:
    """Choose the projects where the app's service account may work."""
    _administered(company_id)
    ours = {each.id for each in simulator().world.projects_of(company_id)}
    chosen = ours.intersection(request.form.getlist("project_ids", type=int))
    try:
        installing.permit(simulator(), company_id, None if "all" in request.form else frozenset(chosen))
    except LookupError as error:
        raise BadRequest("The app is not installed.") from error
    return _back(company_id)


@blueprint.post("/<int:company_id>/company/app_management/configurations")
def configure(company_id: int) -> Response | tuple[str, int]:
    """Put the installed app into the menus of the company, of chosen projects, or of all."""
    _administered(company_id)
    running = simulator()
    title = request.form.get("title", "").strip()
    scope = request.form.get("scope")
    chosen = frozenset(request.form.getlist("project_ids", type=int))
    values = {each.key: request.form.get(f"value_{each.key}", "").strip() for each in running.app.parameters}
    ours = {each.id for each in running.world.projects_of(company_id)}
    wrong = ""
    if not title:
        wrong = "Give the configuration a title."
    elif scope not in {"all", "chosen", "company"}:
        wrong = "Choose where the app appears."
    elif scope == "chosen" and not (chosen and chosen <= ours):
        wrong = "Choose at least one project."
    if wrong:
        return _management(
            company_id, title=title, scope=scope, values=values, configuration_error=wrong
        ), 422
    try:
        installing.configure(
            running,
            company_id,
            person().id,
            title=title,
            project_ids=chosen if scope == "chosen" else frozenset(),
            applies_to_all_projects=scope == "all",
            applies_to_company=scope == "company" or "also_company" in request.form,
            values=values,
        )
    except LookupError as error:
        raise BadRequest("The app is not installed.") from error
    except ValueError as error:
        return _management(
            company_id, title=title, scope=scope, values=values, configuration_error=error
        ), 422
    return _back(company_id)


@blueprint.post("/<int:company_id>/company/app_management/configurations/<int:configuration_id>/delete")
def remove_configuration(company_id: int, configuration_id: int) -> Response:
    """Take the app out of the menus that this configuration put it in."""
    _administered(company_id)
    configurations = simulator().world.configurations
    found = configurations.get(configuration_id)
    if found is None or found.company_id != company_id:
        raise NotFound
    del configurations[configuration_id]
    return _back(company_id)


def _chosen(menu: list[AppConfiguration], configuration_id: int) -> AppConfiguration:
    found = next((each for each in menu if each.id == configuration_id), None)
    if found is None:
        raise NotFound
    return found


def _administered(company_id: int) -> None:
    company(company_id)
    if not administers(company_id):
        raise Forbidden("App Management is for administrators of the company.")


def _back(company_id: int) -> Response:
    return redirect(url_for("portal.app_management", company_id=company_id), code=303)


def _management(company_id: int, **form: object) -> str:
    _administered(company_id)
    world = simulator().world
    installation = world.installation(company_id)
    return render_template(
        "portal/app_management.html",
        person=person(),
        company=company(company_id),
        menu=apps_menu(company_id),
        is_administrator=True,
        tool="app_management",
        app=simulator().app,
        installation=installation,
        installed=simulator().is_installed(company_id),
        has_update=installation is not None
        and installation.semantic_version != simulator().app.semantic_version,
        requests=[each for each in world.installation_requests if each.company_id == company_id],
        people=world.people,
        projects={each.id: each for each in world.projects_of(company_id)},
        configurations=list(world.configurations_of(company_id)),
        form=form,
        custom_installs=simulator().switches.custom_installs,
    )
