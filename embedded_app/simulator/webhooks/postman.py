"""Carries events to subscribers, each hook at its own pace (platform reference, section 7.3).

Its thread starts with the first event: the process forks after the simulator was made. Everything but the sending
happens under the simulator's lock.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import orjson
from flask import has_request_context, request

from embedded_app.simulator.events import Change
from embedded_app.simulator.model.people import SERVICE_ACCOUNT_ID
from embedded_app.simulator.switches import Order
from embedded_app.simulator.ulid import new_ulid
from embedded_app.simulator.webhooks import payloads, sending
from embedded_app.simulator.webhooks.hooks import Attempt, Delivery, Hook
from embedded_app.simulator.webhooks.payloads import Event

if TYPE_CHECKING:
    from embedded_app.simulator.state import Simulator

_AT_ONCE = 8
_ENDED_FAN_OUT = {"Project Users": "Company Users", "Project Vendors": "Company Vendors"}
"""What delivers no update since 30 June 2026, and what does instead (section 7.4)."""
_CONTRACT_LINES = {
    "Work Order Contract Line Items": "Work Order Contracts",
    "Purchase Order Contract Line Items": "Purchase Order Contracts",
}


class Postman:
    """Hears of changes, and has them delivered."""

    def __init__(self, running: Simulator) -> None:
        self._running = running
        self._news = threading.Condition(running.lock)
        self._thread: threading.Thread | None = None
        self._senders = ThreadPoolExecutor(_AT_ONCE, "webhook")

    def hear(self, change: Change) -> None:
        """Put a change into the queue of every hook that wants it."""
        if change.event_type == "update":
            if change.resource in _ENDED_FAN_OUT and not self._running.switches.directory_fan_out:
                return
            for each in self._fanned_out(change):
                self._publish(each)
        self._publish(change)

    def look(self) -> None:
        """Something that decides about deliveries has changed: the time, a switch, a queue."""
        with self._news:
            if self._thread is None and any(hook.queue for hook in self._running.webhooks.hooks.values()):
                self._thread = threading.Thread(target=self._go_round, name="postman", daemon=True)
                self._thread.start()
            self._news.notify_all()

    def _fanned_out(self, change: Change) -> list[Change]:
        """The same for each project of the person or firm, as it was before 30 June 2026."""
        resource = next((old for old, new in _ENDED_FAN_OUT.items() if new == change.resource), None)
        if resource is None or not self._running.switches.directory_fan_out:
            return []
        world = self._running.world
        if resource == "Project Vendors":
            vendor = world.vendors.get(change.record_id)
            projects = vendor.project_ids if vendor else frozenset[int]()
        else:
            membership = world.membership(change.record_id, change.company_id)
            projects = frozenset(
                each.id
                for each in world.projects_of(change.company_id)
                if membership and membership.sees(each.id)
            )
        return [
            Change(change.company_id, each, resource, change.record_id, change.event_type, change.user_id)
            for each in sorted(projects)
        ]

    def _publish(self, change: Change) -> None:
        running, webhooks = self._running, self._running.webhooks
        hooks = [each for each in webhooks.hooks.values() if each.wants(change)]
        if not hooks:
            return
        by_app = has_request_context() and request.path.startswith("/rest/")
        event = Event(
            number=webhooks.next_event(),
            ulid=new_ulid(running.clock.time()),
            at=running.clock.now(),
            change=change,
            user_id=SERVICE_ACCOUNT_ID if change.user_id is None else change.user_id,
            application_id=running.options.client_id if by_app else None,
            related=self._related(change),
        )
        for hook in hooks:
            payload = payloads.write(hook.payload_version, event)
            for _ in range(running.switches.webhook_copies):
                hook.enqueue(Delivery(webhooks.next_id(), change, payload, event.at))
        self.look()

    def _related(self, change: Change) -> tuple[tuple[int, str], ...]:
        """The contract of a contract's line."""
        if change.resource not in _CONTRACT_LINES:
            return ()
        return tuple(
            (contract.id, _CONTRACT_LINES[change.resource])
            for contract in self._running.world.contracts.values()
            if any(line.id == change.record_id for line in contract.line_items)
        )

    def _go_round(self) -> None:
        running = self._running
        with self._news:
            while True:
                now = running.clock.time()
                waiting = []
                for hook in running.webhooks.hooks.values():
                    if not hook.queue or hook.is_sending or running.switches.webhook_hold:
                        continue
                    if hook.rests_until > now:
                        waiting.append(hook.rests_until - now)
                        continue
                    last = running.switches.webhook_order is Order.REVERSED
                    hook.is_sending = True
                    self._senders.submit(self._send, hook, hook.queue[-1 if last else 0])
                factor = running.clock.factor
                self._news.wait(min(waiting) / factor if waiting and factor else None)

    def _send(self, hook: Hook, delivery: Delivery) -> None:
        running = self._running
        began = running.clock.now()
        body = orjson.dumps(delivery.payload)
        result = sending.post(
            hook.destination_url, hook.destination_headers, body, running.switches.webhook_timeout_ms / 1000
        )
        with self._news:
            delivery.attempts.append(
                Attempt(
                    id=running.webhooks.next_id(),
                    success=result.is_success,
                    response_status=result.status,
                    response_body=result.body,
                    response_headers=result.headers,
                    started_at=began,
                    completed_at=running.clock.now(),
                )
            )
            hook.is_sending = False
            if result.is_success:
                hook.succeed(delivery)
            elif delivery in hook.queue:
                gave_up = hook.fail(delivery, running.clock.time())
                if gave_up and running.switches.webhook_deactivation:
                    hook.disable()
            self._news.notify_all()
