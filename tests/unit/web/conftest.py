"""An application with nothing but `web` in it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from embedded_app import web
from embedded_app.config import Config

ENVIRONMENT = {
    "PUBLIC_URL": "https://tieback.example",
    "SECRET_KEY": "s" * 40,
    "MASTER_KEYS": f"k1:{base64.b64encode(bytes(32)).decode()}",
    "PROCORE_CLIENT_ID": "client",
    "PROCORE_CLIENT_SECRET": "client-secret",
    "SUPPORT_EMAIL": "help@tieback.example",
}

MakeApp = Callable[..., Flask]


@pytest.fixture
def make_app(tmp_path: Path) -> MakeApp:
    def make(**environment: str) -> Flask:
        app = Flask(
            "embedded_app",
            static_folder=None,
            template_folder=str(Path(__file__).parents[3] / "templates"),
            instance_path=str(tmp_path),
        )
        web.init_app(app, Config.from_environment(ENVIRONMENT | environment))
        return app

    return make


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
