"""What the processes of one app know together about how Procore treats it: rate windows and circuits.

It is one small value in a store that compares and swaps, so any process can change it in one step, and the rules
are written once, here in the client. A process alone keeps it in memory. Several keep it in Redis or in the
database. While that does not answer, each goes on by itself with what it knew last: no page stops, and nothing is
unbounded.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import msgspec

from embedded_app.clock import Clock
from embedded_app.procore.pacing.circuits import Circuits
from embedded_app.procore.pacing.windows import RateWindows

T = TypeVar("T")
_log = logging.getLogger(__name__)

_ALONE_SECONDS = 5.0
_MOST_TRIES = 50


class StoreUnavailable(Exception):
    """The store does not answer, or refuses."""


class StateStore(Protocol):
    """One small value that several processes change. Safe to use from several threads."""

    def read(self) -> tuple[str, float]:
        """The value, empty at first, and the time: seconds of a clock that all processes share.

        Raises:
            StoreUnavailable: it cannot be read now.
        """
        ...

    def replace(self, seen: str, value: str) -> bool:
        """Write `value` if `seen` is still what stands there; whether it was.

        Raises:
            StoreUnavailable: it cannot be written now.
        """
        ...


class MemoryStore:
    """One process' own, by the client's clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._value = ""

    def read(self) -> tuple[str, float]:
        return self._value, self._clock.monotonic()

    def replace(self, seen: str, value: str) -> bool:
        with self._lock:
            if self._value != seen:
                return False
            self._value = value
            return True


@dataclass(slots=True)
class PacingState:
    """All of it. `is_shared`: it came from the store, not from this process' memory alone."""

    windows: RateWindows = field(default_factory=RateWindows)
    circuits: Circuits = field(default_factory=Circuits)
    is_shared: bool = True

    def dump(self) -> str:
        """For `load`."""
        value = {"windows": self.windows.as_json(), "circuits": self.circuits.as_json()}
        return msgspec.json.encode(value).decode()

    @classmethod
    def load(cls, value: str) -> PacingState:
        """What `dump` wrote; the state of a beginning for anything else, such as another version's."""
        try:
            read = msgspec.json.decode(value) if value else {}
            if not read:
                return cls()
            return cls(RateWindows.from_json(read["windows"]), Circuits.from_json(read["circuits"]))
        except (msgspec.DecodeError, TypeError, KeyError, AttributeError):
            return cls()


Step = Callable[[PacingState, float], T]


class SharedState:
    """Changes the state in one step, in the store or, while that is away, in memory."""

    def __init__(self, clock: Clock, store: StateStore | None = None) -> None:
        self._clock = clock
        self._store = store or MemoryStore(clock)
        self._lock = threading.Lock()
        self._alone_until = float("-inf")
        self._last = PacingState()
        self._ahead = 0.0  # how far the store's clock is ahead of our monotonic one

    def change(self, step: Step[T]) -> T:
        """What `step` gives for the state and the time. It may be called again, with a newer state."""
        with self._lock:
            if self._clock.monotonic() >= self._alone_until:
                try:
                    return self._together(step)
                except StoreUnavailable:
                    _log.warning("pacing alone", extra={"seconds": _ALONE_SECONDS}, exc_info=True)
                    self._alone_until = self._clock.monotonic() + _ALONE_SECONDS
            self._last.is_shared = False
            self._last.windows.is_sure = False  # what others take is not seen, so one request goes at a time
            return step(self._last, self._clock.monotonic() + self._ahead)

    def _together(self, step: Step[T]) -> T:
        for _ in range(_MOST_TRIES):
            seen, now = self._store.read()
            state = PacingState.load(seen)
            result = step(state, now)
            value = state.dump()
            if value == seen or self._store.replace(seen, value):
                self._last, self._ahead = state, now - self._clock.monotonic()
                return result
        raise StoreUnavailable("Other processes were always faster.")
