"""The Procore client: no Flask, no database. docs/procore-client.md explains it.

Here are the two doors, and what others speak of with them; a family's types are in its file of `records`. Errors
are those below `embedded_app.errors.ProcoreError`.
"""

from __future__ import annotations

from embedded_app.outbound.wire import WireRequest, WireResponse
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.caller import CallRecord
from embedded_app.procore.calls.routes import in_words
from embedded_app.procore.calls.transport import PooledTransport, Transport
from embedded_app.procore.client import Procore
from embedded_app.procore.company import CompanyApi
from embedded_app.procore.deadline import Deadline
from embedded_app.procore.environment import Environment
from embedded_app.procore.grant import Grant
from embedded_app.procore.hooks import Event, read_event
from embedded_app.procore.oauth.tokens import TokenSet
from embedded_app.procore.pacing.shared_state import StateStore, StoreUnavailable
from embedded_app.procore.reading.cache import Silence
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import ApiVersion
from embedded_app.procore.records.commitments import Commitment, CommitmentKind
from embedded_app.procore.records.companies import Company, Me
from embedded_app.procore.records.permissions import AccessLevel, Permissions
from embedded_app.procore.records.projects import Project

__all__ = [
    "AccessLevel",
    "ApiVersion",
    "CallRecord",
    "Commitment",
    "CommitmentKind",
    "Company",
    "CompanyApi",
    "Deadline",
    "Environment",
    "Event",
    "Grant",
    "Me",
    "Period",
    "Permissions",
    "PooledTransport",
    "Procore",
    "Project",
    "Read",
    "Silence",
    "StateStore",
    "StoreUnavailable",
    "TokenSet",
    "Transport",
    "WireRequest",
    "WireResponse",
    "in_words",
    "read_event",
]
