"""What Procore lately said about access: an allow for five minutes, a deny for thirty seconds."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

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
        self._held: OrderedDict[Hashable, _Verdict[T]] = OrderedDict()
        self._flights = SingleFlight()

    def check(self, key: Hashable, ask: Callable[[], Read[T]]) -> T:
        """What proves access under `key`; `ask` reads it from Procore with the viewer's own token.

        Raises:
            PermissionMissing: Procore says no. 403 and 404 are one answer.
            ProcoreError: Procore cannot be asked, and no allow is young enough.
        """
        held = self._find(key)
        age = self._clock.monotonic() - held.since if held else 0.0
        if held is not None and held.allowed is not None and age < ALLOW_SECONDS:
            return held.allowed
        if held is not None and held.allowed is None and age < DENY_SECONDS:
            raise PermissionMissing
        try:
            return self._flights.run(key, lambda: self._ask(key, ask), seconds=_WAIT_SECONDS)
        except TimeoutError as error:
            raise TimedOut("Procore is taking long to answer. Try again in a minute.") from error
        except (Unreachable, RateLimited, ServerFailed):
            if held is not None and held.allowed is not None and age < BRIDGE_SECONDS:
                return held.allowed
            raise

    def _ask(self, key: Hashable, ask: Callable[[], Read[T]]) -> T:
        began = self._clock.monotonic()
        try:
            read = ask()
        except AppNotConnected:
            raise  # says something about the company, not about this viewer
        except (Forbidden, NotFound) as error:
            self._keep(key, _Verdict(began, None))
            raise PermissionMissing from error
        if not read.stale:
            self._keep(key, _Verdict(began, read.value))
        return read.value

    def _find(self, key: Hashable) -> _Verdict[T] | None:
        with self._lock:
            return self._held.get(key)

    def _keep(self, key: Hashable, verdict: _Verdict[T]) -> None:
        with self._lock:
            self._held[key] = verdict
            self._held.move_to_end(key)
            while len(self._held) > _MOST:
                self._held.popitem(last=False)
