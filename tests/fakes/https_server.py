"""WSGI apps over TLS in threads of this process, told apart by the name that they are asked for."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from socket import socket as Socket  # noqa: N812 # the class, as it is before a test forbids it
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler


class _QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 # the base class's name
        """Keep quiet."""


class HttpsServer(ThreadedWSGIServer):
    """One port of this machine; `apps` gives each host name its app, and may change while it runs."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__("127.0.0.1", 0, self._dispatch, _QuietHandler)
        self.ssl_context = context
        self.apps: Mapping[str, WSGIApplication] = {}

    def get_request(self) -> tuple[Socket, Any]:
        """Whoever comes; also while a unit test forbids sockets, since browsers stay and come when they like."""
        descriptor, address = self.socket._accept()  # type: ignore[attr-defined] # as accept() does
        return Socket(self.socket.family, self.socket.type, self.socket.proto, fileno=descriptor), address

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield
        finally:
            self.shutdown()
            thread.join()

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In the thread of the connection, so that a browser's unused one holds up nobody."""
        assert self.ssl_context is not None
        try:
            with self.ssl_context.wrap_socket(request, server_side=True) as connection:
                super().finish_request(connection, client_address)
        except OSError:  # the browser went away, or never began; what it is refused it says itself
            request.close()

    def _dispatch(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self.apps[environ["HTTP_HOST"].partition(":")[0]](environ, start_response)
