"""A company's consent and its grants: connecting, custody, refreshing, disconnecting.

docs/custody.md tells how a grant is kept; docs/sign-in.md how one comes about.
"""

from __future__ import annotations

from embedded_app.installations.custody import Custody
from embedded_app.installations.doctor import Condition, Diagnosis
from embedded_app.installations.flows import LIFE, Flows, Redeemed, is_proof_text, is_unwanted
from embedded_app.installations.grants import GrantCondition, GrantService, Loss, PrincipalGrant
from embedded_app.installations.models import (
    FlowKind,
    FlowOutcome,
    Grant,
    GrantState,
    LossCause,
    Revocation,
    SignInFlow,
)
from embedded_app.installations.refresh import Refresher
from embedded_app.installations.revocations import Revocations, Revoked, is_due
from embedded_app.installations.service import CONSENT_VERSION, Begun, Connection, InstallationService
from embedded_app.installations.tokens import SignIn
from embedded_app.jobs import Jobs

__all__ = [
    "CONSENT_VERSION",
    "LIFE",
    "Begun",
    "Condition",
    "Connection",
    "Custody",
    "Diagnosis",
    "FlowKind",
    "FlowOutcome",
    "Flows",
    "Grant",
    "GrantCondition",
    "GrantService",
    "GrantState",
    "InstallationService",
    "Loss",
    "LossCause",
    "PrincipalGrant",
    "Redeemed",
    "Refresher",
    "Revocation",
    "Revocations",
    "Revoked",
    "SignIn",
    "SignInFlow",
    "is_due",
    "is_proof_text",
    "is_unwanted",
    "schedule",
]


def schedule(queue: Jobs, service: InstallationService) -> None:
    """Every minute: store the token pairs that were kept aside on this machine, and end at Procore what is due.

    Every night: give up what nobody used for the retention period. No job asks Procore about a company: see
    docs/custody.md, "The service account".
    """
    queue.every_minutes(1, "installations.pairs", service.grants.take_all_from_aside)
    queue.every_minutes(1, "installations.revocations", service.sweep)
    queue.every_day(3, "installations.dormant", service.revoke_dormant)
