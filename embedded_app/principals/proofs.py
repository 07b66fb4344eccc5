"""What a viewer was lately seen to be able to read, for the time in which Procore cannot be asked."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from uuid import UUID

from embedded_app.clock import Clock
from embedded_app.principals.verdicts import BRIDGE_SECONDS
from embedded_app.principals.viewer import Viewer

_MOST = 10_000


class Proofs:
    """Remembers, in this process, when somebody last read something with their own token."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._at: OrderedDict[tuple[UUID, Hashable], float] = OrderedDict()

    def keep(self, viewer: Viewer, place: Hashable) -> None:
        """They read it just now."""
        key = (viewer.principal_id, place)
        with self._lock:
            self._at[key] = self._clock.monotonic()
            self._at.move_to_end(key)
            while len(self._at) > _MOST:
                self._at.popitem(last=False)

    def drop(self, viewer: Viewer, place: Hashable) -> None:
        """Procore refused it to them."""
        with self._lock:
            self._at.pop((viewer.principal_id, place), None)

    def holds(self, viewer: Viewer, place: Hashable) -> bool:
        """Whether they read it in the last 15 minutes, and were not refused since."""
        with self._lock:
            at = self._at.get((viewer.principal_id, place))
        return at is not None and self._clock.monotonic() - at < BRIDGE_SECONDS

    def forget(self, principal_id: UUID) -> None:
        """Everything about one principal."""
        with self._lock:
            for key in [key for key in self._at if key[0] == principal_id]:
                del self._at[key]
