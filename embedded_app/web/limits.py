"""How often one network address, or one sign-in under way, may ask: bounds on guessing and on floods.

They lie far above what people do; a whole office behind one address signs in below them. Each process counts for
itself, so that counting needs no network: with n processes a flood gets n times as far and no further. What must
be exact across processes, such as the tries of a code, is counted in the database by whoever owns it.
"""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from werkzeug.exceptions import TooManyRequests
from werkzeug.middleware.proxy_fix import ProxyFix

from embedded_app.config import Config

_IPV6_NETWORK = 64  # bits that a household or an office has to itself; the rest one machine can choose freely


@dataclass(frozen=True, slots=True)
class Limit:
    """So many times in a period, for each key. `name` sets its counts apart from those of other limits."""

    name: str
    rate: RateLimitItem

    @classmethod
    def of(cls, name: str, rate: str) -> Limit:
        """`rate` as ``120/minute``."""
        return cls(name, parse(rate))

    def take(self, key: str) -> None:
        """Count one.

        Raises:
            TooManyRequests: with the seconds after which the next one is taken.
        """
        if not _limiter().hit(self.rate, self.name, key):
            raise self._refusal(key)

    def require(self, key: str) -> None:
        """Count nothing, and raise as `take` does when there is no room; for limits on failures."""
        if not _limiter().test(self.rate, self.name, key):
            raise self._refusal(key)

    def _refusal(self, key: str) -> TooManyRequests:
        reset_at = _limiter().get_window_stats(self.rate, self.name, key).reset_time
        return TooManyRequests(retry_after=max(1, round(reset_at - time.time())))


def init_app(app: Flask, config: Config) -> None:
    """Begin to count. Reads TRUSTED_PROXIES: how many proxies of the operator add to `X-Forwarded-For`."""
    if config.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=config.trusted_proxies, x_proto=0, x_host=0
        )
    app.extensions["limits"] = SlidingWindowCounterRateLimiter(MemoryStorage())


def address() -> str:
    """Where the request comes from, as a key; of an IPv6 address only the network."""
    text = request.remote_addr or ""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return text  # a socket of this machine has no address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, _IPV6_NETWORK), strict=False))
    return str(found)


def _limiter() -> SlidingWindowCounterRateLimiter:
    return cast("SlidingWindowCounterRateLimiter", current_app.extensions["limits"])
