"""A process that refreshes grants in children of its own, to be raced and killed by tests.

``python -m tests.integration.installations.refreshing_process`` imports everything once, reads one order a line
from standard input and answers with lines; both are JSON. It works against databases and a simulated Procore.

- ``{"do": "stop_at", "place": …, "step": …}``: a child refreshes and stands still at that step. Answers are the
  child's process id and, from the child, the step. It never goes on: whoever ordered it kills it, and is told
  how it ended.
- ``{"do": "race", "place": …, "processes": n, "threads": m}``: in each of n children m threads ask for a token,
  all at one moment. Each child answers with what its threads got.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from embedded_app import storage
from embedded_app.clock import SystemClock
from embedded_app.crypto import EnvironmentKeys, Vault
from embedded_app.ids import CompanyId
from embedded_app.installations import Custody, Refresher
from embedded_app.installations.refresh import Refresh
from embedded_app.procore import Environment, PooledTransport, Procore, Transport, WireRequest, WireResponse
from embedded_app.secret import Secret
from embedded_app.storage import db, find_wrapped_key
from tests.factories.settings import config
from tests.fakes.simulator_process import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI
from tests.fakes.token_host import TokenHost

LONGEST_ANSWER = 100
"""Characters of a token that are told: 32 of them fit into one write that no other process' write divides."""


class Step(StrEnum):
    """Where a refresh can be interrupted, in order."""

    BEFORE_INTENT = "before_intent"
    AFTER_INTENT = "after_intent"
    AFTER_SENDING = "after_sending"
    """The login host has answered, and no byte of the answer was read."""
    AFTER_ANSWER = "after_answer"
    BEFORE_COMMIT = "before_commit"
    """The new pair stands in a transaction that is still open."""
    AFTER_COMMIT = "after_commit"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the grant is, and who refreshes it."""

    database_url: str
    procore_url: str
    company_id: int
    grant_id: str


class Stop:
    """Stands still for ever at one step, and says so."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._commits = 0
        event.listen(Session, "before_commit", self._before_commit)
        event.listen(Session, "after_commit", self._after_commit)

    def at(self, step: Step) -> None:
        if step == self._step:
            tell(step)
            while True:
                signal.pause()

    def _before_commit(self, session: Session) -> None:
        del session
        self.at((Step.BEFORE_INTENT, Step.BEFORE_COMMIT)[self._commits])

    def _after_commit(self, session: Session) -> None:
        del session
        self._commits += 1
        self.at((Step.AFTER_INTENT, Step.AFTER_COMMIT)[self._commits - 1])


class StoppingTransport:
    """The network, with the steps between which nothing can be seen from outside."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop
        self._inner = PooledTransport()

    def send(self, request: WireRequest, *, seconds: float) -> WireResponse:
        if self._stop._step is Step.AFTER_SENDING:
            self._send_and_wait(request)
        response = self._inner.send(request, seconds=seconds)
        self._stop.at(Step.AFTER_ANSWER)
        return response

    def _send_and_wait(self, request: WireRequest) -> None:
        target = urlsplit(request.url)
        connection = http.client.HTTPConnection("127.0.0.1", target.port or 80)
        connection.request(request.method, target.path, request.body, dict(request.headers))
        assert connection.sock is not None
        assert connection.sock.recv(1, socket.MSG_PEEK)
        self._stop.at(Step.AFTER_SENDING)


def refresh_at(procore_url: str, transport: Transport | None = None) -> Refresh:
    """A refresh as the real client asks for it."""
    procore = Procore(
        Environment("custom", procore_url, procore_url, ()),
        CLIENT_ID,
        Secret(CLIENT_SECRET),
        clock=SystemClock(),
        transport=transport,
    )
    return lambda token: procore.authorization.refresh(token, REDIRECT_URI)


def build(place: Place, transport: Transport | None = None) -> tuple[Flask, Refresher]:
    """A process' own app, vault, client and refresher."""
    app = Flask("embedded_app")
    settings = config(DATABASE_URL=place.database_url)
    storage.init_app(app, settings)
    vault = Vault(EnvironmentKeys(settings.master_keys), find_wrapped_key, SystemClock())
    refresh = refresh_at(place.procore_url, transport)
    return app, Refresher(Custody(app, vault), refresh, TokenHost().obtain, SystemClock())


def stop_at(place: Place, step: Step) -> None:
    """Refresh, and stand still at `step`. Comes back only when the step was never reached."""
    stop = Stop(step)
    _, refresher = build(place, StoppingTransport(stop))
    refresher.access_token(CompanyId(place.company_id), UUID(place.grant_id))
    tell("went past")


def ask_at_once(place: Place, threads: int, go: int) -> None:
    """When `go` is closed by its writers, ask with all threads; tell what each got: a token, or an error."""
    app, refresher = build(place)
    everybody = threading.Barrier(threads + 1)

    def ask() -> str:
        everybody.wait()
        try:
            return refresher.access_token(CompanyId(place.company_id), UUID(place.grant_id)).reveal()
        except Exception as error:  # noqa: BLE001 # whatever it is, whoever ordered the race is told
            return repr(error)

    with ThreadPoolExecutor(threads) as pool:
        asked = [pool.submit(ask) for _ in range(threads)]
        tell("built")
        os.read(go, 1)
        everybody.wait()
        tell([each.result()[-LONGEST_ANSWER:] for each in asked])
    with app.app_context():
        db.engine.dispose()


def in_child(work: Callable[[], None]) -> int:
    """Run `work` in a child; its process id."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)


def ending_of(child: int) -> int:
    """Wait until the child is gone: its exit code, or the negative signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def tell(answer: Any) -> None:
    """One line, in one write, so that lines of parent and child do not mix."""
    os.write(sys.stdout.fileno(), (json.dumps(answer) + "\n").encode())


def race(place: Place, processes: int, threads: int) -> None:
    """Let children ask; whoever ordered it says "go" when all of them are ready."""
    go, let_go = os.pipe()

    def compete() -> None:
        os.close(let_go)
        ask_at_once(place, threads, go)

    children = [in_child(compete) for _ in range(processes)]
    sys.stdin.readline()
    os.close(let_go)
    os.close(go)
    tell([ending_of(child) for child in children])


def main() -> None:
    for line in iter(sys.stdin.readline, ""):
        order = json.loads(line)
        place = Place(**order["place"])
        match order["do"]:
            case "stop_at":
                child = in_child(partial(stop_at, place, Step(order["step"])))
                tell(child)
                tell(ending_of(child))
            case "race":
                race(place, order["processes"], order["threads"])


if __name__ == "__main__":
    main()
