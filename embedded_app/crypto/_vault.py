"""Seals and opens values of companies, and remembers unwrapped data keys for minutes."""

from __future__ import annotations

import os
from collections.abc import Callable

from embedded_app.clock import Clock
from embedded_app.crypto._data_keys import DataKeys
from embedded_app.crypto._master_keys import KeyProvider, WrappedKey
from embedded_app.crypto._sealing import KEY_BYTES, SealContext, Sealed, seal, unseal
from embedded_app.errors import KeyDestroyed, KeysUnreachable
from embedded_app.memory import Memory, SingleFlight
from embedded_app.secret import Secret

_REMEMBERED_SECONDS = 300.0
_REMEMBERED_KEYS = 1024
_PATIENCE_SECONDS = 25.0
"""How long one thread waits for another that is asking the provider."""

FindWrappedKey = Callable[[int], WrappedKey | None]
_RememberedAs = tuple[int, WrappedKey]


class Vault:
    """The only way to seal or open a value.

    `find_wrapped_key` answers with the stored wrapped data keys of a company, or `None` when there are none (any
    more). It is asked at every use, and unwrapped keys are remembered under the wrapped ones they came from: so
    keys that are destroyed, rewrapped or renewed in one process are so in every process with the next use.

    `provider` is asked once for keys that many threads need at the same time.
    """

    def __init__(self, provider: KeyProvider, find_wrapped_key: FindWrappedKey, clock: Clock) -> None:
        self.provider = provider
        self._find_wrapped_key = find_wrapped_key
        self._remembered: Memory[_RememberedAs, DataKeys] = Memory(
            clock, seconds=_REMEMBERED_SECONDS, limit=_REMEMBERED_KEYS
        )
        self._flights = SingleFlight()

    def new_company_key(self, company_id: int) -> WrappedKey:
        """A fresh data key for a company, to be stored in its row."""
        return self._wrap(company_id, DataKeys.create())

    def seal(self, context: SealContext, value: Secret | bytes) -> Sealed:
        """Seal `value` under the company's newest data key.

        Raises:
            KeyDestroyed: when the company has no data key.
            UnknownKey: when its data key is under a master key that is not configured.
            KeysUnreachable: when the master keys cannot be asked just now.
        """
        plain = value.reveal().encode() if isinstance(value, Secret) else value
        keys = self._data_keys(context.company_id)
        return seal(keys.newest, context, plain, keys.generation)

    def open(self, context: SealContext, sealed: Sealed) -> bytes:
        """What was sealed for exactly this context.

        Raises:
            Unsealable: when the value was altered, moved from elsewhere, or is under a data key that is gone.
            KeyDestroyed, UnknownKey, KeysUnreachable: as `seal`.
        """
        return unseal(self._data_keys(context.company_id).of(sealed.generation), context, sealed)

    def open_secret(self, context: SealContext, sealed: Sealed) -> Secret:
        """`open`, for text that must stay a secret."""
        return Secret(self.open(context, sealed).decode())

    def seal_apart(self, context: SealContext, value: bytes) -> tuple[WrappedKey, Sealed]:
        """Seal a value that belongs to no company yet, under a data key of its own that is stored beside it."""
        data_key = os.urandom(KEY_BYTES)
        return self.provider.wrap(data_key, context), seal(data_key, context, value)

    def open_apart(self, context: SealContext, wrapped: WrappedKey, sealed: Sealed) -> bytes:
        """What `seal_apart` sealed; raises as `open`."""
        return unseal(self.provider.unwrap(wrapped, context), context, sealed)

    def rewrap(self, context: SealContext, wrapped: WrappedKey) -> WrappedKey:
        """The same data keys under the active master key. `context` is where the wrapped key stands."""
        return self.provider.wrap(self.provider.unwrap(wrapped, context), context)

    def begin_renewal(self, company_id: int, wrapped: WrappedKey) -> WrappedKey:
        """`wrapped` with a new data key that seals from now on; unchanged while a renewal is under way."""
        keys = self._unwrapped(company_id, wrapped)
        return wrapped if keys.is_changing else self._wrap(company_id, keys.with_new_key())

    def end_renewal(self, company_id: int, wrapped: WrappedKey, generation: int) -> WrappedKey:
        """`wrapped` without the old data key: what is still under it can never be opened again.

        Unchanged when the renewal to `generation` has ended already.
        """
        keys = self._unwrapped(company_id, wrapped)
        if not keys.is_changing or keys.generation != generation:
            return wrapped
        return self._wrap(company_id, keys.with_newest_only())

    def generation(self, company_id: int) -> int:
        """The generation of the data key that seals for this company now; raises as `seal`."""
        return self._data_keys(company_id).generation

    def fingerprint(self, company_id: int) -> bytes:
        """Tells the company's data key from another, for what is remembered of opened values; raises as `seal`.

        Whoever remembers such a thing asks for this at every use and remembers under it: so a destroyed key ends
        it at once, and it does not come back with the company's next key.
        """
        return self._data_keys(company_id).fingerprint

    def _wrap(self, company_id: int, keys: DataKeys) -> WrappedKey:
        return self.provider.wrap(keys.to_bytes(), company_key_context(company_id))

    def _data_keys(self, company_id: int) -> DataKeys:
        wrapped = self._find_wrapped_key(company_id)
        if wrapped is None:
            raise KeyDestroyed("The data of this company was deleted. Install the app again to start anew.")
        return self._unwrapped(company_id, wrapped)

    def _unwrapped(self, company_id: int, wrapped: WrappedKey) -> DataKeys:
        remembered_as = (company_id, wrapped)
        found = self._remembered.get(remembered_as)
        if found is not None:
            return found

        def unwrap() -> DataKeys:
            keys = DataKeys.from_bytes(self.provider.unwrap(wrapped, company_key_context(company_id)))
            self._remembered.put(remembered_as, keys)
            return keys

        try:
            return self._flights.run(remembered_as, unwrap, seconds=_PATIENCE_SECONDS)
        except TimeoutError as error:
            raise KeysUnreachable("The master keys did not answer in time. Try again in a minute.") from error


def company_key_context(company_id: int) -> SealContext:
    """Where a company's wrapped data keys stand."""
    return SealContext("companies.data_key", company_id, str(company_id))
