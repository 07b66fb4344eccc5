"""A subscriber of webhooks: it keeps what it gets, and answers as it is told."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

_PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Received:
    """One request: its headers with lower-case names, and its JSON body."""

    headers: Mapping[str, str]
    body: Any


class WebhookReceiver:
    """Listens on 127.0.0.1. Use as a context manager.

    `answers` are the statuses of the next answers, 204 when there are none left; None holds the answer back until
    the receiver ends.
    """

    def __init__(self, *answers: int | None) -> None:
        self._answers = deque(answers)
        self._received: list[Received] = []
        self._news = threading.Condition()
        self._ended = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver._take({name.lower(): value for name, value in self.headers.items()}, body)
                if status is None:
                    receiver._ended.wait(_PATIENCE_SECONDS)
                    return
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://hooks.localhost:{self._server.server_address[1]}/procore?secret=1"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    def wait_for(self, count: int) -> list[Received]:
        """Everything that came, once it is at least so much."""
        with self._news:
            came = self._news.wait_for(lambda: len(self._received) >= count, _PATIENCE_SECONDS)
            assert came, f"{len(self._received)} of {count} came"
            return list(self._received)

    def _take(self, headers: Mapping[str, str], body: bytes) -> int | None:
        with self._news:
            self._received.append(Received(headers, json.loads(body)))
            self._news.notify_all()
            return self._answers.popleft() if self._answers else 204
