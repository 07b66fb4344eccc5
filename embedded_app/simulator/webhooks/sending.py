"""One delivery over the network."""

from __future__ import annotations

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
    with pool:
        try:
            answer = pool.urlopen(
                "POST",
                path or "/",
                body,
                {**headers, "Content-Type": "application/json", "Host": parts.netloc},
                retries=False,
                redirect=False,
                timeout=urllib3.Timeout(total=seconds),
            )
        except (urllib3.exceptions.HTTPError, ValueError):  # also of a host or header that nobody can send
            return Result()
    text = answer.data[:_LONGEST_BODY].decode("utf-8", "replace")
    return Result(answer.status, text, dict(answer.headers))
