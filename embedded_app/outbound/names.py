"""Names that mean this machine whatever the resolver knows of them (RFC 6761, section 6.3).

Browsers resolve every name under `.localhost` to loopback; many resolvers, as on Debian, know `localhost` alone.
"""

from __future__ import annotations

LOOPBACK = "127.0.0.1"


def is_this_machine(host: str) -> bool:
    """Whether `host` is `localhost` or a name under it, in any case and with or without the final dot."""
    name = host.lower().removesuffix(".")
    return name == "localhost" or name.endswith(".localhost")


def reached_at(host: str) -> str:
    """What to connect to for `host`: loopback where it means this machine, otherwise `host` itself."""
    return LOOPBACK if is_this_machine(host) else host
