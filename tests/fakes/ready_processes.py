"""Processes of their own that stand ready: what they import was imported once, by the one they are forked from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

_CONTEXT = get_context("forkserver")


@contextmanager
def ready_process(
    work: Callable[..., None], *arguments: object
) -> Iterator[tuple[ForkServerProcess, Connection]]:
    """Run `work(connection, *arguments)` in a process; it and the other end of the connection.

    It is killed at the end if it has not ended by itself. The first process of the session waits until the module
    of `work` is imported, the others begin at once.
    """
    _CONTEXT.set_forkserver_preload([work.__module__])
    here, there = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=work, args=(there, *arguments), daemon=True)
    process.start()
    there.close()
    try:
        yield process, here
    finally:
        process.kill()
        process.join(30)
        here.close()
