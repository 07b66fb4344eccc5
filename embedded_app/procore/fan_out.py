"""A bounded number of threads for calls that can run at the same time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")
THREADS = 24


class FanOut:
    """Runs calls side by side; one per process, shared by whoever waits for several things.

    The caller works too: it runs the first call, and then whatever no thread has begun. So work that fans out
    may itself be part of a fan-out, and a full pool slows things down but never locks them up.
    """

    def __init__(self, threads: int = THREADS) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="fan-out")

    def run(self, calls: Sequence[Callable[[], T]]) -> list[T]:
        """The results, in the order of `calls`; each call sees the caller's context variables.

        Raises:
            BaseException: what the earliest failing call raised. Calls not yet begun are then dropped.
        """
        if not calls:
            return []
        futures = [self._pool.submit(copy_context().run, call) for call in calls[1:]]
        try:
            results = [calls[0]()]
            for call, future in zip(calls[1:], futures, strict=True):
                results.append(_claimed(call, future))
        except BaseException:
            for future in futures:
                future.cancel()
            raise
        return results

    def close(self) -> None:
        """Let the threads end once they have nothing left to do."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _claimed(call: Callable[[], T], future: Future[T]) -> T:
    """Run `call` here if no thread has begun it, else wait for the thread."""
    if future.cancel():
        return call()
    try:
        return future.result()
    except CancelledError:  # the pool was closed meanwhile
        return call()
