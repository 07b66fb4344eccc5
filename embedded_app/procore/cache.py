"""What was read, in memory, for seconds or minutes.

A value is found only by the grant it was read with, so nobody sees what another person may see. Nothing here
outlives the process.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from embedded_app.errors import ProcoreError
from embedded_app.procore.changes import Change, Changes, ReadKey

MOST_ENTRIES = 512
MOST_RECORDS = 200_000


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

    @property
    def weight(self) -> int:
        """How many records it holds, about."""
        return max(1, len(self.value)) if isinstance(self.value, tuple) else 1


class Cache:
    """A bounded number of reads and of records; the read unused for longest makes room.

    A value that was being read while it changed may be old already, so it is kept only with the `generation` in
    which its read began.
    """

    def __init__(self, most_entries: int = MOST_ENTRIES, most_records: int = MOST_RECORDS) -> None:
        self._most_entries = most_entries
        self._most_records = most_records
        self._lock = threading.Lock()
        self._entries: OrderedDict[ReadKey, Held] = OrderedDict()
        self._records = 0
        self._changes = Changes()

    def generation(self, key: ReadKey) -> int:
        """A number that is another one after each change that makes the read of `key` old."""
        with self._lock:
            return self._changes.latest(key)

    def find(self, key: ReadKey) -> Held | None:
        """What is held for `key`, however old."""
        with self._lock:
            held = self._entries.get(key)
            if held is not None:
                self._entries.move_to_end(key)
            return held

    def keep(self, key: ReadKey, held: Held, generation: int) -> None:
        """Hold `held`, unless it became old since `generation`."""
        with self._lock:
            if generation != self._changes.latest(key):
                return
            self._remove(key)
            self._entries[key] = held
            self._records += held.weight
            while len(self._entries) > self._most_entries or (
                self._records > self._most_records and len(self._entries) > 1
            ):
                self._remove(next(iter(self._entries)))

    def drop(self, key: ReadKey) -> None:
        """Forget one read."""
        with self._lock:
            self._remove(key)

    def apply(self, change: Change) -> None:
        """Forget the reads that `change` makes old, or have them read again."""
        with self._lock:
            self._changes.add(change)
            for key in [key for key in self._entries if change.fits(key)]:
                if change.forgets:
                    self._remove(key)
                else:
                    self._entries[key] = replace(self._entries[key], is_due=True)

    def _remove(self, key: ReadKey) -> None:
        held = self._entries.pop(key, None)
        if held is not None:
            self._records -= held.weight
