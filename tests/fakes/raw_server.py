"""A server that sends exactly the bytes it is told to, for what a well-behaved one never does."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Self


class RawServer:
    """Answers on 127.0.0.1, one connection after another.

    Each connection is a list of answers: after each request the next is sent, and after the last the connection
    is closed. ``None`` as an answer sends nothing and keeps the connection open until the server ends. With `tls`
    it is a server of https.
    """

    def __init__(self, *connections: Sequence[bytes | None], tls: ssl.SSLContext | None = None) -> None:
        self._connections = connections
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.requests: list[bytes] = []
        self.accepted = 0

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)
        for connection in self._open:
            connection.close()

    def _serve(self) -> None:
        for answers in self._connections:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # the test is over
                return
            if self._tls is not None:
                try:
                    connection = self._tls.wrap_socket(connection, server_side=True)
                except OSError:  # the client refused the certificate
                    connection.close()
                    continue
            self.accepted += 1
            self._open.append(connection)
            with suppress(OSError):  # the client has enough
                self._talk(connection, answers)

    def _talk(self, connection: socket.socket, answers: Sequence[bytes | None]) -> None:
        for answer in answers:
            request = connection.recv(65536)
            if not request:
                return
            self.requests.append(request)
            if answer is None:
                return
            connection.sendall(answer)
        connection.shutdown(socket.SHUT_RDWR)


def http_answer(body: bytes = b"{}", status: str = "200 OK", *headers: str) -> bytes:
    """An answer that keeps the connection alive."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body
