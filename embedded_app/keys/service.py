"""The use cases of keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from embedded_app import audit
from embedded_app.clock import Clock
from embedded_app.crypto import Vault
from embedded_app.ids import CompanyId
from embedded_app.keys.giving_up import find_lost, give_up
from embedded_app.keys.long_work import Progress
from embedded_app.keys.renewal import WAIT, Renewal
from embedded_app.keys.rotation import rotate
from embedded_app.keys.use import KeyUse, Unfinished, check_keys, list_unfinished, list_uses


class KeyService:
    """For the command line and the health page; knows no person."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    def list_uses(self) -> tuple[KeyUse, ...]:
        """See `use.list_uses`."""
        return list_uses(self._vault)

    def list_unfinished(self) -> tuple[Unfinished, ...]:
        """See `use.list_unfinished`."""
        return list_unfinished()

    def find_lost(self, master_key_id: str) -> KeyUse:
        """See `giving_up.find_lost`."""
        return find_lost(self._vault, master_key_id)

    def give_up(self, master_key_id: str) -> int:
        """See `giving_up.give_up`."""
        return give_up(self._vault, master_key_id, audit.SYSTEM)

    def check(self) -> None:
        """See `use.check_keys`."""
        check_keys(self._vault)

    def rotate(self) -> Iterator[Progress]:
        """See `rotation.rotate`. Rows added under an old key meanwhile show in `list_uses`."""
        return rotate(self._vault, self._clock)

    def re_encrypt(self, company_id: CompanyId, *, wait: timedelta = WAIT) -> Iterator[Progress]:
        """Give a company a new data key; see `renewal`. It has not ended before the iterator has.

        Raises:
            KeyDestroyed: when there is no such company, or its key was destroyed.
            Unsealable: when values are left that do not open; the old key is kept.
            UnknownKey, KeysUnreachable: what was done stays done.
        """
        renewal = Renewal(self._vault, self._clock, company_id, audit.SYSTEM)
        yield from renewal.seal_anew()
        is_changing = True
        while is_changing:
            self._clock.sleep(wait.total_seconds())
            is_changing = False
            for progress in renewal.seal_anew():
                is_changing = is_changing or progress.done > progress.failed
                yield progress
        renewal.end()
