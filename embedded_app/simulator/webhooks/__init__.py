"""Webhooks: who wants to hear of which changes, what they are sent, and when (platform reference, section 7)."""

from embedded_app.simulator.webhooks.hooks import (
    MOST_TRIGGERS,
    Attempt,
    Delivery,
    DeliveryStatus,
    Hook,
    Trigger,
    Webhooks,
)
from embedded_app.simulator.webhooks.payloads import VERSIONS, Event
from embedded_app.simulator.webhooks.postman import Postman
from embedded_app.simulator.webhooks.resources import REQUISITIONS, RESOURCES, Resource

__all__ = [
    "MOST_TRIGGERS",
    "REQUISITIONS",
    "RESOURCES",
    "VERSIONS",
    "Attempt",
    "Delivery",
    "DeliveryStatus",
    "Event",
    "Hook",
    "Postman",
    "Resource",
    "Trigger",
    "Webhooks",
]
