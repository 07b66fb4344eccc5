"""Whether a viewer is in a panel's audience."""

from __future__ import annotations

import threading
from collections import OrderedDict
from uuid import UUID

from embedded_app.clock import Clock
from embedded_app.errors import Forbidden, NotFound, ProcoreError
from embedded_app.ids import ProjectId
from embedded_app.panels.definition import Audience
from embedded_app.principals import PrincipalService, Viewer

_PROOF_SECONDS = 15 * 60
_MOST_PROOFS = 10_000
_LEVELS = {Audience.STANDARD: frozenset({"standard", "admin"}), Audience.ADMINS: frozenset({"admin"})}


class Audiences:
    """Decides with Procore's answers only.

    That the records were read is itself the proof that the viewer can read them, and costs no further call. While
    Procore is silent, a proof of the last 15 minutes counts, as it does for the project itself.
    """

    def __init__(self, principals: PrincipalService, clock: Clock) -> None:
        self._principals = principals
        self._clock = clock
        self._proofs: OrderedDict[tuple[UUID, ProjectId, str], float] = OrderedDict()
        self._lock = threading.Lock()

    def includes(
        self,
        audience: Audience,
        viewer: Viewer,
        project_id: ProjectId,
        tool: str,
        reading_failed: ProcoreError | None,
    ) -> bool:
        """Whether the viewer is in `audience`.

        `reading_failed` is what reading the tool's records for this viewer ended with, `None` if they were read.
        Whoever cannot read the records is in no audience.
        """
        if not self._reads(viewer, project_id, tool, reading_failed):
            return False
        if audience is Audience.READERS:
            return True
        try:
            if audience is Audience.ADMINISTRATORS:
                return self._principals.is_administrator(viewer)
            return self._principals.tool_level(viewer, project_id, tool).casefold() in _LEVELS[audience]
        except ProcoreError:
            return False  # nobody is let in on a guess

    def _reads(self, viewer: Viewer, project_id: ProjectId, tool: str, failed: ProcoreError | None) -> bool:
        key = (viewer.principal_id, project_id, tool)
        now = self._clock.monotonic()
        with self._lock:
            if failed is None:
                self._proofs[key] = now
                self._proofs.move_to_end(key)
                if len(self._proofs) > _MOST_PROOFS:
                    self._proofs.popitem(last=False)
                return True
            if isinstance(failed, (Forbidden, NotFound)):
                self._proofs.pop(key, None)
                return False
            proof = self._proofs.get(key)
            return proof is not None and now - proof < _PROOF_SECONDS
