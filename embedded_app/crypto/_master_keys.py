"""The keys that wrap data keys, and where they come from."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from embedded_app.config import MasterKey
from embedded_app.crypto._sealing import SealContext, Sealed, seal, unseal
from embedded_app.errors import UnknownKey


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key under a master key: what is stored in place of the data key."""

    master_key_id: str
    wrapped: bytes


class KeyProvider(Protocol):
    """Holds master keys. A key-management service would be another implementation of these two methods."""

    def wrap(self, data_key: bytes, context: SealContext) -> WrappedKey:
        """Wrap under the active master key; `context` must be given again to unwrap."""
        ...

    def unwrap(self, wrapped: WrappedKey, context: SealContext) -> bytes:
        """The data key.

        Raises:
            UnknownKey: when the provider does not hold that master key.
            Unsealable: when the wrapped key was altered or belongs to another context.
        """
        ...


class EnvironmentKeys:
    """Master keys from `MASTER_KEYS`; the first is active, the others only unwrap."""

    def __init__(self, keys: Sequence[MasterKey]) -> None:
        self._active_id = keys[0].id
        self._keys = {key.id: base64.b64decode(key.key.reveal()) for key in keys}

    def wrap(self, data_key: bytes, context: SealContext) -> WrappedKey:
        sealed = seal(self._keys[self._active_id], context, data_key)
        return WrappedKey(self._active_id, sealed.to_bytes())

    def unwrap(self, wrapped: WrappedKey, context: SealContext) -> bytes:
        try:
            key = self._keys[wrapped.master_key_id]
        except KeyError:
            raise UnknownKey(
                f"MASTER_KEYS does not hold the key {wrapped.master_key_id!r}. Add it to MASTER_KEYS again."
            ) from None
        return unseal(key, context, Sealed.from_bytes(wrapped.wrapped))
