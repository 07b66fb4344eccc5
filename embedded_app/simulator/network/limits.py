"""The two rate windows of the app: an hour and ten seconds (docs/platform-reference.md, section 4.6)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from embedded_app.simulator.clock import SimulatedClock

HOUR_SECONDS = 3600
SPIKE_SECONDS = 10


@dataclass(slots=True)
class Window:
    """A budget of `limit` calls that comes back every `seconds`."""

    limit: int
    seconds: int
    used: int = 0
    began: float = 0.0

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)

    @property
    def resets_at(self) -> int:
        """Unix seconds, rounded up: at that second the budget is whole again."""
        return math.ceil(self.began + self.seconds)

    def roll(self, now: float) -> None:
        """Begin anew if the time is over."""
        if now >= self.resets_at:
            self.began, self.used = now, 0

    def headers(self) -> dict[str, str]:
        """How the platform writes a window."""
        return {
            "X-Rate-Limit-Limit": str(self.limit),
            "X-Rate-Limit-Remaining": str(self.remaining),
            "X-Rate-Limit-Reset": str(self.resets_at),
        }

    def retry_after(self, now: float) -> int:
        """Whole seconds until then; at least 1."""
        return max(1, math.ceil(self.resets_at - now))


class RateLimits:
    """Both windows, counted together, and the headers that tell of the one nearer to its end.

    The numbers of a real app are not published; these are generous enough for a demonstration and set by
    control for a test. Failed calls count, refused ones (429) do not: they never reach the service.
    """

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self.hour = Window(3600, HOUR_SECONDS)
        self.spike = Window(250, SPIKE_SECONDS)
        self.send_retry_after = True

    def take(self) -> bool:
        """Count one call. False when a window has none left."""
        self._roll()
        if not (self.hour.remaining and self.spike.remaining):
            return False
        self.hour.used += 1
        self.spike.used += 1
        return True

    def headers(self) -> dict[str, str]:
        """What every answer of the API carries."""
        self._roll()
        return self._nearest().headers()

    def retry_after(self) -> int:
        """Whole seconds until the next call is accepted, in simulated time; at least 1."""
        return self._nearest().retry_after(self._clock.time())

    def _nearest(self) -> Window:
        spent = [window for window in (self.hour, self.spike) if not window.remaining]
        if spent:  # the one that blocks longest
            return max(spent, key=lambda window: window.resets_at)
        return min(self.spike, self.hour, key=lambda window: window.remaining / window.limit)

    def _roll(self) -> None:
        now = self._clock.time()
        self.hour.roll(now)
        self.spike.roll(now)
