"""Connections whose exchanges end in time, however the bytes come.

A socket's own time limit is about each single read, and urllib3 gives the one for connecting to whatever is sent:
an answer that comes byte by byte would never end, and a large file on a slow line would never arrive.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from embedded_app.outbound.names import reached_at

_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How long an exchange may take.

    Attributes:
        ends_at: by `time.monotonic`.
        silence: seconds in which at least something has to come or go.
    """

    ends_at: float
    silence: float

    def wait(self) -> float:
        """The seconds that the next read or write may take.

        Raises:
            TimeoutError: there are none left.
        """
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return min(self.silence, left)


_limits: ContextVar[Limits] = ContextVar("limits")


@contextmanager
def limited(limits: Limits) -> Iterator[None]:
    """Hold the exchange that is begun inside to `limits`, also where its answer is read later."""
    token = _limits.set(limits)
    try:
        yield
    finally:
        _limits.reset(token)


class BoundedReader(io.RawIOBase):
    """What comes out of a socket, within the limits of the exchange."""

    def __init__(self, source: socket.socket) -> None:
        self._source = source
        self._raw = source.makefile("rb", buffering=0)
        self._limits = _limits.get()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._source.settimeout(self._limits.wait())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Source:
    """A socket as `http.client` reads an answer from it."""

    def __init__(self, source: socket.socket) -> None:
        self._source = source

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(BoundedReader(self._source))


class _Answer(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(_Source(sock), *args, **options)  # type: ignore[arg-type] # reads nothing else of it


class _Limited(http.client.HTTPConnection):
    """Sends and reads within the limits of the exchange."""

    response_class = _Answer

    def send(self, data: Any) -> None:
        for start in range(0, len(data), _PIECE):
            if self.sock is not None:
                self.sock.settimeout(_limits.get().wait())
            super().send(memoryview(data)[start : start + _PIECE])


class _ToThisMachine(HTTPConnection):
    """Dials loopback for names under `.localhost`; the name stays what is asked for, named in TLS and verified."""

    def _new_conn(self) -> socket.socket:
        name, self._dns_host = self._dns_host, reached_at(self._dns_host)
        try:
            return super()._new_conn()
        finally:
            self._dns_host = name


class Connection(_Limited, _ToThisMachine):
    """Without TLS: this machine only."""


class SecureConnection(_Limited, _ToThisMachine, HTTPSConnection):
    """With TLS."""


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = Connection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = SecureConnection


def new_pool(size: int, **options: Any) -> urllib3.PoolManager:
    """A pool of such connections, at most `size` of them kept for each host."""
    manager = urllib3.PoolManager(num_pools=8, maxsize=size, block=False, **options)
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
    return manager
