"""urllib3's side of a transport: answers with bytes that were given, through urllib3's own reading of them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import urllib3

from embedded_app.procore import PooledTransport


class ReplayedPool:
    """Stands where `PooledTransport` has its connections; every request gets `body`."""

    def __init__(self) -> None:
        self.body = b""
        self.is_gzip = False

    def request(self, _method: str, _url: str, **_options: Any) -> urllib3.HTTPResponse:
        headers = {"Content-Encoding": "gzip"} if self.is_gzip else {}
        return urllib3.HTTPResponse(BytesIO(self.body), headers, status=200, preload_content=False)

    def transport(self) -> PooledTransport:
        """A transport that reads from here."""
        transport = PooledTransport()
        transport._wire._pool = self  # type: ignore[assignment]
        return transport
