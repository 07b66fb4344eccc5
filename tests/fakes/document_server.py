"""Serves documents beside the static files of the product and of the simulator, without either of them."""

from __future__ import annotations

from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from threading import Thread
from typing import Self

from embedded_app import simulator
from embedded_app.web.static_files import SOURCE

_OF_SIMULATOR = Path(simulator.__file__).parent / "static"


class DocumentServer:
    """Use as a context manager. `documents` are HTML by their paths below `base_url`."""

    def __init__(self, documents: Mapping[str, str]) -> None:
        served = documents

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:  # the name that the library calls
                path = self.path.partition("?")[0]
                if path.startswith("/static/"):
                    file = _file(path.removeprefix("/static/"))
                    self._send(file.read_bytes(), guess_type(file)[0] or "text/plain", "max-age=3600")
                elif path in served:
                    self._send(served[path].encode(), "text/html; charset=utf-8", "no-store")
                else:
                    self.send_error(404)

            def _send(self, content: bytes, kind: str, caching: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Cache-Control", caching)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # as in the library
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _file(path: str) -> Path:
    """The product's lie below the hash of all of them, the simulator's directly."""
    return SOURCE / path.partition("/")[2] if "/" in path else _OF_SIMULATOR / path
