"""The frames' pages over a real (in-memory) database, with both sides and the session played by fakes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Blueprint, Flask, g
from werkzeug.test import TestResponse

from embedded_app import frames, services, web
from embedded_app.panels import Panels
from embedded_app.storage import company_scope
from embedded_app.web import access
from embedded_app.web.headers import Kind
from tests.factories.settings import config
from tests.fakes.panel_sides import COMPANY, PROJECT, VIEWER
from tests.fakes.panel_world import World
from tests.unit.panels.conftest import world

__all__ = ["world"]

ORIGIN = "https://tieback.example"


class Pages:
    """A signed-in viewer's browser."""

    def __init__(self, app: Flask) -> None:
        self._client = app.test_client()

    def get(self, path: str, **arguments: object) -> TestResponse:
        query = {"company_id": COMPANY, "project_id": PROJECT} | arguments
        return self._client.get(f"{path}?{urlencode(query)}", base_url=ORIGIN)

    def post(self, path: str, **form: object) -> TestResponse:
        data = {"company_id": COMPANY, "project_id": PROJECT} | form
        return self._client.post(path, base_url=ORIGIN, data=data)

    def open(self, address: str) -> str:
        """What an address of a page brings; it has to be there."""
        response = self._client.get(address, base_url=ORIGIN)
        assert response.status_code == 200, response.text
        return response.text

    def project(self, **arguments: object) -> str:
        """The project's page; it has to be there."""
        response = self.get("/frame/project/view", **arguments)
        assert response.status_code == 200, response.text
        return response.text

    def line(self, key: str, **arguments: object) -> str:
        """What opens below the line with this key; it has to be there."""
        response = self.get("/frame/project/line", **{"open": key} | arguments)
        assert response.status_code == 200, response.text
        return response.text

    def record(self, record_id: int, **arguments: object) -> str:
        """The side panel of a subcontract; it has to be there."""
        view = "commitments.work_order_contracts.detail"
        response = self.get("/frame/panel/view", **{"view": view, "record_id": record_id} | arguments)
        assert response.status_code == 200, response.text
        return response.text


@pytest.fixture
def pages(world: World) -> Iterator[Pages]:  # the fixture of that name
    world.app.template_folder = str(Path(__file__).parents[3] / "templates")
    web.init_app(world.app, config())
    panels = Panels(world.views, world.editor, world.jobs, world.links, world.unmatched_review)
    made: Any = SimpleNamespace(config=config(), panels=panels, principals=world.principals)
    services.init_app(world.app, made)
    world.app.register_blueprint(_settings())
    frames.init_app(world.app)

    def sign_in() -> None:
        g.viewer = VIEWER

    access.enforce(world.app, access.frame_bearer, sign_in)
    with company_scope(COMPANY):
        yield Pages(world.app)


def _settings() -> Blueprint:
    blueprint = Blueprint("settings", __name__)
    view: Any = Kind.STANDALONE(access.public(lambda: ""))
    blueprint.add_url_rule("/settings", "overview", view)
    blueprint.add_url_rule("/settings/sign-ins", "own_sign_ins", view)
    return blueprint
