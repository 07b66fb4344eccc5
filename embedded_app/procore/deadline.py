"""How long a piece of work may take altogether, and whether a person waits for it.

A page makes several calls; what matters is the time of the page. So the deadline surrounds the work, travels
with the context into other threads, and each call, wait and retry looks at what is left of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from embedded_app.clock import Clock

DEFAULT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of some work, on the monotonic clock, and who it is for."""

    at: float
    background: bool = False

    def remaining(self, clock: Clock) -> float:
        """Seconds left; negative when it has passed."""
        return self.at - clock.monotonic()


_current: ContextVar[Deadline | None] = ContextVar("procore_deadline", default=None)


@contextmanager
def within(clock: Clock, seconds: float, *, background: bool = False) -> Iterator[Deadline]:
    """Give the work inside at most `seconds`, and never more than the work around it has.

    Args:
        clock: the clock that the Procore client uses.
        seconds: counted from now, over all calls together.
        background: nobody waits for it; it then leaves part of the rate limit to people.
    """
    outer = _current.get()
    at = clock.monotonic() + seconds
    inner = Deadline(
        at=at if outer is None else min(at, outer.at),
        background=background or (outer is not None and outer.background),
    )
    token = _current.set(inner)
    try:
        yield inner
    finally:
        _current.reset(token)


@contextmanager
def current_or(clock: Clock, seconds: float = DEFAULT_SECONDS) -> Iterator[Deadline]:
    """The deadline around this work, or a new one of `seconds` when there is none."""
    outer = _current.get()
    if outer is not None:
        yield outer
        return
    with within(clock, seconds) as inner:
        yield inner
