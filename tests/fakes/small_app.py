"""The app up to signing in, with one page of each access rule and stand-ins for the pages of `settings`."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Flask

from embedded_app import installations, principals, storage, web
from embedded_app.clock import Clock
from embedded_app.config import Config
from embedded_app.crypto import EnvironmentKeys, Vault
from embedded_app.principals import current_viewer
from embedded_app.procore import Environment, Procore, Transport
from embedded_app.storage import current_company_id
from embedded_app.web import access
from embedded_app.web.headers import Kind


def make_small_app(
    config: Config, clock: Clock, instance_path: str, *, transport: Transport | None = None
) -> Flask:
    """Ready to use, on a migrated database."""
    app = Flask(
        "embedded_app",
        static_folder=None,
        template_folder=str(Path(__file__).parents[2] / "templates"),
        instance_path=instance_path,
    )
    procore = Procore(
        Environment.from_config(config),
        config.procore_client_id,
        config.procore_client_secret,
        clock=clock,
        transport=transport,
    )
    vault = Vault(EnvironmentKeys(config.master_keys), storage.find_wrapped_key, clock)
    web.init_app(app, config)
    storage.init_app(app, config)
    installations.init_app(app, config, vault=vault, procore=procore, clock=clock)
    principals.init_app(app, config, procore=procore, clock=clock)
    app.extensions["test_vault"] = vault
    app.extensions["test_procore"] = procore
    app.register_blueprint(_settings())
    app.register_blueprint(_pages())
    return app


def _settings() -> Blueprint:
    blueprint = Blueprint("settings", __name__)
    for name, path in (
        ("install", "/install"),
        ("choose_company", "/install/company"),
        ("overview", "/settings"),
    ):
        blueprint.add_url_rule(
            path, name, Kind.STANDALONE(access.public(lambda name=name: name)), methods=["GET"]
        )
    return blueprint


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
        return principals.service().verify_project(current_viewer(), claim).name

    @blueprint.get("/test/company/<claim>")
    @Kind.FRAGMENT
    @access.frame_bearer
    def company(claim: str) -> str:
        return str(principals.service().verify_company(current_viewer(), claim))

    return blueprint
