"""Keeps the state of a run: in a file, for the next run, and under a mark, to come back to it in this one.

A file has what outlives a run: records, installations, sign-ins, consents, tokens and webhooks. It is written
after every request that may have changed something, all or nothing, and read by the simulator alone. A mark has
that and the rest: the time, switches, faults, limits, uploads, the app's version and the log.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, request

from embedded_app.simulator.login.tokens import TokenStore
from embedded_app.simulator.state import Simulator

_FORMAT = 10
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OF_THE_RUN = ("clock", "app", "switches", "uploads", "limits", "faults", "log")


@dataclass(frozen=True, slots=True)
class Kept:
    """What outlives a run, out of reach of what happens later: the world, and who has signed in to it."""

    world: bytes
    rest: bytes


@dataclass(frozen=True, slots=True)
class Mark:
    """Everything at one moment."""

    kept: Kept
    of_the_run: bytes


def attach(app: Flask, running: Simulator, path: Path) -> None:
    """Read what `path` holds into `running`, and write it after every change. An unreadable file is left out."""
    if path.exists():
        _load(running, path)

    @app.after_request
    def save(response: Response) -> Response:
        if request.method not in _SAFE_METHODS:
            _save(running, path)
        return response


def mark(running: Simulator) -> str:
    """Keep everything as it is now; the name of the mark. Marks last as long as the process."""
    with running.lock:
        parts = {name: getattr(running, name) for name in _OF_THE_RUN}
        running.marks.append(Mark(_keep(running), pickle.dumps(parts)))
        return str(len(running.marks))


def go_back(running: Simulator, name: str) -> None:
    """Let everything be as it was at this mark, the time too.

    Raises:
        LookupError: there is no such mark.
    """
    with running.lock:
        known = {str(number): each for number, each in enumerate(running.marks, start=1)}
        if name not in known:
            raise LookupError(f"There is no mark {name}.")
        for part, value in pickle.loads(known[name].of_the_run).items():  # noqa: S301 # made by `mark`
            setattr(running, part, value)
        running.rendered = {}
        _bring_back(running, known[name].kept)


def _keep(running: Simulator) -> Kept:
    rest = {
        "sessions": running.sessions,
        "consents": running.consents,
        "tokens": running.tokens.keep(),
        "webhooks": running.webhooks,
    }
    return Kept(running.keep_world(), pickle.dumps(rest))


def _bring_back(running: Simulator, kept: Kept) -> None:
    rest = pickle.loads(kept.rest)  # noqa: S301 # made by `_keep`, if from a file then from one beside our keys
    running.bring_back_world(kept.world)
    running.sessions, running.consents = rest["sessions"], rest["consents"]
    running.tokens = TokenStore(running.clock, running.switches)
    running.tokens.bring_back(rest["tokens"])
    running.webhooks = rest["webhooks"]
    for hook in running.webhooks.hooks.values():
        hook.is_sending = False  # a delivery that was under way then is not any more


def _load(running: Simulator, path: Path) -> None:
    try:
        found = pickle.loads(path.read_bytes())  # noqa: S301 # our own file, beside the keys of the demo
    except (pickle.UnpicklingError, EOFError, AttributeError, ImportError):
        return  # of another version of this program
    if isinstance(found, dict) and found.get("format") == _FORMAT:
        _bring_back(running, found["kept"])


def _save(running: Simulator, path: Path) -> None:
    with running.lock:
        content = pickle.dumps({"format": _FORMAT, "kept": _keep(running)})
        draft = path.with_suffix(".draft")
        draft.write_bytes(content)
        draft.chmod(0o600)
        draft.replace(path)
