"""The append-only record of who did what. Each row carries a MAC over the one before it."""

from embedded_app.audit.models import AuditEvent, AuditPerson
from embedded_app.audit.service import SYSTEM, Actor, Head, find_head, list_events, record, verify

__all__ = [
    "SYSTEM",
    "Actor",
    "AuditEvent",
    "AuditPerson",
    "Head",
    "find_head",
    "list_events",
    "record",
    "verify",
]
