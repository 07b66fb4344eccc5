"""A connection to a server through a port of this machine, for a driver that keeps its socket to itself.

Drivers wait for a server in C, or count seconds for each receive: one that says nothing after signing in, or sends
a byte now and then, holds its thread for good. Here every byte passes, so that a clock and a count of ours end the
connection, whatever the driver and the server are doing, encrypted or not.
"""

from __future__ import annotations

import math
import selectors
import socket
import threading
import time
from contextlib import ExitStack, suppress
from enum import Enum
from typing import cast

from embedded_app.outbound.names import LOOPBACK

_PIECE = 64 * 1024
_LONGEST_HAND_OVER = 30.0


class Over(Enum):
    """Which limit ended a connection."""

    TIME = "time"
    BYTES = "bytes"


class Pipe:
    """Connects to a server, and carries bytes between it and the one program that connects to `port`.

    Args:
        address: of the server, as it was judged; not a name.
        port: of the server.
        seconds: for everything until `limit` says otherwise: connecting, and signing in.
        most_bytes: that may come from the server in that time.

    Raises:
        OSError: the server cannot be reached in that time.
    """

    def __init__(self, address: str, port: int, *, seconds: float, most_bytes: int) -> None:
        self.over: Over | None = None
        """Set once a limit ended the connection."""
        self._ends_at = time.monotonic() + seconds
        self._bytes_left = most_bytes
        self._server = socket.create_connection((address, port), timeout=seconds)
        self._listener = socket.create_server((LOOPBACK, 0), backlog=1)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, name="pipe", daemon=True)
        self._thread.start()

    def limit(self, seconds: float, most_bytes: int) -> None:
        """From now on: how long the connection lasts, and how much may come from the server."""
        self._ends_at, self._bytes_left = time.monotonic() + seconds, most_bytes

    def rest(self) -> None:
        """Let the connection last while nobody waits for it."""
        self._ends_at = math.inf

    def close(self) -> None:
        """End the connection; what is under way fails."""
        for each in (self._listener, self._server):
            with suppress(OSError):  # it may not be connected any more
                each.shutdown(socket.SHUT_RDWR)

    def _run(self) -> None:
        with ExitStack() as held:  # closed once `over` is set: a waiting thread reads it then
            held.enter_context(self._server)
            held.enter_context(self._listener)
            with suppress(OSError):  # either side is gone, which the other one sees
                self._listener.settimeout(max(0.0, self._wait()))
                driver = held.enter_context(self._listener.accept()[0])
                self._listener.close()
                self._carry(driver)
            if self.over is None and self._wait() <= 0:
                self.over = Over.TIME

    def _carry(self, driver: socket.socket) -> None:
        for each in (driver, self._server):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with selectors.DefaultSelector() as selector:
            selector.register(driver, selectors.EVENT_READ, self._server)
            selector.register(self._server, selectors.EVENT_READ, driver)
            while (wait := self._wait()) > 0:
                for key, _ in selector.select(None if wait == math.inf else wait):
                    source, sink = cast("socket.socket", key.fileobj), key.data
                    data = source.recv(_PIECE)
                    if source is self._server:
                        self._bytes_left -= len(data)
                        if self._bytes_left < 0:
                            self.over = Over.BYTES
                            return
                    if not data:
                        return
                    sink.settimeout(max(0.0, min(self._wait(), _LONGEST_HAND_OVER)))
                    sink.sendall(data)

    def _wait(self) -> float:
        return self._ends_at - time.monotonic()
