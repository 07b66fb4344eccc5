"""A key-management service: master keys that never leave it, behind a wire with latency and outages.

It is what another provider would be: one file that implements `KeyProvider`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from embedded_app.crypto import SealContext, WrappedKey
from embedded_app.crypto._sealing import Sealed, seal, unseal
from embedded_app.errors import KeysUnreachable, UnknownKey


class RemoteKeys:
    """Implements `KeyProvider`.

    Attributes:
        failures: how many of the next calls get no answer.
        calls: which calls arrived, answered or not.
        latency: runs inside each call, so that a test decides how long the wire is.
    """

    setting = "KEY_SERVICE"

    def __init__(self, active_id: str = "kms-1") -> None:
        self.active_id = active_id
        self.failures = 0
        self.calls: list[str] = []
        self.latency: Callable[[], object] = tuple
        self._keys = {active_id: os.urandom(32)}
        self._lock = threading.Lock()

    def activate(self, key_id: str) -> None:
        """Make a new master key; the others still unwrap."""
        self._keys[key_id] = os.urandom(32)
        self.active_id = key_id

    def forget(self, key_id: str) -> None:
        del self._keys[key_id]

    def wrap(self, data_key: bytes, context: SealContext) -> WrappedKey:
        self._cross_the_wire("wrap")
        return WrappedKey(self.active_id, seal(self._keys[self.active_id], context, data_key).to_bytes())

    def unwrap(self, wrapped: WrappedKey, context: SealContext) -> bytes:
        self._cross_the_wire("unwrap")
        if wrapped.master_key_id not in self._keys:
            raise UnknownKey(
                f"KEY_SERVICE does not hold the key {wrapped.master_key_id!r}. Restore it there."
            )
        return unseal(self._keys[wrapped.master_key_id], context, Sealed.from_bytes(wrapped.wrapped))

    def _cross_the_wire(self, call: str) -> None:
        with self._lock:
            self.calls.append(call)
            fails = self.failures > 0
            self.failures -= fails
        self.latency()
        if fails:
            raise KeysUnreachable("The key service does not answer. Try again.")
