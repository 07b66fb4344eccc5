"""The one place where a changed record becomes known to whoever listens, webhooks for example."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """One write to one record.

    `resource` is the platform's webhook resource, for example `RFIs` (docs/platform-reference.md, section 7.5);
    `event_type` is `create`, `update` or `delete`. `project_id` is None for what belongs to the company,
    `user_id` is None where the service account wrote.
    """

    company_id: int
    project_id: int | None
    resource: str
    record_id: int
    event_type: str
    user_id: int | None


Listener = Callable[[Change], None]


class Changes:
    """Who wants to know. Listeners are called at once, in the order they came, under the simulator's lock."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Call `listener` with every change from now on; a reset of the simulator does not end that."""
        self._listeners.append(listener)

    def tell(self, change: Change) -> None:
        """Call every listener."""
        for listener in self._listeners:
            listener(change)
