"""Keeps installations, sign-ins, tokens and webhooks in a file, so that the next run goes on where this one ended.

Records are kept too, since somebody may have changed them. The file is written anew after every request that may
have changed something, all or nothing; it is read by the simulator alone.
"""

from __future__ import annotations

import pickle
from pathlib import Path

from flask import Flask, Response, request

from embedded_app.simulator.state import Simulator

_FORMAT = 8
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def attach(app: Flask, running: Simulator, path: Path) -> None:
    """Read what `path` holds into `running`, and write it after every change. An unreadable file is left out."""
    if path.exists():
        _load(running, path)

    @app.after_request
    def save(response: Response) -> Response:
        if request.method not in _SAFE_METHODS:
            _save(running, path)
        return response


def _load(running: Simulator, path: Path) -> None:
    try:
        kept = pickle.loads(path.read_bytes())  # noqa: S301 # our own file, beside the keys of the demo
    except (pickle.UnpicklingError, EOFError, AttributeError, ImportError):
        return  # of another version of this program
    if isinstance(kept, dict) and kept.get("format") == _FORMAT:
        running.world, running.sessions = kept["world"], kept["sessions"]
        running.tokens.restore(kept["tokens"])
        running.webhooks = kept["webhooks"]
        for hook in running.webhooks.hooks.values():
            hook.is_sending = False  # of a delivery that the end of the run cut off


def _save(running: Simulator, path: Path) -> None:
    with running.lock:
        kept = {
            "format": _FORMAT,
            "world": running.world,
            "sessions": running.sessions,
            "tokens": running.tokens.pairs(),
            "webhooks": running.webhooks,
        }
        content = pickle.dumps(kept)
        draft = path.with_suffix(".draft")
        draft.write_bytes(content)
        draft.chmod(0o600)
        draft.replace(path)
