"""A host of our own in front of a server, to go down, fall silent or drip; it gives a Unix socket an address."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable
from functools import partial


class TcpRelay:
    """Listens on 127.0.0.1 and carries bytes to `target`, the path of a socket or a host and a port."""

    def __init__(self, target: str | tuple[str, int]) -> None:
        self._target = target
        self._open: list[socket.socket] = []
        self.is_silent = threading.Event()
        """While it is set, nothing that the target says arrives."""
        self.drips = False
        """Whether what the target says arrives one byte at a time, slower than it is sent."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def go_down(self) -> None:
        """Refuse new connections and break those that are open."""
        for one in (self._listener, *self._open):
            _close(one)

    def _accept(self) -> None:
        while True:
            try:
                here, _ = self._listener.accept()
            except OSError:
                return
            family = socket.AF_UNIX if isinstance(self._target, str) else socket.AF_INET
            there = socket.socket(family)
            there.connect(self._target)
            here.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open += [here, there]
            threading.Thread(target=_carry, args=(here, there, there.sendall), daemon=True).start()
            threading.Thread(target=_carry, args=(there, here, partial(self._say, here)), daemon=True).start()

    def _say(self, here: socket.socket, data: bytes) -> None:
        if self.is_silent.is_set():
            return
        for each in [data[at : at + 1] for at in range(len(data))] if self.drips else [data]:
            here.sendall(each)
            if self.drips:
                select.select([here], [], [], 0.02)


def _carry(source: socket.socket, sink: socket.socket, carry: Callable[[bytes], None]) -> None:
    with contextlib.suppress(OSError):  # the other side is gone, which is passed on by closing
        while data := source.recv(65_536):
            carry(data)
    _close(source)
    _close(sink)


def _close(one: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may not be connected any more
        one.shutdown(socket.SHUT_RDWR)
    one.close()
