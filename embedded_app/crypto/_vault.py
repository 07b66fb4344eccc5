"""Seals and opens values of companies, and remembers unwrapped data keys for minutes."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable

from embedded_app.clock import Clock
from embedded_app.crypto._master_keys import KeyProvider, WrappedKey
from embedded_app.crypto._sealing import KEY_BYTES, SealContext, Sealed, seal, unseal
from embedded_app.errors import KeyDestroyed
from embedded_app.secret import Secret

_REMEMBERED_SECONDS = 300.0
_REMEMBERED_KEYS = 1024

FindWrappedKey = Callable[[int], WrappedKey | None]


class Vault:
    """The only way to seal or open a value.

    `find_wrapped_key` answers with the stored wrapped data key of a company, or `None` when there is none (any
    more). It is asked at every use, and an unwrapped key is remembered under the wrapped one it came from: so a
    key that is destroyed or rewrapped in one process is gone from every process with the next use.
    """

    def __init__(self, provider: KeyProvider, find_wrapped_key: FindWrappedKey, clock: Clock) -> None:
        self._provider = provider
        self._find_wrapped_key = find_wrapped_key
        self._clock = clock
        self._remembered: OrderedDict[tuple[int, WrappedKey], tuple[float, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def new_company_key(self, company_id: int) -> WrappedKey:
        """A fresh data key for a company, to be stored in its row."""
        return self._provider.wrap(os.urandom(KEY_BYTES), _key_context(company_id))

    def seal(self, context: SealContext, value: Secret | bytes) -> Sealed:
        """Seal `value` under the company's data key.

        Raises:
            KeyDestroyed: when the company has no data key.
            UnknownKey: when its data key is under a master key that is not configured.
        """
        plain = value.reveal().encode() if isinstance(value, Secret) else value
        return seal(self._data_key(context.company_id), context, plain)

    def open(self, context: SealContext, sealed: Sealed) -> bytes:
        """What was sealed for exactly this context.

        Raises:
            Unsealable: when the value was altered or moved from elsewhere.
            KeyDestroyed, UnknownKey: as `seal`.
        """
        return unseal(self._data_key(context.company_id), context, sealed)

    def open_secret(self, context: SealContext, sealed: Sealed) -> Secret:
        """`open`, for text that must stay a secret."""
        return Secret(self.open(context, sealed).decode())

    def seal_apart(self, context: SealContext, value: bytes) -> tuple[WrappedKey, Sealed]:
        """Seal a value that belongs to no company yet, under a data key of its own that is stored beside it."""
        data_key = os.urandom(KEY_BYTES)
        return self._provider.wrap(data_key, context), seal(data_key, context, value)

    def open_apart(self, context: SealContext, wrapped: WrappedKey, sealed: Sealed) -> bytes:
        """What `seal_apart` sealed; raises as `open`."""
        return unseal(self._provider.unwrap(wrapped, context), context, sealed)

    def _data_key(self, company_id: int) -> bytes:
        wrapped = self._find_wrapped_key(company_id)
        if wrapped is None:
            raise KeyDestroyed("The data of this company was deleted. Install the app again to start anew.")
        remembered_as = (company_id, wrapped)
        now = self._clock.monotonic()
        with self._lock:
            found = self._remembered.get(remembered_as)
            if found is not None and now - found[0] < _REMEMBERED_SECONDS:
                return found[1]
        data_key = self._provider.unwrap(wrapped, _key_context(company_id))
        with self._lock:
            self._remembered[remembered_as] = (now, data_key)
            self._remembered.move_to_end(remembered_as)
            while len(self._remembered) > _REMEMBERED_KEYS:
                self._remembered.popitem(last=False)
        return data_key


def _key_context(company_id: int) -> SealContext:
    return SealContext("companies.data_key", company_id, str(company_id))
