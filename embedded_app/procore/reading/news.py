"""What the processes of one app tell each other of what they hold: what is stale now, and what hooks watch.

It is one small value in a store that compares and swaps. A process looks at it at most once a second, before it
shows anything that it read earlier. So what one process learns, from a delivery, a write, a sign-out or a click on
Refresh, the others know a second later. A process that cannot look goes on with what it knows, and holds nothing
longer than it would without hooks.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from embedded_app.clock import Clock
from embedded_app.ids import CompanyId, ProjectId
from embedded_app.procore.pacing.shared_state import MemoryStore, StateStore, StoreUnavailable
from embedded_app.procore.reading.cache import Cache
from embedded_app.procore.reading.changes import MOST_CHANGES, Change, Changes, ReadKey

_log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
_AWAY_SECONDS = 5.0
_IN_TOUCH_SECONDS = 2 * LOOK_SECONDS  # another thread may be looking
_MOST_TRIES = 50


@dataclass(frozen=True, slots=True)
class Watch:
    """Hooks tell of changes to `resources` of a company, `since` a time `until` another of the store's clock."""

    resources: frozenset[str]
    since: float
    until: float


@dataclass(slots=True)
class Board:
    """What stands in the store. `name` tells one that was lost and begun again from the one before."""

    name: str = ""
    changes: Changes = field(default_factory=Changes)
    watched: dict[CompanyId, Watch] = field(default_factory=dict)

    def watch(self, company_id: CompanyId, resources: frozenset[str], now: float, seconds: float) -> None:
        """Watch from now on, or go on watching."""
        self.watched = {each: watch for each, watch in self.watched.items() if now < watch.until}
        held = self.watched.get(company_id)
        since = held.since if held is not None and held.resources == resources else now
        self.watched[company_id] = Watch(resources, since, now + seconds)

    def dump(self) -> str:
        """For `load`."""
        changes = [
            [number, each.company_id, each.grant_id, each.project_id, each.resource, each.forgets]
            for number, each in self.changes.numbered()
        ]
        watched = [
            [company_id, sorted(watch.resources), watch.since, watch.until]
            for company_id, watch in self.watched.items()
        ]
        value = {
            "name": self.name,
            "number": self.changes.number,
            "dropped": self.changes.dropped,
            "changes": changes,
            "watched": watched,
        }
        return msgspec.json.encode(value).decode()

    @classmethod
    def load(cls, value: str) -> Board:
        """What `dump` wrote; a new one for anything else, such as another version's."""
        try:
            read = msgspec.json.decode(value)
            changes = [
                (number, Change(_company(company), grant, _project(project), resource, forgets))
                for number, company, grant, project, resource, forgets in read["changes"]
            ]
            watched = {
                CompanyId(company): Watch(frozenset(resources), since, until)
                for company, resources, since, until in read["watched"]
            }
            return cls(read["name"], Changes(read["number"], read["dropped"], changes), watched)
        except (msgspec.DecodeError, TypeError, KeyError, ValueError):
            return cls()


def _company(number: int | None) -> CompanyId | None:
    return None if number is None else CompanyId(number)


def _project(number: int | None) -> ProjectId | None:
    return None if number is None else ProjectId(number)


class News:
    """Keeps one process' cache in step with the others. Without a store there are no others.

    Args:
        cache: what changes are applied to.
        clock: how long ago the last look was.
        store: of the board; this process' memory when `None`.
    """

    def __init__(self, cache: Cache, clock: Clock, store: StateStore | None = None) -> None:
        self._cache = cache
        self._clock = clock
        self._store = store or MemoryStore(clock)
        self._lock = threading.Lock()
        self._board = Board()
        self._seen: int | None = None
        self._untold: list[Change] = []
        self._looked = float("-inf")
        self._look_again = float("-inf")
        self._is_away = False
        self._ahead = 0.0  # how far the store's clock is ahead of our monotonic one

    def look(self) -> None:
        """Learn what the others know, if the last look is a second ago. A store that is away is left alone."""
        if self._clock.monotonic() < self._look_again or not self._lock.acquire(blocking=False):
            return  # it is no second ago, or another thread is looking
        try:
            self._exchange()
        finally:
            self._lock.release()

    def tell(self, *changes: Change) -> None:
        """Apply changes here at once, and tell the others: now, or when the store is there again."""
        for change in changes:
            self._cache.apply(change)
        with self._lock:
            self._untold = [*self._untold, *changes][-MOST_CHANGES:]
            if not self._is_away:
                self._exchange()

    def watch(self, company_id: CompanyId, resources: frozenset[str], seconds: float) -> None:
        """For so many seconds from now, hooks tell of changes to `resources` of the company."""
        with self._lock:
            self._exchange(lambda board, now: board.watch(company_id, resources, now, seconds))

    def is_watched(self, key: ReadKey, since: float) -> bool:
        """Whether a change to what was read at `since`, by `Clock.monotonic`, would have been told here."""
        watch = self._board.watched.get(key.company_id)
        now = self._clock.monotonic()
        return (
            watch is not None
            and bool(key.resources)
            and key.resources <= watch.resources
            and watch.since <= since + self._ahead
            and now + self._ahead < watch.until
            and now - self._looked < _IN_TOUCH_SECONDS
        )

    def _exchange(self, step: Callable[[Board, float], None] | None = None) -> None:
        """Read the board, apply what is new, and write what is to be told; the lock is held."""
        now = self._clock.monotonic()
        try:
            self._ahead = self._together(step) - now
        except StoreUnavailable:
            _log.warning("no news", extra={"seconds": _AWAY_SECONDS}, exc_info=True)
            self._look_again, self._is_away = now + _AWAY_SECONDS, True
        else:
            self._looked, self._look_again, self._is_away = now, now + LOOK_SECONDS, False

    def _together(self, step: Callable[[Board, float], None] | None) -> float:
        """The store's time at the exchange."""
        for _ in range(_MOST_TRIES):
            seen, now = self._store.read()
            board = Board.load(seen)
            self._learn(board)
            if step is None and not self._untold:
                return now
            if step is not None:
                step(board, now)
            for change in self._untold:
                board.changes.add(change)
            board.name = board.name or secrets.token_hex(4)
            if self._store.replace(seen, board.dump()):
                self._board, self._seen, self._untold = board, board.changes.number, []
                return now
        raise StoreUnavailable("Other processes were always faster.")

    def _learn(self, board: Board) -> None:
        """Apply what others told since the last look; everything is stale when that is not known any more."""
        if self._seen is None:
            news: list[Change] | None = []  # nothing was held before the first look
        elif self._board.name not in {"", board.name}:
            news = None
        else:
            news = board.changes.since(self._seen)
        for change in [Change()] if news is None else news:
            self._cache.apply(change)
        self._board, self._seen = board, board.changes.number
