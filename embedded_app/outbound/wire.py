"""HTTP with other machines: one request out, one answer in.

A redirect is an answer. It is never followed, so that a credential goes only where it was sent.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

from embedded_app.outbound.connections import Limits, limited, new_pool

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
LARGEST_BODY = 16 * 1024 * 1024
_POOL_SIZE = 32
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class WireRequest:
    """What goes out. Headers and body hold tokens and addresses may be signed, so they are not printed.

    `route` is the normalised name that errors carry instead of the address.
    """

    method: str
    url: str = field(repr=False)
    route: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class WireResponse:
    """What came back, whole and decompressed. The body may hold a token or a record, so it is not printed."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        lower = {name.lower(): value for name, value in self.headers.items()}
        object.__setattr__(self, "headers", MappingProxyType(lower))

    def header(self, name: str) -> str | None:
        """The header `name`, whatever its case, or ``None``."""
        return self.headers.get(name.lower())


class NotSent(Exception):
    """Nothing was sent: there was no connection, or not to whom it should be."""


class NoAnswer(Exception):
    """It may have been sent, and no whole answer came in time."""


class BadAnswer(Exception):
    """The answer is larger than its limit, or not packed as it says. `status` is known once its head was read."""

    def __init__(self, status: int | None = None) -> None:
        super().__init__(status)
        self.status = status


class Wire:
    """The network, through one pool of kept connections with one shared TLS context.

    A context of its own for each connection would double the CPU of a page.

    Args:
        largest_body: bytes after decompression beyond which an answer is refused.
        connect_seconds: longest wait for a connection.
        read_seconds: longest silence while a request is written or its answer is read.
    """

    def __init__(
        self,
        *,
        largest_body: int = LARGEST_BODY,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._largest_body = largest_body
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._tls = ssl.create_default_context()
        self._pool = self._new_pool(_POOL_SIZE)

    def _new_pool(self, size: int) -> urllib3.PoolManager:
        return new_pool(size, ssl_context=self._tls)

    def close(self) -> None:
        """Close the kept connections."""
        self._pool.clear()

    def send(self, request: WireRequest, *, seconds: float) -> WireResponse:
        """Exchange one request for one answer of any status, in at most about `seconds`.

        Raises:
            NotSent, NoAnswer, BadAnswer: what is certain then.
        """
        ends_at = time.monotonic() + seconds
        if request.method == "GET":
            try:
                return self._exchange(self._pool, request, ends_at)
            except ProtocolError:  # a kept connection that had died; a GET may be asked again
                pass
            return self._translated(self._pool, request, ends_at)
        # Anything else must not be lost in a dying connection: only a new one makes "not sent" certain.
        with self._new_pool(1) as fresh:
            return self._translated(fresh, request, ends_at)

    def _translated(self, pool: urllib3.PoolManager, request: WireRequest, ends_at: float) -> WireResponse:
        try:
            return self._exchange(pool, request, ends_at)
        except ProtocolError as error:
            raise NoAnswer from error

    def _exchange(self, pool: urllib3.PoolManager, request: WireRequest, ends_at: float) -> WireResponse:
        left = ends_at - time.monotonic()
        if left <= 0:
            raise NoAnswer
        try:
            with limited(Limits(ends_at, self._read_seconds)):
                response = pool.request(
                    request.method,
                    request.url,
                    body=request.body,
                    headers={"Accept-Encoding": "gzip", **request.headers},
                    timeout=urllib3.Timeout(
                        connect=min(self._connect_seconds, left), read=min(self._read_seconds, left)
                    ),
                    retries=False,
                    redirect=False,
                    preload_content=False,
                )
            try:
                body = self._body(response)
            except BaseException:
                response.close()  # half an answer is left in it: not to be used again
                raise
            response.release_conn()
        except (NewConnectionError, ConnectTimeoutError) as error:
            raise NotSent from error
        except SSLError as error:
            if isinstance(error.args[0], ssl.SSLCertVerificationError):
                raise NotSent from error
            raise NoAnswer from error
        except ReadTimeoutError as error:
            raise NoAnswer from error
        except ProtocolError:
            raise
        except HTTPError as error:  # for example a body that is not what Content-Encoding says
            raise BadAnswer(response.status) from error
        return WireResponse(response.status, response.headers, body)

    def _body(self, response: urllib3.BaseHTTPResponse) -> bytes:
        chunks: list[bytes] = []
        size = 0
        for chunk in response.stream(_CHUNK, decode_content=True):
            size += len(chunk)
            if size > self._largest_body:
                raise BadAnswer(response.status)
            chunks.append(chunk)
        return b"".join(chunks)
