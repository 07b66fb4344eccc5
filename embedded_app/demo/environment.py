"""What the environment of the demo says, and the keys it makes on the first run."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

CLIENT_ID = "tieback-demo"
_KEY_BYTES = 32


def prepare(folder: Path, app_port: int, simulator_port: int) -> dict[str, str]:
    """Every variable that the demo's processes get, on top of what the shell has.

    Secrets are made once and kept in ``folder/keys.json``, readable by the owner alone.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = _keys(folder / "keys.json")
    return {
        "PUBLIC_URL": f"http://app.tieback.localhost:{app_port}",
        "SECRET_KEY": keys["SECRET_KEY"],
        "MASTER_KEYS": keys["MASTER_KEYS"],
        "MASTER_KEYS_FILE": "",
        "DATABASE_URL": f"sqlite:///{folder / 'tieback.sqlite3'}",
        "REDIS_URL": "",
        "PROCORE_ENVIRONMENT": "custom",
        "PROCORE_LOGIN_URL": f"http://login.procore.localhost:{simulator_port}",
        "PROCORE_API_URL": f"http://api.procore.localhost:{simulator_port}",
        "PROCORE_FRAME_ANCESTORS": " ".join(
            f"http://{region}.procore.localhost:{simulator_port}" for region in ("app", "us02", "uk01")
        ),
        "PROCORE_CLIENT_ID": CLIENT_ID,
        "PROCORE_CLIENT_SECRET": keys["PROCORE_CLIENT_SECRET"],
        "SIMULATOR_CLIENT_SECRET": keys["PROCORE_CLIENT_SECRET"],
        "SUPPORT_EMAIL": "support@tieback.example",
        "SOURCE_FILES": str(folder / "erp"),
    }


def simulator_arguments(folder: Path, variables: Mapping[str, str]) -> list[str]:
    """How the simulator is told about this app; it keeps its tokens and installations in `folder`."""
    port = variables["PROCORE_API_URL"].rpartition(":")[2]
    return [
        *("--port", port),
        *("--client-id", CLIENT_ID),
        *("--redirect-uri", f"{variables['PUBLIC_URL']}/oauth/callback"),
        *("--app-url", variables["PUBLIC_URL"]),
        *("--state", str(folder / "simulator.json")),
        "--control",
    ]


def _keys(path: Path) -> dict[str, str]:
    if path.exists():
        found: dict[str, str] = json.loads(path.read_text())
        return found
    keys = {
        "SECRET_KEY": secrets.token_urlsafe(_KEY_BYTES),
        "MASTER_KEYS": f"demo:{base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}",
        "PROCORE_CLIENT_SECRET": secrets.token_urlsafe(_KEY_BYTES),
    }
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(keys, file)
    draft.replace(path)
    return keys
