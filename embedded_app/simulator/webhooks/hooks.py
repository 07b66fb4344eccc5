"""Hooks with their triggers and queues: what waits, what was tried, what came of it (sections 7.1 and 7.3)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from embedded_app.simulator.events import Change
from embedded_app.simulator.webhooks.payloads import Payload

MOST_TRIGGERS = 500
FIRST_PAUSE_SECONDS = 1
LONGEST_PAUSE_SECONDS = 3600
GIVEN_UP_AFTER_SECONDS = 12 * 3600
_KEPT = 1000  # deliveries of a hook; a long demonstration must not eat the machine


class DeliveryStatus(StrEnum):
    """How far a delivery is."""

    ENQUEUED = "enqueued"
    RETRYING = "retrying"
    DELIVERED = "delivered"
    FAILED = "failed"
    """It was tried, and its hook was disabled."""
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try. `response_status` is None where no answer came."""

    id: int
    success: bool
    response_status: int | None
    response_body: str
    response_headers: Mapping[str, str]
    started_at: datetime
    completed_at: datetime


@dataclass(slots=True, eq=False)
class Delivery:
    """One event on its way to one subscriber."""

    id: int
    change: Change
    payload: Payload
    created_at: datetime
    status: DeliveryStatus = DeliveryStatus.ENQUEUED
    attempts: list[Attempt] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Trigger:
    """One resource and event type that a hook wants to hear of."""

    id: int
    resource_name: str
    event_type: str


@dataclass(slots=True, eq=False)
class Hook:
    """A subscription of a company, or of one project when `project_id` is given.

    `queue` is what was not delivered yet. After a failure it rests until `rests_until`, in simulated seconds;
    there were `failures` in a row since `failing_since`. `is_sending` while a delivery is under way.
    """

    id: int
    company_id: int
    project_id: int | None
    user_id: int | None
    namespace: str
    payload_version: str
    destination_url: str
    destination_headers: dict[str, str]
    created_at: datetime
    updated_at: datetime
    status: str = "active"
    triggers: dict[int, Trigger] = field(default_factory=dict)
    queue: deque[Delivery] = field(default_factory=deque)
    deliveries: deque[Delivery] = field(default_factory=lambda: deque(maxlen=_KEPT))
    failures: int = 0
    failing_since: float = 0.0
    rests_until: float = 0.0
    is_sending: bool = False

    def wants(self, change: Change) -> bool:
        """Whether one of the triggers is about this change."""
        return (
            self.status == "active"
            and self.company_id == change.company_id
            and self.project_id in (None, change.project_id)
            and any(
                (each.resource_name, each.event_type) == (change.resource, change.event_type)
                for each in self.triggers.values()
            )
        )

    def enqueue(self, delivery: Delivery) -> None:
        """Let it wait for its turn."""
        self.queue.append(delivery)
        self.deliveries.append(delivery)

    def succeed(self, delivery: Delivery) -> None:
        """It arrived: the next may follow at once."""
        delivery.status = DeliveryStatus.DELIVERED
        self.failures, self.rests_until = 0, 0.0
        if delivery in self.queue:
            self.queue.remove(delivery)

    def fail(self, delivery: Delivery, now: float) -> bool:
        """It did not arrive: rest, twice as long each time. True when all was given up and discarded."""
        delivery.status = DeliveryStatus.RETRYING
        if self.failures == 0:
            self.failing_since = now
        self.failures += 1
        pause = min(FIRST_PAUSE_SECONDS * 2 ** (self.failures - 1), LONGEST_PAUSE_SECONDS)
        self.rests_until = now + pause
        if now - self.failing_since < GIVEN_UP_AFTER_SECONDS:
            return False
        for each in self.queue:
            each.status = DeliveryStatus.DISCARDED
        self._forget_queue()
        return True

    def disable(self) -> None:
        """Send nothing any more; what waits is dropped."""
        self.status = "disabled"
        for each in self.queue:
            each.status = DeliveryStatus.FAILED if each.attempts else DeliveryStatus.DISCARDED
        self._forget_queue()

    def _forget_queue(self) -> None:
        self.queue.clear()
        self.failures, self.rests_until = 0, 0.0


@dataclass(slots=True)
class Webhooks:
    """Every hook, by id; ids of hooks, triggers, deliveries and attempts come from one row."""

    hooks: dict[int, Hook] = field(default_factory=dict)
    last_id: int = 43_593_498
    last_event: int = 0

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def next_event(self) -> int:
        """A number for an event; one row for all companies."""
        self.last_event += 1
        return self.last_event

    def of(self, company_id: int, project_id: int | None) -> Iterator[Hook]:
        """The hooks of exactly this place."""
        return (
            each
            for each in self.hooks.values()
            if (each.company_id, each.project_id) == (company_id, project_id)
        )
