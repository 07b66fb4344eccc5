"""Many ask the same at the same time; one goes, all get the answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class SingleFlight:
    """Joins identical work that is under way in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[Hashable, Future[Any]] = {}

    def run(self, key: Hashable, work: Callable[[], T], *, seconds: float) -> T:
        """The result of `work`, or of the same `key`'s work that another thread has begun.

        Args:
            key: equal keys must mean equal work.
            work: done here when nobody else is at it.
            seconds: how long to wait for somebody else.

        Raises:
            TimeoutError: somebody else took longer than `seconds`.
        """
        mine: Future[Any] = Future()
        with self._lock:
            theirs = self._under_way.setdefault(key, mine)
        if theirs is not mine:
            result: T = theirs.result(timeout=max(0.0, seconds))
            return result
        try:
            value = work()
        except BaseException as error:
            self._end(key)
            mine.set_exception(error)
            raise
        self._end(key)
        mine.set_result(value)
        return value

    def _end(self, key: Hashable) -> None:
        with self._lock:
            del self._under_way[key]
