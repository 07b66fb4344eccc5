"""Keeps the state of a run: in a file, for the next run, and under a mark, to come back to it in this one.

A file has what outlives a run: records, installations, sign-ins, consents, tokens and webhooks. It is written
after every request that may have changed something, all or nothing, and read by the simulator alone. A mark has
that and the rest: the time, switches, faults, limits, uploads, the app's version and the log.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args, get_type_hints

from flask import Flask, Response, request

from embedded_app.simulator.login.tokens import TokenStore
from embedded_app.simulator.model.world import World
from embedded_app.simulator.rest.families import FAMILIES
from embedded_app.simulator.state import Simulator

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
    version = format_of_files()
    if path.exists():
        _load(running, path, version)

    @app.after_request
    def save(response: Response) -> Response:
        if request.method not in _SAFE_METHODS:
            _save(running, path, version)
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


def format_of_files() -> str:
    """The format of the files: another one as soon as a family or a value that is kept has another name."""
    families = [(name, sorted({each.kept_as for each in family.fields})) for name, family in FAMILIES.items()]
    parts = sorted({(part.__qualname__, *(each.name for each in fields(part))) for part in _parts(World)})
    return sha256(repr((sorted(families), parts)).encode()).hexdigest()


def _parts(kind: Any) -> Iterator[Any]:
    """The dataclasses that a value of this type is made of."""
    for each in get_args(kind):
        yield from _parts(each)
    if is_dataclass(kind):
        yield kind
        for hint in get_type_hints(kind).values():
            yield from _parts(hint)


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


def _load(running: Simulator, path: Path, version: str) -> None:
    try:
        found = pickle.loads(path.read_bytes())  # noqa: S301 # our own file, beside the keys of the demo
    except (pickle.UnpicklingError, EOFError, AttributeError, ImportError):
        return  # of another version of this program
    if isinstance(found, dict) and found.get("format") == version:
        _bring_back(running, found["kept"])


def _save(running: Simulator, path: Path, version: str) -> None:
    with running.lock:
        content = pickle.dumps({"format": version, "kept": _keep(running)})
        draft = path.with_suffix(".draft")
        draft.write_bytes(content)
        draft.chmod(0o600)
        draft.replace(path)
