"""What was read, in memory, for seconds or minutes.

A value is found only by the grant it was read with, so nobody sees what another person may see. Nothing here
outlives the process.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from embedded_app.clock import Clock
from embedded_app.errors import ProcoreError
from embedded_app.memory import Memory
from embedded_app.procore.reading.changes import Change, Changes, ReadKey

MOST_ENTRIES = 512
MOST_RECORDS = 200_000
KEPT_SECONDS = 24 * 3600.0
"""As long as anything read is shown, however old (`reader.PLACES`)."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Why a value is shown past its time: what the last attempt to read it ended with, and since when (UTC)."""

    failure: ProcoreError
    since: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """A value and its times.

    Attributes:
        value: what the decoder made of the answer.
        read_at: wall clock, UTC, when Procore was asked for it.
        since: the same moment on the monotonic clock.
        asked: monotonic time of the last attempt to read it again, successful or not.
        is_due: it has to be read again, however young it is.
        silence: why it could not be read again, when the last attempt was in vain.
    """

    value: Any
    read_at: datetime
    since: float
    asked: float
    is_due: bool = False
    silence: Silence | None = None


class Cache:
    """A bounded number of reads and of records; the read unused for longest makes room.

    A value that was being read while it changed may be old already, so it is kept only with the `generation` in
    which its read began.
    """

    def __init__(
        self, clock: Clock, *, most_entries: int = MOST_ENTRIES, most_records: int = MOST_RECORDS
    ) -> None:
        self._lock = threading.Lock()
        self._changes = Changes()
        least = most_records / most_entries

        def weigh(held: Held) -> float:
            """How many records it holds, and no less than what the number of reads leaves to each."""
            return max(least, len(held.value)) if isinstance(held.value, tuple) else least

        self._memory: Memory[ReadKey, Held] = Memory(
            clock, seconds=KEPT_SECONDS, limit=most_records, weigh=weigh
        )

    def generation(self, key: ReadKey) -> int:
        """A number that changes with each change that makes the read of `key` stale."""
        with self._lock:
            return self._changes.latest(key)

    def find(self, key: ReadKey) -> Held | None:
        """What is held for `key`, however old."""
        return self._memory.get(key)

    def keep(self, key: ReadKey, held: Held, generation: int) -> None:
        """Hold `held`, unless it became stale since `generation`."""
        with self._lock:
            if generation == self._changes.latest(key):
                self._memory.put(key, held)

    def drop(self, key: ReadKey) -> None:
        """Forget one read."""
        self._memory.drop(key.__eq__)

    def apply(self, change: Change) -> None:
        """Forget the reads that `change` makes stale, or have them read again."""
        with self._lock:
            self._changes.add(change)
            if change.forgets:
                self._memory.drop(change.fits)
            else:
                self._memory.change(change.fits, lambda held: replace(held, is_due=True))
