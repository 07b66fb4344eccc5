"""What Procore lately said about access: an allow for five minutes, a deny for thirty seconds."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from embedded_app.clock import Clock
from embedded_app.errors import (
    AppNotConnected,
    Forbidden,
    NotFound,
    PermissionMissing,
    RateLimited,
    ServerFailed,
    TimedOut,
    Unreachable,
)
from embedded_app.procore import Read
from embedded_app.procore.single_flight import SingleFlight

T = TypeVar("T")

ALLOW_SECONDS = 5 * 60.0
DENY_SECONDS = 30.0
BRIDGE_SECONDS = 15 * 60.0
"""How old an allow may be that serves a read while Procore cannot be asked."""

_MOST = 10_000
_WAIT_SECONDS = 25.0

_Key = tuple[UUID, Hashable]
"""A principal and a place."""


@dataclass(frozen=True, slots=True)
class _Verdict(Generic[T]):
    since: float
    allowed: T | None
    """What was read, `None` for a deny."""


class Verdicts(Generic[T]):
    """Remembers, in this process, what proved access to a place."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._held: OrderedDict[_Key, _Verdict[T]] = OrderedDict()
        self._forgotten = 0
        self._flights = SingleFlight()

    def check(
        self, principal_id: UUID, place: Hashable, ask: Callable[[], Read[T]], *, for_write: bool = False
    ) -> T:
        """What proves the principal's access to `place`; `ask` reads it from Procore with their own token.

        Raises:
            PermissionMissing: Procore says no. 403 and 404 are one answer.
            ProcoreError: Procore cannot be asked, and no allow is young enough; for a write none is that is past
                its five minutes.
        """
        key = (principal_id, place)
        held = self._find(key)
        age = self._clock.monotonic() - held.since if held else 0.0
        if held is not None and held.allowed is not None and age < ALLOW_SECONDS:
            return held.allowed
        if held is not None and held.allowed is None and age < DENY_SECONDS:
            raise PermissionMissing
        try:
            flight = (key, self._forgotten)
            read = self._flights.run(flight, lambda: self._ask(key, ask), seconds=_WAIT_SECONDS)
        except TimeoutError as error:
            raise TimedOut("Procore is taking long to answer. Try again in a minute.") from error
        except (Unreachable, RateLimited, ServerFailed):
            is_young = held is not None and age < BRIDGE_SECONDS
            if held is not None and held.allowed is not None and is_young and not for_write:
                return held.allowed
            raise
        if read.silence is not None and for_write:
            raise read.silence.failure
        return read.value

    def forget(self, principal_id: UUID) -> None:
        """Everything about one principal, also what is being asked just now."""
        with self._lock:
            self._forgotten += 1
            for key in [key for key in self._held if key[0] == principal_id]:
                del self._held[key]

    def _ask(self, key: _Key, ask: Callable[[], Read[T]]) -> Read[T]:
        began, forgotten = self._clock.monotonic(), self._forgotten
        try:
            read = ask()
        except AppNotConnected:
            raise  # says something about the company, not about this viewer
        except (Forbidden, NotFound) as error:
            self._keep(key, _Verdict(began, None), forgotten)
            raise PermissionMissing from error
        if not read.stale:
            self._keep(key, _Verdict(began, read.value), forgotten)
        return read

    def _find(self, key: _Key) -> _Verdict[T] | None:
        with self._lock:
            return self._held.get(key)

    def _keep(self, key: _Key, verdict: _Verdict[T], forgotten: int) -> None:
        with self._lock:
            if forgotten != self._forgotten:
                return
            self._held[key] = verdict
            self._held.move_to_end(key)
            while len(self._held) > _MOST:
                self._held.popitem(last=False)
