"""Where the app is installed, and its newest version."""

from __future__ import annotations

from dataclasses import asdict

from werkzeug import Response

from embedded_app.simulator import installing
from embedded_app.simulator.control.blueprint import answered, blueprint, body_sent, done
from embedded_app.simulator.state import simulator


@blueprint.post("/companies/<int:company_id>/install")
def install(company_id: int) -> Response:
    """Install the app there, as the company's first administrator, and put it into the menus of all projects.

    The service account may work in all of them.
    """
    running = simulator()
    by = _administrator(company_id)
    installing.install(running, company_id, by)
    installing.permit(running, company_id, None)
    if not any(running.world.configurations_of(company_id)):
        installing.configure(
            running,
            company_id,
            by,
            title=running.app.name,
            applies_to_all_projects=True,
            applies_to_company=True,
        )
    return done()


@blueprint.post("/companies/<int:company_id>/update")
def update(company_id: int) -> Response:
    """Bring the newest version of the app into the company."""
    installing.update(simulator(), company_id)
    return done()


@blueprint.post("/companies/<int:company_id>/permitted-projects")
def permit(company_id: int) -> Response:
    """Choose where the service account may work: `project_ids`, null for every project."""
    chosen = body_sent()["project_ids"]
    installing.permit(simulator(), company_id, None if chosen is None else frozenset(chosen))
    return done()


@blueprint.post("/companies/<int:company_id>/uninstall")
def uninstall(company_id: int) -> Response:
    """Uninstall the app there."""
    installing.uninstall(simulator(), company_id, _administrator(company_id))
    return done()


@blueprint.get("/app")
def app() -> Response:
    """The app as the Developer Portal knows it."""
    return answered(asdict(simulator().app))


@blueprint.patch("/app")
def promote() -> Response:
    """Promote a version: the fields that differ from the last one."""
    running = simulator()
    running.app = installing.promote(running.app, body_sent())
    return app()


def _administrator(company_id: int) -> int:
    for membership in simulator().world.memberships.values():
        if membership.company_id == company_id and membership.is_company_admin:
            return membership.user_id
    raise LookupError(f"Company {company_id} has no administrator.")
