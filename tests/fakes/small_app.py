"""The app with one page more of each access rule, beside a Procore that is handed in."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Flask

from embedded_app.app import create_app
from embedded_app.clock import Clock
from embedded_app.config import Config
from embedded_app.principals import current_viewer
from embedded_app.procore import Environment, Procore, Transport
from embedded_app.services import services
from embedded_app.storage import current_company_id
from embedded_app.web import access
from embedded_app.web.headers import Kind


def make_small_app(
    config: Config, clock: Clock, instance_path: Path, *, transport: Transport | None = None
) -> Flask:
    """Ready to use, on a migrated database. `transport` takes the place of the connections to Procore."""
    procore = Procore(
        Environment.from_config(config),
        config.procore_client_id,
        config.procore_client_secret,
        clock=clock,
        transport=transport,
    )
    app = create_app(config, clock=clock, instance_path=instance_path, procore=procore)
    app.register_blueprint(_pages())
    return app


def _pages() -> Blueprint:
    """Each says who is looking and whose company is in scope."""
    blueprint = Blueprint("test_pages", __name__)

    def who() -> str:
        viewer = current_viewer()
        assert viewer.company_id == current_company_id()
        return f"{viewer.name} {viewer.company_id}"

    for kind, rule in (
        (Kind.FRAGMENT, access.frame_bearer),
        (Kind.STANDALONE, access.full_tab),
        (Kind.STANDALONE, access.administrator),
    ):
        view = kind(rule(lambda: who()))  # noqa: PLW0108 # each route needs a function of its own to mark
        blueprint.add_url_rule(f"/test/{rule.name}", rule.name, view, methods=["GET", "POST"])

    @blueprint.get("/test/project/<claim>")
    @Kind.FRAGMENT
    @access.frame_bearer
    def project(claim: str) -> str:
        return services().principals.verify_project(current_viewer(), claim).name

    @blueprint.get("/test/company/<claim>")
    @Kind.FRAGMENT
    @access.frame_bearer
    def company(claim: str) -> str:
        return str(services().principals.verify_company(current_viewer(), claim))

    return blueprint
