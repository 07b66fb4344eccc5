"""What a second run of the simulator knows of the first."""

from __future__ import annotations

from pathlib import Path

from embedded_app.simulator.options import Options
from embedded_app.simulator.server import create_simulator

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


def test_a_file_of_another_version_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b"not this format")
    client = create_simulator(Options(control=True, state=tmp_path / "state")).test_client()
    assert client.post("/_sim/tokens", json={"login": DANA}).status_code == 200
