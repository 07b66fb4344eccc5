"""The composition root: which parts the app is made of, in the order in which they rest on each other."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from flask import Flask

from embedded_app import (
    frames,
    health,
    installations,
    jobs,
    keys,
    panels,
    principals,
    settings,
    sources,
    storage,
    web,
)
from embedded_app.clock import Clock, SystemClock
from embedded_app.config import Config
from embedded_app.crypto import KeyProvider, Vault, key_provider
from embedded_app.procore import Environment, Procore
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
) -> Flask:
    """The app that `config` describes. Nothing here decides anything about the domain.

    `master_keys` takes the place of the provider that `config` names.
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
    vault = Vault(master_keys, storage.find_wrapped_key, clock)
    environment = Environment.from_config(config)
    name = f"{environment.api_url}:{config.procore_client_id}"
    procore = Procore(
        environment,
        config.procore_client_id,
        config.procore_client_secret,
        clock=clock,
        store=storage.shared_value(app, config, f"pacing:{name}"),
        news_store=storage.shared_value(app, config, f"news:{name}"),
        thread_context=app.app_context,
    )
    fan_out = FanOut(app)

    web.surround(app, procore.within)
    jobs.init_app(app, config, around=partial(procore.within, JOB_SECONDS, background=True))
    keys.init_app(app, vault=vault, clock=clock)
    installations.init_app(app, config, vault=vault, procore=procore, clock=clock)
    installations.schedule(app)
    principals.init_app(app, config, procore=procore, clock=clock)
    sources.init_app(app, config, vault=vault, clock=clock)
    panels.init_app(app, config, procore=procore, fan_out=fan_out, clock=clock)
    health.init_app(app, config, procore=procore)
    frames.init_app(app, config)
    settings.init_app(app, config)
    return app
