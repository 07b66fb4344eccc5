"""Ids that sort by time, as the platform gives uploads and events."""

from __future__ import annotations

import secrets

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TIME, _CHANCE = 10, 16


def new_ulid(now: float) -> str:
    """A new ULID of this moment (seconds since the epoch): 26 characters."""
    return _write(int(now * 1000), _TIME) + _write(secrets.randbits(80), _CHANCE)


def _write(number: int, length: int) -> str:
    return "".join(_LETTERS[number >> 5 * place & 31] for place in reversed(range(length)))
