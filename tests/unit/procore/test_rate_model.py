"""The rate limit against a model of Procore: many who ask, three processes, answers that come late or never.

Time is simulated, so a run says the same on every machine. What must hold is the promise of
docs/procore-client.md: no window has two 429s of ours, whatever the network does, and hardly any of it stays
unused.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from itertools import count

import pytest

from embedded_app.outbound.wire import WireResponse
from embedded_app.procore.pacing.headers import seconds_to_reset, wait_until
from embedded_app.procore.pacing.windows import HOUR_SECONDS, SPIKE_SECONDS, RateNotice, RateWindows

BEGIN = 1_800_000_000.0
SECONDS = 120
PROCESSES = 3
TIMEOUT = 10.0
SEEDS = range(15)


@dataclass(frozen=True)
class Weather:
    """How it is out there.

    Attributes:
        limit: requests in ten seconds.
        hour_limit: requests in an hour.
        people: how many ask, over and over.
        jobs: how many of them nobody waits for.
        pause: seconds between an answer and the next wish, on average.
        way: seconds to Procore, and as many back, on average.
        late: the share of answers that take two to six seconds more.
        lost: the share that never comes.
        ahead: seconds that our clock is ahead of Procore's.
    """

    limit: int = 25
    hour_limit: int = 100_000
    people: int = 40
    jobs: int = 4
    pause: float = 0.3
    way: float = 0.05
    late: float = 0.0
    lost: float = 0.0
    ahead: float = 0.0


@dataclass
class Budget:
    """A window that begins with its first request and ends at a whole second."""

    limit: int
    seconds: float
    began: float = 0.0
    used: int = 0

    @property
    def ends(self) -> int:
        return math.ceil(self.began + self.seconds)

    @property
    def left(self) -> int:
        return self.limit - self.used


class Platform:
    """Procore's side: both windows, and how many requests each ten seconds took and refused."""

    def __init__(self, limit: int, hour_limit: int) -> None:
        self.taken: list[int] = []
        self.refused: list[int] = []
        self._spike, self._hour = Budget(limit, SPIKE_SECONDS), Budget(hour_limit, HOUR_SECONDS)

    def ask(self, now: float) -> WireResponse:
        if now >= self._spike.ends:
            self.taken.append(0)
            self.refused.append(0)
        for window in (self._spike, self._hour):
            if now >= window.ends:
                window.began, window.used = now, 0
        is_taken = bool(self._spike.left and self._hour.left)
        for window in (self._spike, self._hour):
            window.used += is_taken
        self.taken[-1] += is_taken
        self.refused[-1] += not is_taken
        told = min(self._spike, self._hour, key=lambda window: (window.left / window.limit, -window.ends))
        headers = {
            "x-rate-limit-limit": str(told.limit),
            "x-rate-limit-remaining": str(told.left),
            "x-rate-limit-reset": str(told.ends),
            "date": format_datetime(datetime.fromtimestamp(int(now), UTC), usegmt=True),
        }
        if not is_taken:
            headers["retry-after"] = str(max(1, math.ceil(told.ends - now)))
        return WireResponse(200 if is_taken else 429, headers, b"")


class Crowd:
    """Those who ask, each through its process, with what the processes know together."""

    def __init__(self, weather: Weather, seed: int) -> None:
        self.platform = Platform(weather.limit, weather.hour_limit)
        self._weather = weather
        self._random = random.Random(seed)  # noqa: S311 # it guards nothing
        self._windows = RateWindows()
        self._numbers = count()
        self._due: list[tuple[float, int, Callable[[float], None]]] = []

    def live(self) -> None:
        for who in range(self._weather.people):
            self._at(BEGIN + self._random.random(), partial(self._wish, who))
        now = BEGIN
        while now < BEGIN + SECONDS:
            now, _, act = heapq.heappop(self._due)
            act(now)

    def _at(self, moment: float, act: Callable[[float], None]) -> None:
        heapq.heappush(self._due, (moment, next(self._numbers), act))

    def _after(self, seconds: float) -> float:
        return self._random.expovariate(1 / seconds)

    def _wish(self, who: int, now: float) -> None:
        is_job = who < self._weather.jobs
        wait = self._windows.take(self._process(who), now + self._weather.ahead, background=is_job)
        if wait:
            self._at(now + wait + self._random.random() / 100, partial(self._wish, who))
        else:
            self._at(now + self._after(self._weather.way), partial(self._arrive, who))

    def _arrive(self, who: int, now: float) -> None:
        response = self.platform.ask(now)
        if self._random.random() < self._weather.lost:
            self._at(now + TIMEOUT, partial(self._end, who, None))
            return
        more = self._random.uniform(2, 6) if self._random.random() < self._weather.late else 0.0
        self._at(now + self._after(self._weather.way) + more, partial(self._end, who, response))

    def _end(self, who: int, response: WireResponse | None, now: float) -> None:
        """As `Pacer.answered` and `Pacer.abandoned` have it."""
        ours = now + self._weather.ahead
        wall = datetime.fromtimestamp(ours, UTC)
        if response is None:
            self._windows.settle(self._process(who), ours, None, answered=False)
        else:
            limit, remaining, reset = (
                int(response.headers[f"x-rate-limit-{name}"]) for name in ("limit", "remaining", "reset")
            )
            resets_in = seconds_to_reset(response, wall)
            assert resets_in is not None
            notice = RateNotice(limit, remaining, reset, resets_in)
            self._windows.settle(self._process(who), ours, notice, answered=True)
            until = wait_until(response, wall) if response.status == 429 else None
            if until is not None:
                self._windows.hold(ours + (until - wall).total_seconds())
        self._at(now + self._after(self._weather.pause), partial(self._wish, who))

    @staticmethod
    def _process(who: int) -> str:
        return f"process {who % PROCESSES}"


@pytest.mark.parametrize(
    "weather",
    [
        Weather(),
        Weather(late=0.05),
        Weather(late=0.1, people=10, pause=3),
        Weather(lost=0.02),
        Weather(way=0.5),
        Weather(way=1, late=0.1, lost=0.02),
        Weather(ahead=1.9),
        Weather(ahead=1.9, late=0.2, jobs=0),
        Weather(ahead=-1.9, late=0.05),
        Weather(ahead=30, late=0.05),
        Weather(ahead=-30, late=0.05),
        Weather(ahead=1.9, people=8, pause=2),
        Weather(limit=5, late=0.1),
        Weather(limit=300, people=80, late=0.05),
        Weather(jobs=40),
    ],
    ids=str,
)
def test_no_window_has_two_refusals_and_little_of_it_is_wasted(weather: Weather) -> None:
    taken = windows = 0
    for seed in SEEDS:
        crowd = Crowd(weather, seed)
        crowd.live()
        assert max(crowd.platform.refused) <= 1, f"seed {seed}"
        taken += sum(crowd.platform.taken)
        windows += len(crowd.platform.taken)
    wishes = weather.people / (weather.pause + 2 * weather.way) * SPIKE_SECONDS
    least = min(weather.limit * (0.7 if weather.jobs == weather.people else 0.85), wishes / 2)
    assert taken / windows >= least


@pytest.mark.parametrize("late", [0.0, 0.1])
def test_an_hour_that_is_used_up_is_waited_for(late: float) -> None:
    for seed in SEEDS:
        crowd = Crowd(Weather(hour_limit=90, late=late, jobs=0), seed)
        crowd.live()
        assert (sum(crowd.platform.taken), max(crowd.platform.refused)) == (90, 0), f"seed {seed}"
