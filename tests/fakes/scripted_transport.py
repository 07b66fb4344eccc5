"""Procore's side of the wire, written down beforehand: no socket is opened."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import orjson

from embedded_app.procore import WireRequest, WireResponse

Answer = WireResponse | Exception | Callable[[WireRequest], WireResponse]


def json_answer(value: Any, status: int = 200, **headers: str) -> WireResponse:
    """An answer with `value` as JSON; `_` in a header's name stands for `-`."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return WireResponse(status, {"Content-Type": "application/json", **named}, orjson.dumps(value))


class ScriptedTransport:
    """Gives the answers of each route in order; the last one is given again from then on.

    A request for a route without answers is a failure of the test.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[str, list[Answer]] = {}
        self.requests: list[WireRequest] = []
        self.seconds: list[float] = []

    def answer(self, route: str, *answers: Answer) -> None:
        """Script `route`, named as in `WireRequest.route`; replaces what was scripted for it."""
        self._answers[route] = list(answers)

    def sent(self, route: str) -> list[WireRequest]:
        """The requests made for `route`."""
        return [request for request in self.requests if request.route == route]

    def send(self, request: WireRequest, *, seconds: float) -> WireResponse:
        with self._lock:
            self.requests.append(request)
            self.seconds.append(seconds)
            answers = self._answers.get(request.route)
            if not answers:
                raise AssertionError(f"Nothing is scripted for {request.route} ({request.url}).")
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, WireResponse) else answer(request)
