from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from logging.handlers import QueueHandler
from queue import SimpleQueue

import pytest

from embedded_app.procore.calls.pool import CallPool

_LETTER: ContextVar[str] = ContextVar("letter")


def test_results_come_in_the_order_of_the_calls() -> None:
    assert CallPool(4).run([partial(str, number) for number in range(50)]) == [str(n) for n in range(50)]


def test_nothing_to_do_gives_nothing() -> None:
    assert CallPool(1).run([]) == []


def test_calls_run_side_by_side() -> None:
    barrier = threading.Barrier(3)
    # Each waits for the two others: run one after another they would never end.
    assert sorted(CallPool(2).run([partial(barrier.wait, 10)] * 3)) == [0, 1, 2]


def test_calls_within_calls_never_lock_up_a_full_pool() -> None:
    pool = CallPool(1)

    def level(depth: int) -> int:
        return 1 if depth == 0 else sum(pool.run([partial(level, depth - 1)] * 3))

    assert level(4) == 81


def test_the_callers_context_comes_along() -> None:
    _LETTER.set("a")
    assert CallPool(2).run([_LETTER.get] * 5) == ["a"] * 5


def test_the_earliest_failure_is_raised() -> None:
    def fail(text: str) -> None:
        raise LookupError(text)

    with pytest.raises(LookupError, match="first"):
        CallPool(2).run([partial(fail, "first"), partial(fail, "second")])


def test_the_thread_context_surrounds_calls_in_other_threads_only() -> None:
    entered: list[str] = []

    @contextmanager
    def surround() -> Iterator[None]:
        entered.append(threading.current_thread().name)
        yield

    barrier = threading.Barrier(2)
    CallPool(1, surround).run([partial(barrier.wait, 10)] * 2)
    assert len(entered) == 1
    assert threading.current_thread().name not in entered


def test_a_closed_pool_still_finishes_what_it_was_given() -> None:
    pool = CallPool(1)
    started, closed = threading.Event(), threading.Event()

    def busy() -> str:
        started.set()
        assert closed.wait(10)
        return "busy"

    def close() -> str:
        assert started.wait(10)
        pool.close()
        closed.set()
        return "closed"

    assert pool.run([close, busy, lambda: "waiting"]) == ["closed", "busy", "waiting"]


def test_a_mistake_in_a_call_that_nobody_waits_for_is_logged_with_its_traceback() -> None:
    logged: SimpleQueue[logging.LogRecord] = SimpleQueue()
    handler = QueueHandler(logged)
    logger = logging.getLogger("embedded_app.procore.calls.pool")

    def renewal_with_a_mistake() -> None:
        raise LookupError("a mistake")

    logger.addHandler(handler)
    try:
        CallPool(1).begin(renewal_with_a_mistake)
        record = logged.get(timeout=10)
    finally:
        logger.removeHandler(handler)
    assert record.levelname == "ERROR"
    assert "in renewal_with_a_mistake" in record.getMessage()
    assert "LookupError" in record.getMessage()
