"""The simulator's own time: it can run faster than the machine's, and be moved forward."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class SimulatedClock:
    """Seconds since the Unix epoch, `factor` times as fast as real ones."""

    def __init__(self, factor: float = 1.0) -> None:
        self._factor = factor
        self._real_origin = time.monotonic()
        self._origin = time.time()

    def __getstate__(self) -> tuple[float, float]:
        return self._factor, self.time()

    def __setstate__(self, kept: tuple[float, float]) -> None:
        """Go on from the moment at which it was kept."""
        self._factor, self._origin = kept
        self._real_origin = time.monotonic()

    @property
    def factor(self) -> float:
        return self._factor

    @factor.setter
    def factor(self, factor: float) -> None:
        self.advance(0)
        self._factor = factor

    def time(self) -> float:
        """Seconds since the epoch, in simulated time."""
        return self._origin + (time.monotonic() - self._real_origin) * self._factor

    def now(self) -> datetime:
        """The same moment, aware, in UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    def advance(self, seconds: float) -> None:
        """Jump forward by so many simulated seconds."""
        self._origin = self.time() + seconds
        self._real_origin = time.monotonic()
