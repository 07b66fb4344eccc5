"""A valid configuration."""

from __future__ import annotations

import base64

from embedded_app.config import Config

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
