"""What the server is started with."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from embedded_app.commands import environment, processes
from embedded_app.health.metrics import FOLDER_VARIABLE
from tests.integration.keys.conftest import make_world, old
from tests.integration.keys.world import World

__all__ = ["make_world", "old"]  # fixtures


@pytest.mark.parametrize("given", [True, False])
def test_all_processes_count_into_one_folder(
    old: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, given: bool
) -> None:
    monkeypatch.setattr(environment, "configured_app", lambda: old.app)
    started: list[str] = []
    monkeypatch.setattr(os, "execv", lambda _program, arguments: started.extend(arguments))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    if given:
        monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "shared"))
    else:
        monkeypatch.setenv(FOLDER_VARIABLE, "")  # put back afterwards
        monkeypatch.delenv(FOLDER_VARIABLE)
    processes.serve.main(["--workers", "2"], standalone_mode=False)
    folder = Path(os.environ[FOLDER_VARIABLE])
    assert given or folder.is_dir()
    assert (folder == tmp_path / "shared") is given
    assert folder.parent == tmp_path
    assert started[started.index("--workers") + 1] == "2"
