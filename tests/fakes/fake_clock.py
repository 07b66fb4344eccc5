"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Self


class FakeClock:
    @classmethod
    def from_now(cls) -> Self:
        """Stands still at this moment, for an app beside a database: what one of them dates, the other judges."""
        return cls(datetime.now(UTC))

    def __init__(self, now: datetime = datetime(2026, 11, 20, 13, 26, tzinfo=UTC)) -> None:
        self._now = now
        self._monotonic = 1000.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass on both clocks."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

    def jump(self, seconds: float) -> None:
        """Move the wall clock only, as a correction of the machine's time does."""
        self._now += timedelta(seconds=seconds)
