"""What Procore lately said about access: an allow for five minutes, a deny for thirty seconds."""

from __future__ import annotations

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
from embedded_app.memory import Memory, SingleFlight
from embedded_app.procore import Read

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
        self._held: Memory[_Key, _Verdict[T]] = Memory(clock, seconds=BRIDGE_SECONDS, limit=_MOST)
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
        held = self._held.get(key)
        age = self._clock.monotonic() - held.since if held else 0.0
        if held is not None and held.allowed is not None and age < ALLOW_SECONDS:
            return held.allowed
        if held is not None and held.allowed is None and age < DENY_SECONDS:
            raise PermissionMissing
        try:
            flight = (key, self._held.drops)
            read = self._flights.run(flight, lambda: self._ask(key, ask), seconds=_WAIT_SECONDS)
        except TimeoutError as error:
            raise TimedOut("Procore is taking long to answer. Try again in a minute.") from error
        except (Unreachable, RateLimited, ServerFailed):
            if held is not None and held.allowed is not None and not for_write:
                return held.allowed
            raise
        if read.silence is not None and for_write:
            raise read.silence.failure
        return read.value

    def forget(self, principal_id: UUID) -> None:
        """Everything about one principal, also what is being asked just now."""
        self._held.drop(lambda key: key[0] == principal_id)

    def _ask(self, key: _Key, ask: Callable[[], Read[T]]) -> Read[T]:
        began, drops = self._clock.monotonic(), self._held.drops
        try:
            read = ask()
        except AppNotConnected:
            raise  # says something about the company, not about this viewer
        except (Forbidden, NotFound) as error:
            self._held.put(key, _Verdict(began, None), drops=drops)
            raise PermissionMissing from error
        if not read.stale:
            self._held.put(key, _Verdict(began, read.value), drops=drops)
        return read
