"""What a second run of the simulator knows of the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from embedded_app.simulator import keeping
from embedded_app.simulator.model.world import World
from embedded_app.simulator.options import Options
from embedded_app.simulator.rest.families import FAMILIES
from embedded_app.simulator.rest.family import Family, Field
from embedded_app.simulator.rest.values.kinds import CODE
from embedded_app.simulator.server import create_simulator
from embedded_app.simulator.state import EXTENSION

HOLLIS = 562949953443325
DANA = "dana.whitfield@hollisgrant.example"


def test_tokens_sign_ins_and_installations_outlive_a_run(tmp_path: Path) -> None:
    options = Options(control=True, state=tmp_path / "state")
    first = create_simulator(options).test_client()
    token = first.post("/_sim/tokens", json={"login": DANA}).json["access_token"]  # type: ignore[index]
    assert first.post("/_sim/companies/55188/install").status_code < 300
    second = create_simulator(options).test_client()
    headers = {"Authorization": f"Bearer {token}", "Procore-Company-Id": "55188"}
    assert second.get("/rest/v1.0/me", headers=headers).status_code == 200
    assert second.get("/rest/v1.1/projects?company_id=55188", headers=headers).status_code == 200


def test_webhooks_outlive_a_run(tmp_path: Path) -> None:
    options = Options(control=True, state=tmp_path / "state")
    first = create_simulator(options).test_client()
    token = first.post("/_sim/tokens", json={}).json["access_token"]  # type: ignore[index]
    headers = {"Authorization": f"Bearer {token}", "Procore-Company-Id": str(HOLLIS)}
    path = f"/rest/v2.0/companies/{HOLLIS}/webhooks/hooks"
    hook = {"payload_version": "v4.0", "namespace": "mine", "destination_url": "https://hooks.example.test/"}
    made = first.post(path, json=hook, headers=headers).get_json()["data"]
    second = create_simulator(options).test_client()
    assert second.get(f"{path}/{made['id']}", headers=headers).get_json()["data"] == made


@pytest.mark.parametrize(
    "families",
    [
        {**FAMILIES, "more_rfis": replace(FAMILIES["rfis"], name="more_rfis")},
        {
            **FAMILIES,
            "rfis": replace(FAMILIES["rfis"], fields=(*FAMILIES["rfis"].fields, Field("mood", CODE))),
        },
    ],
    ids=["a family", "a field"],
)
def test_another_family_or_field_is_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, families: Mapping[str, Family]
) -> None:
    options = Options(control=True, state=tmp_path / "state")
    first = create_simulator(options).test_client()
    assert first.post("/_sim/companies/55188/install").status_code < 300
    monkeypatch.setattr(keeping, "FAMILIES", families)
    second = create_simulator(options)
    assert not second.extensions[EXTENSION].is_installed(55188)


def test_another_value_in_the_world_is_another_version() -> None:
    names = {part.__qualname__ for part in keeping._parts(World)}
    assert {"World", "Project", "Contract", "Requisition", "Insurance", "Membership"} <= names


def test_a_file_of_another_version_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"not this format")
    client = create_simulator(Options(control=True, state=tmp_path / "state")).test_client()
    assert client.post("/_sim/tokens", json={"login": DANA}).status_code == 200
