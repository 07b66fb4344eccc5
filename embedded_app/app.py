"""The composition root: which parts the app is made of, in the order in which they rest on each other."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from flask import Flask

from embedded_app import frames, health, installations, services, settings, signing_in, storage, web
from embedded_app.clock import Clock, SystemClock
from embedded_app.config import Config
from embedded_app.crypto import KeyProvider, Vault, key_provider
from embedded_app.health.metrics import Metrics
from embedded_app.installations import (
    Custody,
    Flows,
    GrantService,
    InstallationService,
    Refresher,
    Revocations,
)
from embedded_app.jobs import open_jobs
from embedded_app.keys import KeyService
from embedded_app.outbound.network import Network
from embedded_app.panels import Links, PanelEditor, Panels, PanelService, ProjectJobs, UnmatchedReview
from embedded_app.principals import PrincipalService, Sessions, SignIns
from embedded_app.procore import Environment, Procore
from embedded_app.services import Services
from embedded_app.sources import SourceService, Surroundings, all_connectors
from embedded_app.storage.fan_out import FanOut

ROOT = Path(__file__).parents[1]
JOB_SECONDS = 15 * 60.0
"""How long the calls of one job may take altogether; a page has `procore.deadline.DEFAULT_SECONDS`."""


def create_app(
    config: Config,
    *,
    clock: Clock | None = None,
    instance_path: Path | None = None,
    master_keys: KeyProvider | None = None,
    procore: Procore | None = None,
) -> Flask:
    """The app that `config` describes. Nothing here decides anything about the domain.

    `master_keys` and `procore` take the place of those that `config` names.
    """
    clock = clock or SystemClock()
    app = Flask(
        "embedded_app",
        template_folder=str(ROOT / "templates"),
        static_folder=None,
        instance_path=str(instance_path or ROOT / "instance"),
    )
    web.init_app(app, config)
    master_keys = master_keys or key_provider(config)
    storage.init_app(app, config, master_keys)
    metrics = Metrics()
    procore = procore or _procore(app, config, clock, metrics)
    web.surround(app, procore.within)

    made = _services(app, config, Vault(master_keys, storage.find_wrapped_key, clock), procore, clock)
    services.init_app(app, made)
    installations.schedule(made.jobs, made.installations)

    signing_in.init_app(app)
    health.init_app(app, config, metrics)
    frames.init_app(app)
    settings.init_app(app)
    return app


def _procore(app: Flask, config: Config, clock: Clock, metrics: Metrics) -> Procore:
    environment = Environment.from_config(config)
    name = f"{environment.api_url}:{config.procore_client_id}"
    return Procore(
        environment,
        config.procore_client_id,
        config.procore_client_secret,
        clock=clock,
        store=storage.shared_value(app, config, f"pacing:{name}"),
        news_store=storage.shared_value(app, config, f"news:{name}"),
        thread_context=app.app_context,
        on_call=metrics.on_call,
    )


def _services(app: Flask, config: Config, vault: Vault, procore: Procore, clock: Clock) -> Services:
    """Each rests on those above it."""
    installation_service = make_installations(app, config, vault, procore, clock)
    sessions = Sessions(clock)
    principals = PrincipalService(
        procore=procore, clock=clock, installations=installation_service, sessions=sessions
    )
    sign_ins = SignIns(procore=procore, clock=clock, installations=installation_service, sessions=sessions)
    surroundings = Surroundings(Network(config.source_networks), config.source_files, clock)
    sources = SourceService(all_connectors(surroundings), vault, clock)
    views = PanelService(
        procore=procore, principals=principals, sources=sources, fan_out=FanOut(app), clock=clock
    )
    return Services(
        config=config,
        procore=procore,
        jobs=open_jobs(app, config, around=partial(procore.within, JOB_SECONDS, background=True)),
        keys=KeyService(vault, clock),
        installations=installation_service,
        principals=principals,
        sign_ins=sign_ins,
        sources=sources,
        panels=Panels(
            views=views,
            editor=PanelEditor(views, sources, clock),
            jobs=ProjectJobs(),
            links=Links(clock),
            unmatched_review=UnmatchedReview(clock),
        ),
    )


def make_installations(
    app: Flask, config: Config, vault: Vault, procore: Procore, clock: Clock
) -> InstallationService:
    """Connecting, custody of grants and disconnecting, on the app's database and instance folder."""
    custody = Custody(app, vault)
    authorization = procore.authorization
    refresher = Refresher(
        custody,
        lambda token: authorization.refresh(token, config.redirect_uri),
        authorization.client_credentials,
        clock,
    )
    return InstallationService(
        vault=vault,
        procore=procore,
        clock=clock,
        redirect_uri=config.redirect_uri,
        flows=Flows(vault, clock),
        grants=GrantService(vault, custody, refresher, clock),
        revocations=Revocations(vault, authorization.revoke, clock),
        grant_retention=config.grant_retention,
    )
