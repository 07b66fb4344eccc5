"""Time as a collaborator, so that tests decide what time it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the program may ask about time."""

    def now(self) -> datetime:
        """The wall clock, aware, in UTC. It may jump; use it for what is stored or shown."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start that never go back; use them for waits and ages."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let at least so many seconds pass."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
