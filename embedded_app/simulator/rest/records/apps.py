"""Where the app is installed and configured, and who asked for it."""

from __future__ import annotations

from embedded_app.simulator.model.apps import AppConfiguration, AppInstallation, InstallationRequest
from embedded_app.simulator.model.people import Person
from embedded_app.simulator.rest.records.companies import person
from embedded_app.simulator.rest.values.formats import Json, stamp
from embedded_app.simulator.state import Simulator


def _installer(record: Person | None, company_name: str) -> Json | None:
    known = person(record)
    return known and {**known, "is_active": True, "contact_id": None, "company_name": company_name}


def version_id(semantic_version: str) -> int:
    """The number of a version of the app: `100` for `1.0.0`."""
    return int("".join(filter(str.isdecimal, semantic_version)) or 0)


def shown_installation(record: AppInstallation, running: Simulator) -> Json:
    """The app in one company, as asked for by itself."""
    return {
        "id": record.id,
        "app_uid": running.app.uid,
        "app_version_id": version_id(record.semantic_version),
        "status": record.status,
        "installed_by": record.installed_by,
        "installed_at": stamp(record.installed_at),
        "uninstalled_by": record.uninstalled_by,
        "uninstalled_at": stamp(record.uninstalled_at),
        "manifest_url": None,
        "components": running.app.components,
    }


def installation(record: AppInstallation, running: Simulator) -> Json:
    """The app in one company, in a list."""
    people, app = running.world.people, running.app
    is_old = record.semantic_version != app.semantic_version
    company_name = running.world.companies[record.company_id].name
    return {
        "id": record.id,
        "app_uid": app.uid,
        "status": record.status,
        "components": app.components,
        "semantic_version": record.semantic_version,
        "installed_at": stamp(record.installed_at),
        "installer": _installer(people.get(record.installed_by), company_name),
        "uninstalled_at": stamp(record.uninstalled_at),
        "uninstaller": _installer(people.get(record.uninstalled_by or 0), company_name),
        "updatable_app_version_id": version_id(app.semantic_version) if is_old else None,
        "developer_app": {"id": 1, "name": app.name, "uid": app.uid, "marketplace_app": None},
    }


def installation_request(record: InstallationRequest) -> Json:
    """A request for the app; which fields it has is not documented."""
    return {
        "id": record.id,
        "company_id": record.company_id,
        "developer_app_id": 1,
        "implicit": record.implicit,
        "notes": record.notes,
        "created_by": {"id": record.user_id},
        "created_at": stamp(record.created_at),
    }


def configuration(record: AppConfiguration, running: Simulator) -> Json:
    """A place in the menus of a company."""
    return {
        "id": record.id,
        "title": record.title,
        "app_installation_id": record.installation_id,
        "company_id": record.company_id,
        "projects": [{"id": project_id} for project_id in sorted(record.project_ids)],
        "applies_to_all_projects": record.applies_to_all_projects,
        "applies_to_company": record.applies_to_company,
        "instance_configuration": record.values,
        "created_by": person(running.world.people.get(record.created_by)),
        "created_at": stamp(record.created_at),
        "updated_at": stamp(record.created_at),
    }
