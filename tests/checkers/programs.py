"""The checkers that come from npm: axe, html-validate and Lighthouse, at the versions of package-lock.json."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.machine import lacks

_FOLDER = Path(__file__).parent
_MISSING = "The checkers of pages are not installed: run tests/install.py, which needs Node.js and npm."


def axe() -> str:
    """The script that checks the page it runs in."""
    return (_installed("axe-core") / "axe.min.js").read_text()


def validate(documents: Mapping[str, str]) -> list[str]:
    """What breaks the HTML standard in `documents`, which have names; a line each."""
    _installed("html-validate")
    return _run("validate.js", documents).splitlines()


def lighthouse(browser_port: int, addresses: list[str]) -> dict[str, Any]:
    """Of each address the score of each category, `None` for what could not be opened, and what failed."""
    _installed("lighthouse")
    scores: dict[str, Any] = json.loads(_run("lighthouse.js", {"port": browser_port, "addresses": addresses}))
    return scores


def _installed(package: str) -> Path:
    folder = _FOLDER / "node_modules" / package
    if shutil.which("node") is None or not folder.is_dir():
        lacks(_MISSING)
    return folder


def _run(script: str, given: object) -> str:
    command = ["node", str(_FOLDER / script)]
    return subprocess.run(command, input=json.dumps(given), check=True, capture_output=True, text=True).stdout
