"""The append-only record of who did what. Each row carries the hash of the one before it."""

from embedded_app.audit.models import AuditEvent
from embedded_app.audit.service import SYSTEM, Actor, list_events, record, verify

__all__ = ["SYSTEM", "Actor", "AuditEvent", "list_events", "record", "verify"]
