"""Staying inside Procore's rate limit, and sharing it fairly (docs/platform-reference.md, section 4.6).

Two windows bound an app: ten seconds and an hour. Neither number is fixed, so both are learnt from the headers
of every answer, which describe the window nearest to exhaustion. Between answers we count ourselves.

`RateWindows` is the state, for one process now; a store shared by several can take its place by offering the
same three methods.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from embedded_app.clock import Clock
from embedded_app.errors import RateLimited
from embedded_app.procore.deadline import Deadline
from embedded_app.procore.failures import seconds_to_reset, wait_until
from embedded_app.procore.sentences import ASKED_TO_WAIT
from embedded_app.procore.transport import WireResponse

SPIKE_SECONDS = 10.0
HOUR_SECONDS = 3600.0
_UNSTATED_WAIT_SECONDS = 10.0
_PEOPLE_ONLY = 4  # one part in four of each window is left to people


@dataclass(frozen=True, slots=True)
class RateNotice:
    """What the headers of one answer said.

    Attributes:
        limit: requests in the whole window.
        remaining: requests left in it.
        resets_in: seconds until it is full again.
    """

    limit: int
    remaining: int
    resets_in: float


@dataclass(slots=True)
class _Window:
    span: float
    limit: int
    remaining: int
    resets_at: float

    def roll(self, now: float) -> None:
        """Begin the window again when it has ended; it then lasts its span from the first request on."""
        if now >= self.resets_at:
            self.remaining = self.limit
            self.resets_at = now + self.span

    def has_room(self, *, background: bool) -> bool:
        """Whether one more request fits."""
        kept_back = self.limit // _PEOPLE_ONLY if background else 0
        return self.remaining > kept_back


class RateWindows:
    """What is left of each window, as far as we know. Times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._windows: dict[float, _Window] = {}
        self._in_flight = 0
        self._held_until = float("-inf")

    def take(self, now: float, *, background: bool) -> float:
        """Take one request out of every window: 0 when it may go now, else the seconds to wait and ask again."""
        with self._lock:
            for window in self._windows.values():
                window.roll(now)
            full = [w.resets_at for w in self._windows.values() if not w.has_room(background=background)]
            free_at = max((self._held_until, *full))
            if free_at > now:
                return free_at - now
            for window in self._windows.values():
                window.remaining -= 1
            self._in_flight += 1
            return 0.0

    def settle(self, now: float, notice: RateNotice | None) -> None:
        """A request that was taken has ended, with what its answer said, if it said anything."""
        with self._lock:
            self._in_flight = max(0, self._in_flight - 1)
            if notice is not None:
                self._learn(now, notice)

    def hold(self, until: float) -> None:
        """Let nothing go before `until`."""
        with self._lock:
            self._held_until = max(self._held_until, until)

    def _learn(self, now: float, notice: RateNotice) -> None:
        span = self._span_of(notice)
        resets_at = now + notice.resets_in
        known = self._windows.get(span)
        remaining = notice.remaining - self._in_flight  # Procore has not counted those that are under way
        if known is not None and known.limit == notice.limit and abs(known.resets_at - resets_at) <= 1.5:  # noqa: PLR2004 # whole seconds, and the way here
            remaining = min(known.remaining, notice.remaining)  # others use the same limit; we never see more
        self._windows[span] = _Window(span, notice.limit, max(0, remaining), resets_at)

    def _span_of(self, notice: RateNotice) -> float:
        """Which window is meant: no header names it, but only the hour can be far from its end."""
        if notice.resets_in > SPIKE_SECONDS + 2:  # clocks may differ by so much
            return HOUR_SECONDS
        hour = self._windows.get(HOUR_SECONDS)
        return HOUR_SECONDS if hour is not None and hour.limit == notice.limit else SPIKE_SECONDS


class Pacer:
    """Lets each request go when there is room for it, or says when there will be."""

    def __init__(self, clock: Clock, windows: RateWindows | None = None) -> None:
        self._clock = clock
        self._windows = windows or RateWindows()

    def wait_for_room(self, deadline: Deadline, route: str) -> None:
        """Return when a request may go; `answered` or `abandoned` must follow.

        Raises:
            RateLimited: room comes only after `deadline`; nothing was sent.
        """
        while True:
            now = self._clock.monotonic()
            wait = self._windows.take(now, background=deadline.background)
            if not wait:
                return
            if now + wait > deadline.at:
                retry_at = self._clock.now() + timedelta(seconds=wait)
                raise RateLimited(ASKED_TO_WAIT, retry_at=retry_at, route=route)
            self._clock.sleep(wait)

    def answered(self, response: WireResponse) -> None:
        """Learn from an answer; a 429 holds everybody until Procore accepts requests again."""
        wall, now = self._clock.now(), self._clock.monotonic()
        resets_in = seconds_to_reset(response, wall)
        limit, remaining = _number(response, "Limit"), _number(response, "Remaining")
        notice = None
        if limit is not None and remaining is not None and resets_in is not None:
            notice = RateNotice(limit, remaining, resets_in)
        self._windows.settle(now, notice)
        if response.status == HTTPStatus.TOO_MANY_REQUESTS:
            until = wait_until(response, wall)
            wait = (until - wall).total_seconds() if until else _UNSTATED_WAIT_SECONDS
            self._windows.hold(now + wait)

    def abandoned(self) -> None:
        """A request that was let go got no answer."""
        self._windows.settle(self._clock.monotonic(), None)


def _number(response: WireResponse, name: str) -> int | None:
    text = (response.header(f"X-Rate-Limit-{name}") or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len("999999999") else None
