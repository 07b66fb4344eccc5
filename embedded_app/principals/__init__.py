"""Who is looking, and what Procore lets them see. docs/sign-in.md tells how somebody becomes a viewer."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app

from embedded_app import installations
from embedded_app.clock import Clock
from embedded_app.config import Config
from embedded_app.principals import access, endings, frame_views, tab_views
from embedded_app.principals.models import Principal, ProofKind, SessionKind
from embedded_app.principals.open_sessions import OpenSession, SignedInPerson
from embedded_app.principals.proofs import Refusal
from embedded_app.principals.service import KnownPerson, PrincipalService
from embedded_app.principals.sessions import Sessions
from embedded_app.principals.sign_in import Ended, Pending, SignedIn, SignIns
from embedded_app.principals.tab_views import begin_session
from embedded_app.principals.viewer import Viewer, actor_of, current_viewer
from embedded_app.procore import Procore

__all__ = [
    "Ended",
    "KnownPerson",
    "OpenSession",
    "Pending",
    "Principal",
    "PrincipalService",
    "ProofKind",
    "Refusal",
    "SessionKind",
    "Sessions",
    "SignIns",
    "SignedIn",
    "SignedInPerson",
    "Viewer",
    "actor_of",
    "begin_session",
    "current_viewer",
    "init_app",
    "service",
    "sign_ins",
]


def init_app(app: Flask, config: Config, *, procore: Procore, clock: Clock) -> None:
    """Build the services, enforce the access rules that name a session, and register the pages of signing in.

    Reads SIGN_IN_CODES.
    """
    app.extensions["sign_in_codes"] = config.sign_in_codes
    with app.app_context():
        installation_service = installations.service()
    sessions = Sessions(clock)
    app.extensions["principals"] = PrincipalService(
        procore=procore, clock=clock, installations=installation_service, sessions=sessions
    )
    app.extensions["sign_ins"] = SignIns(
        procore=procore, clock=clock, installations=installation_service, sessions=sessions
    )
    access.init_app(app)
    endings.init_app(app)
    app.register_blueprint(frame_views.blueprint)
    app.register_blueprint(tab_views.blueprint)


def service() -> PrincipalService:
    """The current app's answers about viewers."""
    return cast("PrincipalService", current_app.extensions["principals"])


def sign_ins() -> SignIns:
    """The current app's ways of signing in."""
    return cast("SignIns", current_app.extensions["sign_ins"])
