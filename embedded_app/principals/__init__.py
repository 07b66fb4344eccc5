"""Who is looking, and what Procore lets them see. docs/sign-in.md tells how somebody becomes a viewer."""

from __future__ import annotations

from embedded_app.principals.models import Principal, ProofKind, SessionKind
from embedded_app.principals.open_sessions import OpenSession, SignedInPerson
from embedded_app.principals.proofs import Refusal
from embedded_app.principals.service import KnownPerson, PrincipalService
from embedded_app.principals.sessions import Sessions
from embedded_app.principals.sign_in import Ended, Pending, SignedIn, SignIns
from embedded_app.principals.viewer import Viewer, actor_of, current_viewer

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
    "current_viewer",
]
