"""A bounded number of threads for calls that can run at the same time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")
ThreadContext = Callable[[], AbstractContextManager[object]]
THREADS = 16

_log = logging.getLogger(__name__)


class CallPool:
    """Runs calls side by side; one per client.

    The caller works too: it runs the first call, and then whatever no thread has begun. So calls may themselves
    run others in the pool, and a full pool slows things down but never locks them up.

    Args:
        threads: how many at most.
        thread_context: entered around each call that runs in a thread of the pool, for what a grant needs there.
    """

    def __init__(self, threads: int = THREADS, thread_context: ThreadContext = nullcontext) -> None:
        self._thread_context = thread_context
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="procore")

    def run(self, calls: Sequence[Callable[[], T]]) -> list[T]:
        """The results, in the order of `calls`; each call sees the caller's context variables.

        Raises:
            BaseException: what the earliest failing call raised. Calls not yet begun are then dropped.
        """
        if not calls:
            return []
        futures = [self._pool.submit(copy_context().run, self._in_thread, call) for call in calls[1:]]
        try:
            results = [calls[0]()]
            for call, future in zip(calls[1:], futures, strict=True):
                results.append(_claimed(call, future))
        except BaseException:
            for future in futures:
                future.cancel()
            raise
        return results

    def begin(self, call: Callable[[], None]) -> None:
        """Run `call` when a thread is free; nobody waits for it, and after `close` it is not begun.

        What it raises has no other reader than the log, so it should handle what it expects.
        """

        def run() -> None:
            try:
                self._in_thread(call)
            except Exception:  # noqa: BLE001 # any mistake, or it would vanish with its future
                _log.exception("background call failed")

        with suppress(RuntimeError):  # the pool is closed
            self._pool.submit(copy_context().run, run)

    def _in_thread(self, call: Callable[[], T]) -> T:
        with self._thread_context():
            return call()

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
