"""Readings kept in memory: for seconds so that one serves many views, for a day in case the source goes down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from embedded_app.clock import Clock
from embedded_app.errors import SourceBusy, SourceError, SourceUnavailable
from embedded_app.ids import CompanyId
from embedded_app.memory import SharedMemory, SingleFlight
from embedded_app.sources.bounds import Allowance, Bounds
from embedded_app.sources.rows import RowSet, SourceRead, Where

_KEPT_SECONDS = 24 * 3600.0
_FAILURE_SECONDS = 10.0  # a source that is down is not asked again before
_REFRESH_SECONDS = 5.0  # nor more often than this for somebody who presses Refresh again and again
MOST_BYTES = 512_000_000
"""Of memory in one process, for what is kept."""
SHARE_BYTES = 256_000_000
"""Of one company. The largest reading that there can be fits."""
_READING_BYTES = 4_000  # each, however small
_ROW_BYTES = 400  # of objects that every row is made of
_CELL_BYTES = 100  # of a value that is no text, its place in the row included


@dataclass(frozen=True, slots=True)
class ReadingKey:
    """What was read. A changed source has a new version, and nothing of the old one is found any more."""

    company_id: CompanyId
    source_id: UUID
    version: int
    where: Where | None
    key_mark: bytes
    """See `Saved`."""


@dataclass(frozen=True, slots=True)
class _Kept:
    rows: RowSet | None = None
    weight: float = _READING_BYTES
    begun_at: float = 0.0
    read_at: float = 0.0
    failure: SourceError | None = None
    failed_at: float = 0.0


@dataclass(frozen=True, slots=True)
class _Found:
    """What answers a look, and when its reading began."""

    begun_at: float
    read: SourceRead


def weight_of(rows: RowSet) -> int:
    """About how many bytes of memory they take."""
    texts = sum(len(cell) for row in rows.rows for cell in row.values.values() if isinstance(cell, str))
    reasons = sum(len(reject.reason) for reject in rows.rejects)
    cells = len(rows.rows) * len(rows.columns)
    objects = _ROW_BYTES * (len(rows.rows) + len(rows.rejects)) + _CELL_BYTES * cells
    return _READING_BYTES + objects + texts + reasons


class Readings:
    """The readings of one process. Several threads that want the same wait for one of them to read it.

    A reading and a wait for one each take a place of `bounds`; what is remembered takes none.
    """

    def __init__(self, clock: Clock, bounds: Bounds) -> None:
        self._clock = clock
        self._bounds = bounds
        self._kept: SharedMemory[ReadingKey, _Kept] = SharedMemory(
            clock,
            seconds=_KEPT_SECONDS,
            limit=MOST_BYTES,
            share=SHARE_BYTES,
            weigh=lambda kept: kept.weight,
            owner=lambda key: key.company_id,
        )
        self._flights = SingleFlight()

    def get(
        self,
        key: ReadingKey,
        fresh_seconds: float,
        read: Callable[[Allowance], RowSet],
        *,
        refresh: bool = False,
    ) -> SourceRead:
        """A reading not older than `fresh_seconds`, else a new one, else the last good one with its failure.

        `refresh` takes none that began more than 5 seconds ago, and asks a source that failed 5 seconds ago.

        Raises:
            SourceUnavailable: when the source is down, or too much is being read, and there is no good reading of
                the last 24 hours.
            SourceError: whatever else `read` raises; what was kept would hide that.
        """
        asked_at = self._clock.monotonic()
        found = self._remembered(key, fresh_seconds, refresh=refresh)
        if found is not None:
            return found.read
        try:
            with self._bounds.enter(key.company_id) as allowance:
                while True:
                    found = self._flights.run(
                        key,
                        lambda: self._fly(key, fresh_seconds, lambda: read(allowance), refresh=refresh),
                        seconds=allowance.seconds(),
                    )
                    if not refresh or asked_at - found.begun_at < _REFRESH_SECONDS:
                        return found.read
        except TimeoutError as error:
            return self._last_good(key, _still_read(error))
        except SourceError as error:
            return self._last_good(key, error)

    def forget(self, company_id: CompanyId, source_id: UUID) -> None:
        """Drop every reading of a source."""
        self._kept.drop(company_id, lambda key: key.source_id == source_id)

    def _remembered(self, key: ReadingKey, fresh_seconds: float, *, refresh: bool) -> _Found | None:
        """What serves without asking the source; raises its failure while that is young and no rows are kept."""
        now = self._clock.monotonic()
        kept = self._kept.get(key)
        if kept is None:
            return None
        if kept.failure is not None:
            quiet = _REFRESH_SECONDS if refresh else _FAILURE_SECONDS
            return _Found(now, self._last_good(key, kept.failure)) if now - kept.failed_at < quiet else None
        since, limit = (kept.begun_at, _REFRESH_SECONDS) if refresh else (kept.read_at, fresh_seconds)
        if kept.rows is None or now - since >= limit:
            return None
        return _Found(kept.begun_at, _as_read(kept.rows))

    def _fly(
        self, key: ReadingKey, fresh_seconds: float, read: Callable[[], RowSet], *, refresh: bool
    ) -> _Found:
        found = self._remembered(key, fresh_seconds, refresh=refresh)
        if found is not None:  # another thread has read it between the first look and this flight
            return found
        begun_at = self._clock.monotonic()
        try:
            rows = read()
        except SourceBusy:
            raise  # it says nothing about the source
        except SourceError as error:
            kept = self._kept.get(key) or _Kept()
            self._kept.put(key, replace(kept, failure=error, failed_at=self._clock.monotonic()))
            raise
        self._kept.put(key, _Kept(rows, weight_of(rows), begun_at, self._clock.monotonic()))
        return _Found(begun_at, _as_read(rows))

    def _last_good(self, key: ReadingKey, failure: SourceError) -> SourceRead:
        kept = self._kept.get(key)
        rows = kept.rows if kept is not None else None
        if kept is None or rows is None or not isinstance(failure, SourceUnavailable):
            raise failure
        if self._clock.monotonic() - kept.read_at >= _KEPT_SECONDS:
            raise failure
        return SourceRead(rows.rows, rows.columns, rows.rejects, rows.read_at, stale=True, failure=failure)


def _still_read(error: TimeoutError) -> SourceBusy:
    busy = SourceBusy("The source is still being read. Try again in a moment.")
    busy.__cause__ = error
    return busy


def _as_read(rows: RowSet) -> SourceRead:
    return SourceRead(rows.rows, rows.columns, rows.rejects, rows.read_at)
