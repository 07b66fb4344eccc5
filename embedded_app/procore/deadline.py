"""How long a piece of work may take altogether, and whether a person waits for it.

A page makes several calls; what matters is the time of the page. So the deadline surrounds the work, travels
with the context into other threads, and each call, wait and retry looks at what is left of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from embedded_app.clock import Clock

DEFAULT_SECONDS = 20.0
PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of some work, on the monotonic clock, and who it is for.

    Attributes:
        at: when the time is over.
        background: nobody waits for it.
        insists: a person asked for it although Procore refused lately; a company that is paused is asked once.
        patience: how many seconds one call waits for room in the rate limit. A page soon says so, or shows what
            was read before; a job has time.
        may_lag: what was read lately may be shown at once while it is read again behind the page, which asks once
            more a moment later.
    """

    at: float
    background: bool = False
    insists: bool = False
    patience: float = PATIENCE_SECONDS
    may_lag: bool = False

    def remaining(self, clock: Clock) -> float:
        """Seconds left; negative when it has passed."""
        return self.at - clock.monotonic()


_ENDLESS = Deadline(float("inf"), patience=float("inf"))
_current: ContextVar[Deadline | None] = ContextVar("procore_deadline", default=None)


@contextmanager
def within(
    clock: Clock,
    seconds: float,
    *,
    background: bool = False,
    insists: bool = False,
    patience: float = PATIENCE_SECONDS,
    may_lag: bool = False,
) -> Iterator[Deadline]:
    """Give the work inside at most `seconds`, and never more than the work around it has.

    Args:
        clock: the clock that the Procore client uses.
        seconds: counted from now, over all calls together.
        background: nobody waits for it; it then leaves part of the rate limit to people.
        insists: see `Deadline`.
        patience: see `Deadline`; for people's work.
        may_lag: see `Deadline`; for people's work.
    """
    outer = _current.get() or _ENDLESS
    background = background or outer.background
    inner = Deadline(
        at=min(clock.monotonic() + seconds, outer.at),
        background=background,
        insists=insists or outer.insists,
        patience=float("inf") if background else min(patience, outer.patience),
        may_lag=(may_lag or outer.may_lag) and not background,
    )
    token = _current.set(inner)
    try:
        yield inner
    finally:
        _current.reset(token)


@contextmanager
def patient_for(seconds: float | None) -> Iterator[None]:
    """Let no person's call inside wait longer for room than so many seconds; `None` changes nothing."""
    outer = _current.get()
    if outer is None or outer.background or seconds is None:
        yield
        return
    token = _current.set(replace(outer, patience=min(seconds, outer.patience)))
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def apart(clock: Clock, *, patience: float) -> Iterator[Deadline]:
    """A deadline of `DEFAULT_SECONDS` of its own, for work that the page around it does not wait for."""
    token = _current.set(None)
    try:
        with within(clock, DEFAULT_SECONDS, patience=patience) as inner:
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
