"""The one door to customers' systems and files.

Whatever a system or a file does, it costs its own company a bounded number of threads for a bounded time. Every
reading, test, preview, upload and wait for another thread's reading takes a place, and gets an `Allowance` that
says when it is over. Readers ask for one, so that none is called outside of the door.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from embedded_app.errors import ProgrammingError, SourceBusy, SourceUnavailable
from embedded_app.ids import CompanyId

PLACES = 12
"""In one process; it has more threads than that, so that pages without a source are always served."""
PLACES_OF_A_COMPANY = 6
SECONDS = 30.0
"""The longest that a place is held."""
FILES = 4
"""Files that are read at the same time for one process, each in a process of its own."""
FILES_OF_A_COMPANY = 2
SLICE_SECONDS = 0.0002
"""Of processor time, after which a thread that works through rows lets the pages of others come first."""

T = TypeVar("T")


class Allowance:
    """Leave to ask a customer's system or to read its file, for one company and a limited time."""

    def __init__(self, company_id: CompanyId, ends_at: float, files: Shares, pace: Pace) -> None:
        self.company_id = company_id
        self._ends_at = ends_at
        self._files = files
        self._pace = pace

    def seconds(self, most: float = math.inf) -> float:
        """The seconds that are left, but no more than `most`.

        Raises:
            SourceUnavailable: there are none.
            ProgrammingError: the place was given back.
        """
        left = self._ends_at - time.monotonic()
        if left == -math.inf:
            raise ProgrammingError("This place was given back.")
        if left <= 0:
            raise SourceUnavailable("Reading the source took too long. Try again in a moment.")
        return min(left, most)

    def spread(self, items: Iterable[T]) -> Iterator[T]:
        """The items, for a loop over as many of them as somebody's source has: it takes part in `Pace`.

        Raises:
            SourceUnavailable: there is no time left for the rest.
        """
        with self.working() as rest:
            for item in items:
                yield item
                rest()

    @contextmanager
    def working(self) -> Iterator[Callable[[], None]]:
        """For a loop of another shape, which calls what it gets again and again; that raises as `spread`."""
        begun = time.thread_time()

        def rest() -> None:
            nonlocal begun
            spent = time.thread_time() - begun
            if spent > SLICE_SECONDS:
                self.seconds()
                time.sleep(spent * (2 * self._pace.threads - 1))
                begun = time.thread_time()

        with self._pace.working():
            yield rest

    @contextmanager
    def file(self) -> Iterator[None]:
        """Leave to read one file in a process of its own.

        Raises:
            SourceBusy: others take all that there is.
        """
        with self._files.taken(self.company_id):
            yield

    def end(self) -> None:
        """Give the place back."""
        self._ends_at = -math.inf


class Bounds:
    """The door of one process.

    Args:
        places: how many may be inside.
        share: how many of one company.
        seconds: how long each, at most.
    """

    def __init__(
        self, *, places: int = PLACES, share: int = PLACES_OF_A_COMPANY, seconds: float = SECONDS
    ) -> None:
        self._places = Shares(places, share)
        self._files = Shares(FILES, FILES_OF_A_COMPANY)
        self._pace = Pace()
        self._seconds = seconds

    @contextmanager
    def enter(self, company_id: CompanyId, seconds: float = math.inf) -> Iterator[Allowance]:
        """Take a place for one company, for no more than `seconds`.

        Raises:
            SourceBusy: the company has its share already, or all places are taken. Nobody waits at the door.
        """
        with self._places.taken(company_id):
            ends_at = time.monotonic() + min(self._seconds, seconds)
            allowance = Allowance(company_id, ends_at, self._files, self._pace)
            try:
                yield allowance
            finally:
                allowance.end()


class Pace:
    """Keeps the work on sources' rows to about half a processor, however many threads do it.

    One thread of a process runs at a time. One that computes for seconds makes every page wait for it, at each of
    the page's questions to the database. So each thread sleeps after every slice, the longer the more there are.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.threads = 0
        """How many are at work."""

    @contextmanager
    def working(self) -> Iterator[None]:
        """Count as one of them."""
        with self._lock:
            self.threads += 1
        try:
            yield
        finally:
            with self._lock:
                self.threads -= 1


class Shares:
    """A number of equal things, of which each owner may hold a few at the same time."""

    def __init__(self, total: int, share: int) -> None:
        self._total = total
        self._share = share
        self._lock = threading.Lock()
        self._taken: Counter[Hashable] = Counter()

    @contextmanager
    def taken(self, owner: Hashable) -> Iterator[None]:
        """Hold one; raises SourceBusy when there is none for this owner."""
        with self._lock:
            if self._taken[owner] >= self._share or self._taken.total() >= self._total:
                raise SourceBusy
            self._taken[owner] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[owner] -= 1
                self._taken += Counter()  # without those that hold none
