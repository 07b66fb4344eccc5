"""One bounded pool of threads per process, for what a view reads at the same time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from flask import Flask

T = TypeVar("T")


class FanOut:
    """Runs functions in threads that each have a database session of their own and the caller's company scope.

    A session belongs to one thread, so each function runs in a fresh app context; the company scope is a context
    variable and comes along with a copy of the caller's context.
    """

    def __init__(self, app: Flask, workers: int = 32) -> None:
        self._app = app
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="fan-out")

    def submit(self, function: Callable[[], T]) -> Future[T]:
        """Start `function`; its result or its exception comes with `Future.result`."""

        def in_app_context() -> T:
            with self._app.app_context():
                return function()

        return self._pool.submit(copy_context().run, in_app_context)
