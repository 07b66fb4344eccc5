"""One delivery over the network."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

import urllib3

_LONGEST_BODY = 2000
_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Result:
    """What came back; `status` is None where nothing did."""

    status: int | None = None
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_success(self) -> bool:
        return self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


def post(url: str, headers: Mapping[str, str], body: bytes, seconds: float) -> Result:
    """POST a JSON body. Names under `.localhost` are this machine, whatever the resolver knows of them."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    place = _LOOPBACK if host.endswith(".localhost") else host
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    pool: urllib3.HTTPConnectionPool
    if parts.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(place, parts.port, assert_hostname=host, server_hostname=host)
    else:
        pool = urllib3.HTTPConnectionPool(place, parts.port)
    ends_at = time.monotonic() + seconds
    with pool:
        try:
            answer = pool.urlopen(
                "POST",
                path or "/",
                body,
                {**headers, "Content-Type": "application/json", "Host": parts.netloc},
                retries=False,
                redirect=False,
                preload_content=False,
                timeout=urllib3.Timeout(total=seconds),
            )
            try:
                text = _beginning(answer, ends_at)
            finally:
                answer.close()
        except (urllib3.exceptions.HTTPError, ValueError):  # also of a host or header that nobody can send
            return Result()
    return Result(answer.status, text.decode("utf-8", "replace"), dict(answer.headers))


def _beginning(answer: urllib3.BaseHTTPResponse, ends_at: float) -> bytes:
    """As much of the body as is kept: what follows may be endless.

    Raises:
        HTTPError: not even that came in time.
    """
    found = b""
    while len(found) < _LONGEST_BODY and (part := answer.read1(_LONGEST_BODY - len(found))):
        found += part
        if time.monotonic() > ends_at:
            raise urllib3.exceptions.TimeoutError
    return found
