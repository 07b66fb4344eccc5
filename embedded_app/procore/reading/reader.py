"""Reading something of a company: from memory, by joining a read under way, or from Procore.

Where a page allows it, what was read lately is shown at once and read again behind it. When Procore cannot be
asked, what was read before is shown, marked as stale: one side down never blanks a page. When Procore says no,
nothing old is shown.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from embedded_app.clock import Clock
from embedded_app.errors import (
    AppNotConnected,
    EmbeddedAppError,
    RateLimited,
    ServerFailed,
    TimedOut,
    Unreachable,
)
from embedded_app.ids import CompanyId
from embedded_app.memory import SingleFlight
from embedded_app.procore.deadline import apart, current_or, patient_for
from embedded_app.procore.reading.cache import Cache, Held, Silence
from embedded_app.procore.reading.changes import Change, ReadKey
from embedded_app.procore.reading.news import News
from embedded_app.procore.sentences import NO_ANSWER

T = TypeVar("T")
R = TypeVar("R")

FRESH_SECONDS = 10.0
LAG_SECONDS = 50.0
WATCHED_SECONDS = 5 * 60.0
STALE_SECONDS = 15 * 60.0
IMPATIENT_SECONDS = 1.0
"""How long a person who can be shown something old waits for room in the rate limit."""


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """Something Procore said, and when.

    Attributes:
        value: the records.
        read_at: wall clock, UTC; of several reads the earliest.
        silence: why it is shown although Procore cannot be asked; `None` otherwise.
        is_lagging: it is shown past its time and being read again just now.
    """

    value: T
    read_at: datetime
    silence: Silence | None = None
    is_lagging: bool = False

    @property
    def stale(self) -> bool:
        """Whether it is past its time and shown only because Procore cannot be asked now."""
        return self.silence is not None

    def holding(self, value: R) -> Read[R]:
        """The same read with what was made of its value."""
        return Read(value, self.read_at, self.silence, self.is_lagging)

    @staticmethod
    def joined(reads: Sequence[Read[tuple[R, ...]]]) -> Read[tuple[R, ...]]:
        """Several lists as one, in order; as old as the oldest, stale as the first that is. Needs at least one."""
        return Read(
            tuple(record for read in reads for record in read.value),
            min(read.read_at for read in reads),
            next((read.silence for read in reads if read.silence is not None), None),
            any(read.is_lagging for read in reads),
        )

    def age(self, now: datetime) -> timedelta:
        """How long ago Procore said so."""
        return now - self.read_at


@dataclass(frozen=True, slots=True)
class Freshness:
    """How long a read may be used.

    Attributes:
        fresh_seconds: without asking again.
        watched_seconds: the same, while a live hook would tell of a change.
        lag_seconds: after either, at once while it is read again behind a page that allows it.
        stale_seconds: altogether, while Procore cannot be asked.
    """

    fresh_seconds: float = FRESH_SECONDS
    watched_seconds: float = WATCHED_SECONDS
    lag_seconds: float = LAG_SECONDS
    stale_seconds: float = STALE_SECONDS


RECORDS = Freshness()
ACCESS = Freshness(fresh_seconds=60, watched_seconds=0, lag_seconds=0, stale_seconds=0)
"""Of what decides about access."""
PLACES = Freshness(fresh_seconds=3600, watched_seconds=0, lag_seconds=0, stale_seconds=24 * 3600)


class Reader:
    """Reads through the cache.

    Args:
        cache: what was read.
        news: what other processes know of it.
        clock: for ages.
        begin: runs something in another thread, when one is free.
    """

    def __init__(
        self, cache: Cache, news: News, clock: Clock, begin: Callable[[Callable[[], None]], None]
    ) -> None:
        self._cache = cache
        self._news = news
        self._clock = clock
        self._begin = begin
        self._flights = SingleFlight(impatient=(TimedOut, RateLimited))
        self._lock = threading.Lock()
        self._being_renewed: set[ReadKey] = set()

    def read(
        self,
        key: ReadKey,
        load: Callable[[], T],
        freshness: Freshness = RECORDS,
        *,
        refresh: bool = False,
    ) -> Read[T]:
        """What `load` gives, or gave lately.

        Args:
            key: what is read, and by whom.
            load: asks Procore and decodes the answer.
            freshness: how long it may be used.
            refresh: ask Procore in any case.

        Raises:
            EmbeddedAppError: what `load` raised, when nothing usable is held.
        """
        self._news.look()
        with current_or(self._clock) as deadline:
            usable: Read[T] | None = None
            if not refresh:
                usable = self._usable(key, freshness, may_lag=deadline.may_lag)
            if usable is not None:
                if usable.is_lagging:
                    self._renew(key, load, freshness)
                return usable
            try:
                return self._joined(
                    key,
                    load,
                    freshness,
                    refresh=refresh,
                    background=deadline.background,
                    seconds=deadline.remaining(self._clock),
                )
            except TimeoutError as error:
                raise TimedOut(NO_ANSWER) from error

    def expire(self, company_id: CompanyId) -> None:
        """Something was written: everything of this company is due, in every process."""
        self._news.tell(Change(company_id, forgets=False))

    def _joined(
        self,
        key: ReadKey,
        load: Callable[[], T],
        freshness: Freshness,
        *,
        refresh: bool = False,
        background: bool = False,
        seconds: float,
    ) -> Read[T]:
        # A read that began before a change is not joined by one that began after it.
        flight = (key, self._cache.generation(key), background, refresh)
        return self._flights.run(
            flight, lambda: self._load(key, load, freshness, refresh=refresh), seconds=seconds
        )

    def _renew(self, key: ReadKey, load: Callable[[], T], freshness: Freshness) -> None:
        """Read again behind a page that shows what is held; once, however many look meanwhile."""
        with self._lock:
            if key in self._being_renewed:
                return
            self._being_renewed.add(key)

        def renew() -> None:
            try:
                # The next look tells why it was in vain. Whoever reads the same already needs no second one.
                with (
                    apart(self._clock, patience=IMPATIENT_SECONDS),
                    suppress(EmbeddedAppError, TimeoutError),
                ):
                    self._joined(key, load, freshness, seconds=0)
            finally:
                with self._lock:
                    self._being_renewed.discard(key)

        self._begin(renew)

    def _usable(self, key: ReadKey, freshness: Freshness, *, may_lag: bool = False) -> Read[T] | None:
        held = self._cache.find(key)
        if held is None or held.is_due:
            return None
        now = self._clock.monotonic()
        seconds = freshness.fresh_seconds
        if freshness.watched_seconds and self._news.is_watched(key, held.since):
            seconds = freshness.watched_seconds
        age = now - held.since
        if age < seconds and held.silence is None:
            return Read(held.value, held.read_at)
        if now - held.asked < freshness.fresh_seconds:  # lately in vain
            return self._stale(held, freshness)
        if may_lag and held.silence is None and age < seconds + freshness.lag_seconds:
            return Read(held.value, held.read_at, is_lagging=True)
        return None

    def _stale(self, held: Held, freshness: Freshness) -> Read[T] | None:
        age = self._clock.monotonic() - held.since
        return Read(held.value, held.read_at, held.silence) if age < freshness.stale_seconds else None

    def _load(self, key: ReadKey, load: Callable[[], T], freshness: Freshness, *, refresh: bool) -> Read[T]:
        usable: Read[T] | None = None if refresh else self._usable(key, freshness)
        if usable is not None:  # another thread has read it since we looked
            return usable
        generation = self._cache.generation(key)
        began = self._clock.monotonic()
        read_at = self._clock.now()
        held = self._cache.find(key)
        has_old = held is not None and self._stale(held, freshness) is not None
        try:
            with patient_for(IMPATIENT_SECONDS if has_old else None):
                value = load()
        except (Unreachable, RateLimited, ServerFailed) as failure:
            held = self._cache.find(key)
            if held is None:
                raise
            since = held.silence.since if held.silence else self._clock.now()
            held = replace(held, asked=self._clock.monotonic(), is_due=False, silence=Silence(failure, since))
            old: Read[T] | None = self._stale(held, freshness)
            if old is None:
                raise
            self._cache.keep(key, held, generation)
            return old
        except AppNotConnected:
            self._cache.apply(Change(key.company_id))
            raise
        except EmbeddedAppError:
            self._cache.drop(key)
            raise
        self._cache.keep(key, Held(value, read_at, began, began), generation)
        return Read(value, read_at)
