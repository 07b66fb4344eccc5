"""What a viewer was lately seen to be able to read, and what was refused to them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from uuid import UUID

from embedded_app.clock import Clock
from embedded_app.errors import Forbidden, NotFound
from embedded_app.memory import Memory
from embedded_app.principals.verdicts import BRIDGE_SECONDS, DENY_SECONDS
from embedded_app.principals.viewer import Viewer

_MOST = 10_000
_Key = tuple[UUID, Hashable]
Refusal = Forbidden | NotFound


@dataclass(frozen=True, slots=True)
class _Proof:
    """`refusal` is `None` when it was read."""

    at: float
    refusal: Refusal | None


class Proofs:
    """Remembers, in this process, what reading something with their own token ended with for somebody."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: Memory[_Key, _Proof] = Memory(clock, seconds=BRIDGE_SECONDS, limit=_MOST)

    def keep(self, viewer: Viewer, place: Hashable, refusal: Refusal | None = None) -> None:
        """They read it just now, or Procore refused it to them."""
        self._held.put((viewer.principal_id, place), _Proof(self._clock.monotonic(), refusal))

    def holds(self, viewer: Viewer, place: Hashable) -> bool:
        """Whether they read it in the last 15 minutes, and were not refused since."""
        proof = self._held.get((viewer.principal_id, place))
        return proof is not None and proof.refusal is None

    def refusal(self, viewer: Viewer, place: Hashable, *, is_silent: bool = False) -> Refusal | None:
        """What refused it to them in the last 30 seconds; in the last 15 minutes while Procore cannot be asked."""
        proof = self._held.get((viewer.principal_id, place))
        if proof is None:
            return None
        is_young = is_silent or self._clock.monotonic() - proof.at < DENY_SECONDS
        return proof.refusal if is_young else None

    def forget(self, principal_id: UUID) -> None:
        """Everything about one principal."""
        self._held.drop(lambda key: key[0] == principal_id)
