"""What a process remembers, and work that many threads want done once.

One memory and one single flight for all that is read elsewhere: records, readings, verdicts, keys. Nothing of it
outlives the process.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

from cachetools import TTLCache

from embedded_app.clock import Clock

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
T = TypeVar("T")


class Memory(Generic[K, V]):
    """Values under keys: each for a limited time, all within a limited weight. Safe to use from several threads.

    When it is full, the value unused for longest makes room. A value that is heavier than the limit is not kept.

    Args:
        clock: for ages; the wall clock may jump.
        seconds: how long a value is kept after it was put here.
        limit: of the weights together.
        weigh: the weight of a value; 1 when ``None``, so that `limit` is a number of values.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        seconds: float,
        limit: float,
        weigh: Callable[[V], float] | None = None,
    ) -> None:
        self._lock = threading.Lock()
        self._held: TTLCache[K, V] = TTLCache(limit, seconds, timer=clock.monotonic, getsizeof=weigh)
        self._drops = 0

    @property
    def drops(self) -> int:
        """How often something was dropped; taken before a reading begins, it is what `put` asks for."""
        return self._drops

    @property
    def weight(self) -> float:
        """Of all values together."""
        with self._lock:
            return self._held.currsize

    def get(self, key: K) -> V | None:
        """The value of `key`, which counts as used now; ``None`` when there is none."""
        with self._lock:
            try:
                return self._held[key]  # its `get` would look twice
            except KeyError:
                return None

    def put(self, key: K, value: V, *, drops: int | None = None) -> None:
        """Keep `value`; with `drops`, only if nothing was dropped since there were as many."""
        with self._lock:
            if drops is not None and drops != self._drops:
                return
            self._held.pop(key, None)
            if self._held.getsizeof(value) <= self._held.maxsize:
                self._held[key] = value

    def make_room(self) -> None:
        """Drop the value unused for longest, if there is one."""
        with self._lock, suppress(KeyError):
            self._held.popitem()

    def drop(self, fits: Callable[[K], bool]) -> None:
        """Drop every value whose key fits."""
        with self._lock:
            self._drops += 1
            for key in [key for key in self._held if fits(key)]:
                del self._held[key]

    def change(self, fits: Callable[[K], bool], change: Callable[[V], V]) -> None:
        """Put what `change` makes of it in the place of every value whose key fits."""
        with self._lock:
            for key in [key for key in self._held if fits(key)]:
                self._held[key] = change(self._held[key])


class SharedMemory(Generic[K, V]):
    """A memory of several owners, each with a share, so that none takes what the others need.

    An owner whose share is full makes room with its own values. When all together are too heavy, the
    owner with the most does.

    Args:
        clock: as of `Memory`, `seconds` too.
        limit: of all weights together.
        share: of the weights of one owner.
        owner: whose the value under a key is.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        seconds: float,
        limit: float,
        share: float,
        weigh: Callable[[V], float],
        owner: Callable[[K], Hashable],
    ) -> None:
        self._new = partial(Memory[K, V], clock, seconds=seconds, limit=share, weigh=weigh)
        self._limit = limit
        self._owner = owner
        self._lock = threading.Lock()
        self._parts: dict[Hashable, Memory[K, V]] = {}

    def weight(self, owner: Hashable) -> float:
        """Of the values of one owner."""
        part = self._parts.get(owner)
        return part.weight if part is not None else 0

    def get(self, key: K) -> V | None:
        """As of `Memory`."""
        part = self._parts.get(self._owner(key))
        return part.get(key) if part is not None else None

    def put(self, key: K, value: V) -> None:
        """As of `Memory`."""
        with self._lock:
            self._parts.setdefault(self._owner(key), self._new()).put(key, value)
            weights = {owner: part.weight for owner, part in self._parts.items()}
            while sum(weights.values()) > self._limit:
                heaviest = max(weights, key=lambda owner: weights[owner])
                self._parts[heaviest].make_room()
                weights[heaviest] = self._parts[heaviest].weight
            for owner in [owner for owner, weight in weights.items() if not weight]:
                del self._parts[owner]

    def drop(self, owner: Hashable, fits: Callable[[K], bool]) -> None:
        """Drop every value of the owner whose key fits."""
        part = self._parts.get(owner)
        if part is not None:
            part.drop(fits)


@dataclass(frozen=True, slots=True)
class _Flight:
    """Work under way. `ends_at` is when the patience of the one who does it is over, by `time.monotonic`."""

    ends_at: float
    result: Future[Any] = field(default_factory=Future)


class SingleFlight:
    """Joins equal work that is under way in this process.

    Args:
        impatient: what the work may raise because the one who does it could wait no longer. Who waits for it and
            has more time does the work again.
    """

    def __init__(self, impatient: tuple[type[Exception], ...] = ()) -> None:
        self._impatient = impatient
        self._lock = threading.Lock()
        self._under_way: dict[Hashable, _Flight] = {}

    def run(self, key: Hashable, work: Callable[[], T], *, seconds: float) -> T:
        """The result of `work`, or of the work of the same `key` that another thread has begun.

        Args:
            key: equal keys must mean equal work.
            work: done here when nobody else does it.
            seconds: how long to wait for another thread, and how long `work` will wait for whatever it needs.

        Raises:
            TimeoutError: another thread took longer than `seconds`.
        """
        mine = _Flight(time.monotonic() + max(0.0, seconds))
        while True:
            with self._lock:
                flight = self._under_way.setdefault(key, mine)
            if flight is mine:
                return self._fly(key, mine, work)
            try:
                result: T = flight.result.result(max(0.0, mine.ends_at - time.monotonic()))
            except self._impatient:
                if not flight.result.done() or flight.ends_at >= mine.ends_at:
                    raise
            else:
                return result

    def _fly(self, key: Hashable, flight: _Flight, work: Callable[[], T]) -> T:
        try:
            value = work()
        except BaseException as error:
            self._land(key)
            flight.result.set_exception(error)
            raise
        self._land(key)
        flight.result.set_result(value)
        return value

    def _land(self, key: Hashable) -> None:
        with self._lock:
            del self._under_way[key]
