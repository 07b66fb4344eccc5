"""Readings kept in memory: for seconds so that one serves many views, for a day in case the source goes down."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from uuid import UUID

from embedded_app.clock import Clock
from embedded_app.errors import SourceError, SourceUnavailable
from embedded_app.ids import CompanyId
from embedded_app.memory import Memory
from embedded_app.sources.rows import RowSet, SourceRead, Where

_KEPT_SECONDS = 24 * 3600.0
_FAILURE_SECONDS = 10.0  # a source that is down is not asked again before
_REFRESH_SECONDS = 5.0  # nor more often than this for somebody who presses Refresh again and again
_MOST_ROWS = 500_000
_MOST_READINGS = 5_000


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
    begun_at: float = 0.0
    read_at: float = 0.0
    failure: SourceError | None = None
    failed_at: float = 0.0

    @property
    def weight(self) -> float:
        """Its rows, and no less than what the number of readings leaves to each."""
        return max(len(self.rows.rows) if self.rows is not None else 0, _MOST_ROWS / _MOST_READINGS)


@dataclass(frozen=True, slots=True)
class _Flight:
    """A reading that is under way."""

    begun_at: float
    rows: Future[RowSet] = field(default_factory=Future)


class Readings:
    """The readings of one process. Several threads that want the same wait for one of them to read it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: Memory[ReadingKey, _Kept] = Memory(
            clock, seconds=_KEPT_SECONDS, limit=_MOST_ROWS, weigh=lambda kept: kept.weight
        )
        self._under_way: dict[ReadingKey, _Flight] = {}

    def get(
        self, key: ReadingKey, fresh_seconds: float, read: Callable[[], RowSet], *, refresh: bool = False
    ) -> SourceRead:
        """A reading not older than `fresh_seconds`, else a new one, else the last good one with its failure.

        `refresh` takes none that began more than 5 seconds ago, and asks a source that failed 5 seconds ago.

        Raises:
            SourceUnavailable: when the source is down and there is no good reading of the last 24 hours.
            SourceError: whatever else `read` raises; what was kept would hide that.
        """
        while True:
            with self._lock:
                now = self._clock.monotonic()
                kept = self._kept.get(key)
                if kept is not None:
                    if kept.rows is not None and kept.failure is None:
                        since, limit = (
                            (kept.begun_at, _REFRESH_SECONDS) if refresh else (kept.read_at, fresh_seconds)
                        )
                        if now - since < limit:
                            return _as_read(kept.rows)
                    quiet = _REFRESH_SECONDS if refresh else _FAILURE_SECONDS
                    if kept.failure is not None and now - kept.failed_at < quiet:
                        return self._last_good(key, kept.failure)
                flight = self._under_way.get(key)
                is_ours = flight is None
                if flight is None:
                    flight = self._under_way[key] = _Flight(now)
            if is_ours:
                self._fly(key, flight, read)
            if not refresh or now - flight.begun_at < _REFRESH_SECONDS:
                break
            flight.rows.exception()  # it began too long before Refresh was pressed: wait for its end, then read
        try:
            return _as_read(flight.rows.result())
        except SourceError as error:
            with self._lock:
                return self._last_good(key, error)

    def forget(self, company_id: CompanyId, source_id: UUID) -> None:
        """Drop every reading of a source."""
        self._kept.drop(lambda key: (key.company_id, key.source_id) == (company_id, source_id))

    def _fly(self, key: ReadingKey, flight: _Flight, read: Callable[[], RowSet]) -> None:
        try:
            rows = read()
        except BaseException as error:  # noqa: BLE001 # handed to every waiter; `result` raises it here too
            self._land(key, flight, None, error)
            flight.rows.set_exception(error)
        else:
            self._land(key, flight, rows, None)
            flight.rows.set_result(rows)

    def _land(
        self, key: ReadingKey, flight: _Flight, rows: RowSet | None, error: BaseException | None
    ) -> None:
        now = self._clock.monotonic()
        with self._lock:
            del self._under_way[key]
            if rows is not None:
                self._kept.put(key, _Kept(rows, flight.begun_at, now))
            elif isinstance(error, SourceError):
                kept = self._kept.get(key) or _Kept()
                self._kept.put(key, replace(kept, failure=error, failed_at=now))

    def _last_good(self, key: ReadingKey, failure: SourceError) -> SourceRead:
        kept = self._kept.get(key)
        rows = kept.rows if kept is not None else None
        if kept is None or rows is None or not isinstance(failure, SourceUnavailable):
            raise failure
        if self._clock.monotonic() - kept.read_at >= _KEPT_SECONDS:
            raise failure
        return SourceRead(rows.rows, rows.columns, rows.rejects, rows.read_at, stale=True, failure=failure)


def _as_read(rows: RowSet) -> SourceRead:
    return SourceRead(rows.rows, rows.columns, rows.rejects, rows.read_at)
