"""What is left of the rate limit, as far as we know, and who gets it (docs/platform-reference.md, section 4.6).

Two windows bound an app: ten seconds and an hour. Neither number is fixed, so both are learnt from the headers of
every answer, which describe the window nearest to exhaustion. Between answers we count ourselves.

Pure: times are seconds of one clock, which whoever keeps the state chooses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

SPIKE_SECONDS = 10.0
HOUR_SECONDS = 3600.0
MOMENT = 0.1
"""How long to wait for somebody else's request to end."""

_SPANS = {"spike": SPIKE_SECONDS, "hour": HOUR_SECONDS}
_PEOPLE_ONLY = 4  # one part in four of each window is left to people
_CLOCKS_DIFFER = 2.0  # seconds, between Procore's clock and ours
_ROUNDED = 1  # second, by which the ends that answers give of one window may differ
_PROBE_SECONDS = 3.0
_PROCESS_SECONDS = 60.0  # longer than any call, and than any person waits


@dataclass(frozen=True, slots=True)
class RateNotice:
    """What the headers of one answer said.

    Attributes:
        limit: requests in the whole window.
        remaining: requests left in it.
        reset: when it is full again, in Unix seconds of Procore's clock. All answers of a window give the same, so
            it tells which one is meant, however long an answer was on its way.
        resets_in: seconds until then. More than the truth for an answer that was long on its way.
    """

    limit: int
    remaining: int
    reset: int
    resets_in: float


@dataclass(slots=True)
class Window:
    """A budget that comes back at `resets_at`, by our clock.

    `reset` is what the latest answer about a window called its end. `is_told`: it was this window; otherwise it
    was the one before, and the end of this one is our guess.
    """

    limit: int
    remaining: int
    reset: int
    resets_at: float
    is_told: bool = True


@dataclass(slots=True)
class Share:
    """What one process has under way, how many people wait in it, and when it was heard of."""

    seen: float
    under_way: int = 0
    waiting: int = 0


@dataclass(slots=True)
class RateWindows:
    """The state. At the start, after a 429 and when a used-up window ends, one request goes alone to make sure.

    Attributes:
        windows: by the names of `_SPANS`; what no answer has told of yet is not there.
        held_until: before it nothing goes.
        is_sure: whether an answer has told of the windows as they are.
        probe_until: until then one request is out to find that out.
        shares: by process.
    """

    windows: dict[str, Window] = field(default_factory=dict)
    held_until: float = 0.0
    is_sure: bool = False
    probe_until: float = 0.0
    shares: dict[str, Share] = field(default_factory=dict)

    def take(self, process: str, now: float, *, background: bool) -> float:
        """Take one request out of every window: 0 when it may go now, else the seconds to wait and ask again.

        Args:
            process: who takes it.
            now: the time.
            background: no person waits for it; it leaves a part to people, and goes after those who wait.
        """
        share = self._share(process, now)
        wait = self._wait(now, background=background)
        if not wait:
            for window in self.windows.values():
                window.remaining -= 1
            share.under_way += 1
        return wait

    def join(self, process: str, now: float) -> None:
        """A person of `process` begins to wait; jobs let them go first."""
        self._share(process, now).waiting += 1

    def settle(self, process: str, now: float, notice: RateNotice | None, *, answered: bool) -> None:
        """A request that was taken has ended, with what its answer said, if there was one and it said anything."""
        share = self._share(process, now)
        share.under_way = max(0, share.under_way - 1)
        has_learnt = answered and (notice is None or self._learn(now, notice))
        self.is_sure = self.is_sure or has_learnt
        if has_learnt or not answered:
            self.probe_until = 0.0

    def hold(self, until: float) -> None:
        """Let nothing go before `until`."""
        self.held_until = max(self.held_until, until)
        self.is_sure, self.probe_until = False, 0.0

    def leave(self, process: str, now: float) -> None:
        """A person of `process` no longer waits."""
        share = self._share(process, now)
        share.waiting = max(0, share.waiting - 1)

    @property
    def people_waiting(self) -> int:
        """How many people wait for room, in all processes."""
        return sum(share.waiting for share in self.shares.values())

    def _share(self, process: str, now: float) -> Share:
        self.shares = {
            name: share
            for name, share in self.shares.items()
            if abs(now - share.seen) <= _PROCESS_SECONDS  # a process that ended leaves nothing behind
        }
        share = self.shares.setdefault(process, Share(now))
        share.seen = now
        return share

    @property
    def _under_way(self) -> int:
        return sum(share.under_way for share in self.shares.values())

    def _wait(self, now: float, *, background: bool) -> float:
        self._roll(now)
        free_at = self.held_until
        for window in self.windows.values():
            kept_back = window.limit // _PEOPLE_ONLY if background else 0
            if window.remaining <= kept_back:
                is_doubtful = now >= window.resets_at
                free_at = max(free_at, window.resets_at + (_CLOCKS_DIFFER if is_doubtful else 0))
        if free_at > now:
            return free_at - now
        if background and self.people_waiting:
            return MOMENT
        if not self.is_sure:
            if now < self.probe_until:
                return MOMENT
            self.probe_until = now + _PROBE_SECONDS
        return 0.0

    def _roll(self, now: float) -> None:
        """Start again the windows that have ended; each then lasts its span from its first request on.

        While the end is in doubt, because clocks differ, what is left of the old one is spent first; after that
        one request goes alone. Nothing lasts longer than its span, even when the clock was put back.
        """
        self.held_until = min(self.held_until, now + HOUR_SECONDS)
        self.probe_until = min(self.probe_until, now + _PROBE_SECONDS)
        for name, window in self.windows.items():
            window.resets_at = min(window.resets_at, now + _SPANS[name] + _CLOCKS_DIFFER)
            if now < window.resets_at:
                continue
            if now - window.resets_at < _CLOCKS_DIFFER:
                if window.remaining > 0:
                    continue
                self.is_sure, self.probe_until = False, 0.0
            window.remaining = max(1, window.limit - self._under_way)
            window.resets_at, window.is_told = now + _SPANS[name], False

    def _learn(self, now: float, notice: RateNotice) -> bool:
        """Whether the notice is about a window that has not ended."""
        if notice.resets_in <= 0:
            return False
        name = self._name_of(notice)
        window = Window(
            notice.limit,
            notice.remaining - self._under_way,  # Procore has not counted those that are under way
            notice.reset,
            now + notice.resets_in,
        )
        known = self.windows.get(name)
        if known is not None and known.limit == notice.limit:
            began = known.resets_at - _SPANS[name]
            is_older = notice.reset < known.reset - _ROUNDED
            is_last_told = not is_older and notice.reset <= known.reset + _ROUNDED
            if (is_older or (is_last_told and not known.is_told)) and now < began + _PROCESS_SECONDS:
                return False  # an answer that was long on its way
            is_same = is_last_told and known.is_told
            if is_same:
                window.reset, window.resets_at = known.reset, min(known.resets_at, window.resets_at)
            if is_same or not known.is_told:
                # Others use the same limit, so we never see more than we counted.
                window.remaining = min(known.remaining, notice.remaining)
        window.remaining = max(0, window.remaining)
        self.windows[name] = window
        return True

    def _name_of(self, notice: RateNotice) -> str:
        """Which window is meant: no header names it, but only the hour can be far from its end."""
        if notice.resets_in > SPIKE_SECONDS + _CLOCKS_DIFFER:
            return "hour"
        hour = self.windows.get("hour")
        return "hour" if hour is not None and hour.limit == notice.limit else "spike"

    def as_json(self) -> dict[str, Any]:
        """For `from_json`."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> RateWindows:
        """What `as_json` wrote.

        Raises:
            TypeError, KeyError, AttributeError: another version wrote it.
        """
        windows = {name: Window(**window) for name, window in value["windows"].items() if name in _SPANS}
        shares = {name: Share(**share) for name, share in value["shares"].items()}
        return cls(**{**value, "windows": windows, "shares": shares})
