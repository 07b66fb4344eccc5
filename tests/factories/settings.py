"""A valid configuration."""

from __future__ import annotations

import base64

from embedded_app.config import Config
from tests.fakes.person import ORIGIN
from tests.fakes.simulator_process import CLIENT_ID, CLIENT_SECRET, SimulatorProcess

ENVIRONMENT = {
    "PUBLIC_URL": "https://tieback.example",
    "SECRET_KEY": "s" * 40,
    "MASTER_KEYS": f"k1:{base64.b64encode(bytes(range(32))).decode()}",
    "PROCORE_CLIENT_ID": "client",
    "PROCORE_CLIENT_SECRET": "client-secret",
    "SUPPORT_EMAIL": "help@tieback.example",
}


def config(**environment: str) -> Config:
    return Config.from_environment(ENVIRONMENT | environment)


def config_beside(simulator: SimulatorProcess, **environment: str) -> Config:
    """An app at the address of `tests.fakes.person`, whose Procore is the simulated one."""
    return config(
        PUBLIC_URL=ORIGIN,
        PROCORE_ENVIRONMENT="custom",
        PROCORE_LOGIN_URL=simulator.base_url,
        PROCORE_API_URL=simulator.base_url,
        PROCORE_FRAME_ANCESTORS=" ".join(
            f"http://{name}.procore.localhost:{simulator.port}" for name in ("app", "us02")
        ),
        PROCORE_CLIENT_ID=CLIENT_ID,
        PROCORE_CLIENT_SECRET=CLIENT_SECRET,
        **environment,
    )
