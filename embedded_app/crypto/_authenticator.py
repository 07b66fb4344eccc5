"""MACs that only this app can make: they vouch for rows that anybody with the database could write."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from embedded_app.clock import Clock
from embedded_app.crypto._master_keys import KeyProvider, WrappedKey
from embedded_app.crypto._sealing import KEY_BYTES, SealContext
from embedded_app.memory import Memory

_REMEMBERED_SECONDS = 300.0

FindAppKey = Callable[[], WrappedKey | None]
KeepAppKey = Callable[[WrappedKey], WrappedKey]


class Authenticator:
    """HMAC-SHA-256 under a key of the whole app, which is stored wrapped by a master key.

    Not under a company's data key: a sign-in belongs to no company yet, and an audit chain has to hold when the
    company's data key is renewed or destroyed.

    Args:
        provider: wraps and unwraps the app's key.
        find: the wrapped key as it is stored now; asked at every use, as the vault does.
        keep: stores a new one where there is none, in the open transaction; answers with the stored one.
    """

    def __init__(self, provider: KeyProvider, find: FindAppKey, keep: KeepAppKey, clock: Clock) -> None:
        self._provider = provider
        self._find = find
        self._keep = keep
        self._remembered: Memory[WrappedKey, bytes] = Memory(clock, seconds=_REMEMBERED_SECONDS, limit=2)

    def mac(self, purpose: str, *parts: str) -> str:
        """Of `parts`, in hexadecimal. Each purpose has a key of its own, so that no MAC is taken for another's.

        The first one ever makes the app's key.

        Raises:
            UnknownKey: the app's key is under a master key that is not configured.
            KeysUnreachable: the master keys cannot be asked just now.
        """
        wrapped = self._find()
        if wrapped is None:
            wrapped = self._keep(self._provider.wrap(os.urandom(KEY_BYTES), app_key_context()))
        return self._mac(wrapped, purpose, parts)

    def vouches(self, mac: str, purpose: str, *parts: str) -> bool:
        """Whether `mac` was made here for exactly this; raises as `mac`."""
        wrapped = self._find()
        return wrapped is not None and hmac.compare_digest(
            mac.encode(), self._mac(wrapped, purpose, parts).encode()
        )

    def _mac(self, wrapped: WrappedKey, purpose: str, parts: tuple[str, ...]) -> str:
        key = HKDFExpand(SHA256(), KEY_BYTES, purpose.encode()).derive(self._unwrapped(wrapped))
        encoded = (part.encode() for part in parts)
        return hmac.digest(
            key, b"".join(len(part).to_bytes(4, "big") + part for part in encoded), "sha256"
        ).hex()

    def _unwrapped(self, wrapped: WrappedKey) -> bytes:
        key = self._remembered.get(wrapped)
        if key is None:
            key = self._provider.unwrap(wrapped, app_key_context())
            self._remembered.put(wrapped, key)
        return key


def app_key_context() -> SealContext:
    """Where the app's wrapped key stands."""
    return SealContext("app_keys.wrapped_key", 0, "app")
