"""An app of one's own."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from embedded_app.simulator.command import simulator
from embedded_app.simulator.manifest import NotAManifest, read
from embedded_app.simulator.model.apps import Parameter
from embedded_app.simulator.options import Options
from embedded_app.simulator.seed import build_app
from embedded_app.simulator.seed.people import DANA, HOLLIS_PROJECTS
from embedded_app.simulator.server import create_simulator

KEY = {"name": "Tenant key", "type": "string", "description": "From your account page"}
SCHEMA = {"type": "object", "required": ["tenantKey"], "properties": {"tenantKey": KEY}}
MANIFEST: dict[str, Any] = {
    "schema_version": "4.1",
    "post_installation_instruction": {
        "notes": "Connect your ERP.",
        "page": {"url": "https://help.example.test/procore", "label": "Setup guide"},
    },
    "fullscreen": {
        "source_url": "https://app.example.test/full?c={{procore.company.id}}&t={{tenantKey}}",
        "description": "Ledger workspace",
        "user_configuration": {"schema": SCHEMA},
    },
    "sidepanel": {
        "source_url": "https://panel.example.test/?c={{procore.company.id}}",
        "description": "Ledger details",
        "views": ["commitments.contracts.list"],
    },
}


def test_a_manifest_describes_the_app() -> None:
    app = read(build_app("http://app.example"), MANIFEST)
    assert app.components == ("oauth", "fullscreen", "sidepanel")
    assert app.panel_views == ("commitments.contracts.list",)
    assert app.parameters == (Parameter("tenantKey", "Tenant key", "From your account page", required=True),)
    assert (app.notes, app.notes_page_label) == ("Connect your ERP.", "Setup guide")


def test_a_component_that_is_not_there_is_not_offered() -> None:
    app = read(build_app("http://app.example"), MANIFEST | {"sidepanel": None})
    assert (app.components, app.panel_views) == (("oauth", "fullscreen"), ())


@pytest.mark.parametrize(
    "manifest",
    [
        [],
        {},
        MANIFEST | {"schema_version": "3.1"},
        MANIFEST | {"fullscreen": {}},
        MANIFEST | {"sidepanel": "x"},
        MANIFEST | {"post_installation_instruction": "x"},
    ],
)
def test_what_is_no_manifest_is_refused(manifest: object) -> None:
    with pytest.raises(NotAManifest):
        read(build_app("http://app.example"), manifest)


def test_a_portal_frames_the_app_of_its_manifest_and_lets_nothing_else_be_framed() -> None:
    browser = create_simulator(Options(manifest=MANIFEST)).test_client()
    browser.post("/sign-in", data={"user_id": str(DANA)})
    page = browser.get(f"/{HOLLIS_PROJECTS[0]}/project/commitments")
    assert "https://panel.example.test/?c=562949953443325" in unescape(page.text)
    policy = page.headers["Content-Security-Policy"]
    assert re.findall(r"frame-src ([^;]*)", policy) == ["https://app.example.test https://panel.example.test"]


@pytest.mark.parametrize(("content", "sentence"), [("{", "is no JSON"), ("{}", "cannot be read")])
def test_a_manifest_that_cannot_be_read_ends_the_start(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(content, encoding="utf-8")
    ended = CliRunner().invoke(simulator, ["--manifest", str(path), "--port", "0"])
    assert (ended.exit_code, sentence in ended.output) == (1, True)
