"""Reading something of a company: from memory, by joining a read under way, or from Procore.

When Procore cannot be asked, what was read before is shown, marked as stale: one side down never blanks a page.
When Procore says no, nothing old is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from embedded_app.procore.cache import Cache, Held, ReadKey, Silence
from embedded_app.procore.deadline import current_or, patient_for
from embedded_app.procore.sentences import NO_ANSWER
from embedded_app.procore.single_flight import SingleFlight

T = TypeVar("T")
R = TypeVar("R")

FRESH_SECONDS = 10.0
STALE_SECONDS = 15 * 60.0
IMPATIENT_SECONDS = 1.0
"""How long a person who can be shown something old waits for room in the rate limit."""


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """Something Procore said, and when.

    Attributes:
        value: the records.
        read_at: wall clock, UTC; of several reads the earliest.
        silence: why it is shown past its time; `None` while it is fresh.
    """

    value: T
    read_at: datetime
    silence: Silence | None = None

    @property
    def stale(self) -> bool:
        """Whether it is past its time and shown only because Procore cannot be asked now."""
        return self.silence is not None

    def holding(self, value: R) -> Read[R]:
        """The same read with what was made of its value."""
        return Read(value, self.read_at, self.silence)

    @staticmethod
    def joined(reads: Sequence[Read[tuple[R, ...]]]) -> Read[tuple[R, ...]]:
        """Several lists as one, in order; as old as the oldest, stale as the first that is. Needs at least one."""
        return Read(
            tuple(record for read in reads for record in read.value),
            min(read.read_at for read in reads),
            next((read.silence for read in reads if read.silence is not None), None),
        )

    def age(self, now: datetime) -> timedelta:
        """How long ago Procore said so."""
        return now - self.read_at


@dataclass(frozen=True, slots=True)
class Freshness:
    """How long a read may be used.

    Attributes:
        fresh_seconds: without asking again.
        stale_seconds: altogether, while Procore cannot be asked. 0 for what decides about access.
    """

    fresh_seconds: float = FRESH_SECONDS
    stale_seconds: float = STALE_SECONDS


RECORDS = Freshness()
ACCESS = Freshness(fresh_seconds=60, stale_seconds=0)
PLACES = Freshness(fresh_seconds=3600, stale_seconds=24 * 3600)


class Reader:
    """Reads through the cache."""

    def __init__(self, cache: Cache, clock: Clock) -> None:
        self._cache = cache
        self._clock = clock
        self._flights = SingleFlight()

    def read(
        self,
        key: ReadKey,
        load: Callable[[], T],
        freshness: Freshness = RECORDS,
        *,
        anew: bool = False,
    ) -> Read[T]:
        """What `load` gives, or gave lately.

        Args:
            key: what is read, and by whom.
            load: asks Procore and decodes the answer.
            freshness: how long it may be used.
            anew: ask Procore in any case.

        Raises:
            EmbeddedAppError: what `load` raised, when nothing usable is held.
        """
        usable: Read[T] | None = None if anew else self._usable(key, freshness)
        if usable is not None:
            return usable
        with current_or(self._clock) as deadline:
            # A read that began before an invalidation is not joined by one that began after it.
            flight = (key, self._cache.generation, deadline.background, anew)
            try:
                return self._flights.run(
                    flight,
                    lambda: self._load(key, load, freshness, anew=anew),
                    seconds=deadline.remaining(self._clock),
                )
            except TimeoutError as error:
                raise TimedOut(NO_ANSWER) from error

    def forget(self, company_id: CompanyId) -> None:
        """Ask Procore for everything of this company from now on: something was written there."""
        self._cache.invalidate(company_id=company_id)

    def _usable(self, key: ReadKey, freshness: Freshness) -> Read[T] | None:
        held = self._cache.find(key)
        if held is None or held.is_due:
            return None
        now = self._clock.monotonic()
        if now - held.since < freshness.fresh_seconds:
            return Read(held.value, held.read_at)
        lately_in_vain = now - held.asked < freshness.fresh_seconds
        return self._stale(held, freshness) if lately_in_vain else None

    def _stale(self, held: Held, freshness: Freshness) -> Read[T] | None:
        age = self._clock.monotonic() - held.since
        return Read(held.value, held.read_at, held.silence) if age < freshness.stale_seconds else None

    def _load(self, key: ReadKey, load: Callable[[], T], freshness: Freshness, *, anew: bool) -> Read[T]:
        usable: Read[T] | None = None if anew else self._usable(key, freshness)
        if usable is not None:  # another thread has read it since we looked
            return usable
        generation = self._cache.generation
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
            self._cache.invalidate(company_id=key.company_id)
            raise
        except EmbeddedAppError:
            self._cache.drop(key)
            raise
        self._cache.keep(key, Held(value, read_at, began, began), generation)
        return Read(value, read_at)
