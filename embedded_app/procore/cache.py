"""What was read, in memory, for seconds.

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
from embedded_app.ids import CompanyId

MOST_ENTRIES = 512


@dataclass(frozen=True, slots=True)
class ReadKey:
    """What identifies a read: who asks, for which company, and the path with its query."""

    grant_id: str
    company_id: CompanyId
    path: str


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
        is_due: somebody wants it read again, however young it is.
        silence: why it could not be read again, when the last attempt was in vain.
    """

    value: Any
    read_at: datetime
    since: float
    asked: float
    is_due: bool = False
    silence: Silence | None = None


class Cache:
    """A bounded number of reads; the one unused for longest makes room.

    `generation` changes with each invalidation. A value that was being read meanwhile may be old already, so it
    is kept only with the generation in which its read began.
    """

    def __init__(self, most_entries: int = MOST_ENTRIES) -> None:
        self._most_entries = most_entries
        self._lock = threading.Lock()
        self._entries: OrderedDict[ReadKey, Held] = OrderedDict()
        self._generation = 0

    @property
    def generation(self) -> int:
        """How many invalidations there have been."""
        return self._generation

    def find(self, key: ReadKey) -> Held | None:
        """What is held for `key`, however old."""
        with self._lock:
            held = self._entries.get(key)
            if held is not None:
                self._entries.move_to_end(key)
            return held

    def keep(self, key: ReadKey, held: Held, generation: int) -> None:
        """Hold `held`, unless something was invalidated since `generation`."""
        with self._lock:
            if generation != self._generation:
                return
            self._entries[key] = held
            self._entries.move_to_end(key)
            while len(self._entries) > self._most_entries:
                self._entries.popitem(last=False)

    def drop(self, key: ReadKey) -> None:
        """Forget one read."""
        with self._lock:
            self._entries.pop(key, None)

    def invalidate(
        self, *, grant_id: str | None = None, company_id: CompanyId | None = None, path_prefix: str = ""
    ) -> None:
        """Forget every read that fits all that is given; with nothing given, everything."""
        with self._lock:
            self._generation += 1
            gone = [
                key
                for key in self._entries
                if grant_id in {None, key.grant_id}
                and company_id in {None, key.company_id}
                and key.path.startswith(path_prefix)
            ]
            for key in gone:
                del self._entries[key]

    def expire(self, grant_id: str, company_id: CompanyId) -> None:
        """Have everything of this grant in the company read again; what Procore does not answer is still there."""
        with self._lock:
            self._generation += 1
            for key, held in self._entries.items():
                if (key.grant_id, key.company_id) == (grant_id, company_id):
                    self._entries[key] = replace(held, is_due=True)
