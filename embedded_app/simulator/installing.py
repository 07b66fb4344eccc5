"""What an administrator does with the app in a company (docs/platform-reference.md, sections 2.4, 3.6 and 3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from embedded_app.simulator.model.apps import App, AppConfiguration, AppInstallation, Parameter
from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.state import Simulator

_PERMITTED_AT_ONCE: frozenset[int] = frozenset()
"""Nothing: the projects of the service account are to be chosen after each installation and update."""


def install(running: Simulator, company_id: int, user_id: int) -> AppInstallation:
    """Install the app, or reinstall it, as this person; once installed it stays as it is."""
    existing = running.world.installation(company_id)
    if existing is not None and existing.status == "installed":
        return existing
    installation = AppInstallation(
        id=existing.id if existing else next_id(running.world.installations),
        company_id=company_id,
        status="installed",
        installed_at=running.clock.now(),
        installed_by=user_id,
        semantic_version=running.app.semantic_version,
        permitted_project_ids=_PERMITTED_AT_ONCE,
    )
    running.world.installations[installation.id] = installation
    return installation


def update(running: Simulator, company_id: int) -> None:
    """Bring the newest version into a company. The service account's projects are to be chosen again.

    Raises:
        LookupError: the app is not installed there.
    """
    installation = _installed(running, company_id)
    installation.semantic_version = running.app.semantic_version
    installation.permitted_project_ids = _PERMITTED_AT_ONCE
    if not running.switches.configurations_survive_update:
        _forget_configurations(running, company_id)


def permit(running: Simulator, company_id: int, project_ids: frozenset[int] | None) -> None:
    """Choose where the service account may work; None for every project.

    Raises:
        LookupError: the app is not installed there.
    """
    _installed(running, company_id).permitted_project_ids = project_ids


def uninstall(running: Simulator, company_id: int, user_id: int) -> None:
    """Uninstall the app as this person. Its configurations go; its tokens go on working, unless switched."""
    installation = running.world.installation(company_id)
    if installation is None or installation.status != "installed":
        return
    installation.status = "uninstalled"
    installation.uninstalled_at = running.clock.now()
    installation.uninstalled_by = user_id
    _forget_configurations(running, company_id)
    if running.switches.uninstall_ends_tokens:
        for membership in running.world.memberships.values():
            others = running.world.companies_of(membership.user_id)
            if membership.company_id == company_id and not any(
                running.is_connected(each.id) for each in others
            ):
                running.tokens.revoke_all(membership.user_id)


def configure(
    running: Simulator,
    company_id: int,
    user_id: int,
    *,
    title: str,
    project_ids: frozenset[int] = frozenset(),
    applies_to_all_projects: bool = False,
    applies_to_company: bool = False,
    values: Mapping[str, str] | None = None,
) -> AppConfiguration:
    """Put the installed app into menus of this company.

    Raises:
        LookupError: the app is not installed there.
        ValueError: a required parameter is missing; the message names it.
    """
    installation = _installed(running, company_id)
    configuration = AppConfiguration(
        id=next_id(running.world.configurations),
        company_id=company_id,
        installation_id=installation.id,
        title=title,
        created_at=running.clock.now(),
        created_by=user_id,
        project_ids=project_ids,
        applies_to_all_projects=applies_to_all_projects,
        applies_to_company=applies_to_company,
        values=filled_in(running.app, values or {}),
    )
    running.world.configurations[configuration.id] = configuration
    return configuration


def filled_in(app: App, values: Mapping[str, str]) -> Mapping[str, str]:
    """The values of the app's parameters among these; empty for those left out.

    Raises:
        ValueError: a required one is missing; the message names it.
    """
    for parameter in app.parameters:
        if parameter.required and not values.get(parameter.key):
            raise ValueError(f"{parameter.name} is required.")
    return {each.key: values.get(each.key, "") for each in app.parameters}


def promote(app: App, values: Mapping[str, Any]) -> App:
    """The app's next version: fields of `App`, as JSON has them. Companies have it after they updated.

    Raises:
        TypeError: there is no such field.
        KeyError: there is no such level.
    """
    changes = dict(values)
    if "parameters" in changes:
        changes["parameters"] = tuple(Parameter(**each) for each in changes["parameters"])
    if "service_levels" in changes:
        changes["service_levels"] = {
            tool: Level.of(label) for tool, label in dict(changes["service_levels"]).items()
        }
    for name in ("components", "panel_views"):
        if name in changes:
            changes[name] = tuple(changes[name])
    return replace(app, **changes)


def _installed(running: Simulator, company_id: int) -> AppInstallation:
    installation = running.world.installation(company_id)
    if installation is None or installation.status != "installed":
        raise LookupError(f"The app is not installed in company {company_id}.")
    return installation


def _forget_configurations(running: Simulator, company_id: int) -> None:
    for configuration in list(running.world.configurations_of(company_id)):
        del running.world.configurations[configuration.id]


def next_id(taken: Mapping[int, object]) -> int:
    """The id of the next installation or configuration."""
    return max(taken, default=900_000) + 1
