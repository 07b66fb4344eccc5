"""A company's consent and its grants: connecting, custody, refreshing, disconnecting.

docs/custody.md tells how a grant is kept; docs/sign-in.md how one comes about.
"""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from embedded_app.clock import Clock
from embedded_app.config import Config
from embedded_app.crypto import Vault
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
from embedded_app.jobs import jobs
from embedded_app.procore import Procore

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
    "init_app",
    "is_due",
    "is_proof_text",
    "is_unwanted",
    "schedule",
    "service",
]


def init_app(app: Flask, config: Config, *, vault: Vault, procore: Procore, clock: Clock) -> None:
    """Build the service. Reads PUBLIC_URL for the redirect URI, and GRANT_RETENTION_DAYS."""
    redirect_uri = config.redirect_uri
    custody = Custody(app, vault)
    authorization = procore.authorization
    refresher = Refresher(
        custody,
        lambda token: authorization.refresh(token, redirect_uri),
        authorization.client_credentials,
        clock,
    )
    revocations = Revocations(vault, authorization.revoke, clock)
    app.extensions["installations"] = InstallationService(
        vault=vault,
        procore=procore,
        clock=clock,
        redirect_uri=redirect_uri,
        flows=Flows(vault, clock),
        grants=GrantService(vault, custody, refresher, clock),
        revocations=revocations,
        grant_retention=config.grant_retention,
    )


def schedule(app: Flask) -> None:
    """Every minute: store the token pairs that were kept aside on this machine, and end at Procore what is due.

    Every night: give up what nobody used for the retention period. No job asks Procore about a company: see
    docs/custody.md, "The service account".
    """
    with app.app_context():
        found, queue = service(), jobs()
    queue.every_minutes(1, "installations.pairs", found.grants.take_all_from_aside)
    queue.every_minutes(1, "installations.revocations", found.sweep)
    queue.every_day(3, "installations.dormant", found.revoke_dormant)


def service() -> InstallationService:
    """The current app's."""
    return cast("InstallationService", current_app.extensions["installations"])
