"""Sessions: begin one, prove one, renew its bearer, resume it, end it.

A proof is ``<company id>.<256 random bits>``, so that it is looked up inside that company's scope. The server
keeps its SHA-256 to find it by, and a MAC under the app's key over everything that it proves: a row that the app
did not write, or that somebody changed, proves nothing.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, select, update

from embedded_app.clock import Clock
from embedded_app.errors import InvalidField
from embedded_app.ids import CompanyId, UserId, parse_company_id
from embedded_app.installations import is_proof_text
from embedded_app.principals.models import Principal, Proof, ProofKind, Session, SessionKind
from embedded_app.principals.viewer import Viewer
from embedded_app.storage import authenticator, company_scope, db, new_id

_log = logging.getLogger(__name__)

_PROOF = "session proof"
SESSION_LIFE = timedelta(hours=8)
BEARER_LIFE = timedelta(minutes=15)
REPLACED_LIFE = timedelta(seconds=60)
"""How long a resume cookie is good after its successor was handed out."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """What a frame gets: the text for `Authorization`, how long it lasts, and whom it proves.

    `resume` is the cookie to set, or `None` when the browser has a newer one already.
    """

    text: str
    expires_in_seconds: int
    viewer: Viewer
    resume: str | None = None


class Sessions:
    """The life of sessions. Each method opens the company's scope itself and commits, unless it says otherwise."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def begin_frame(self, company_id: CompanyId, principal_id: UUID) -> Bearer | None:
        """A session in a frame; `None` when the principal is gone."""
        with company_scope(company_id):
            principal = db.session.get(Principal, principal_id)
            if principal is None:
                return None
            viewer = self._begin(principal, SessionKind.FRAME)
            bearer = self._bearer(viewer, resume=self._issue(viewer, ProofKind.RESUME, viewer.ends_at))
            db.session.commit()
            return bearer

    def begin_tab(self, principal: Principal) -> tuple[Viewer, str]:
        """A session in a full tab and its cookie, in the scope and the transaction that are open."""
        viewer = self._begin(principal, SessionKind.TAB)
        return viewer, self._issue(viewer, ProofKind.TAB, viewer.ends_at)

    def find(self, text: str, kind: ProofKind) -> Viewer | None:
        """Whom `text` proves as a proof of `kind`; `None` when nobody (any more)."""
        found = self._find(text, kind)
        return None if found is None else found.viewer

    def age(self, viewer: Viewer) -> timedelta | None:
        """How long ago the viewer's session began; `None` when it has ended."""
        with company_scope(viewer.company_id):
            began = db.session.scalar(select(Session.created_at).where(Session.id == viewer.session_id))
            db.session.rollback()
        return None if began is None else self._clock.now() - began

    def renew(self, viewer: Viewer) -> Bearer | None:
        """Another bearer for the same session; the old one lasts until its own end. `None` at the session's."""
        with company_scope(viewer.company_id):
            now = self._clock.now()
            is_open = db.session.scalar(select(Session.id).where(Session.id == viewer.session_id)) is not None
            if not is_open or viewer.ends_at <= now:
                return None
            db.session.execute(
                delete(Proof)
                .where(Proof.session_id == viewer.session_id, Proof.expires_at <= now)
                .execution_options(synchronize_session=False)
            )
            bearer = self._bearer(viewer)
            db.session.commit()
            return bearer

    def resume(self, text: str) -> Bearer | None:
        """Go on with a session by its resume cookie, which is replaced.

        The replaced one bridges requests that were on their way; it gets no successor of its own.
        """
        found = self._find(text, ProofKind.RESUME)
        if found is None:
            return None
        viewer = found.viewer
        with company_scope(viewer.company_id):
            replaced = replace(found.facts, replaced=True, expires_at=self._clock.now() + REPLACED_LIFE)
            result = db.session.execute(
                update(Proof)
                .where(Proof.id == replaced.id, Proof.replaced.is_(False))
                .values(replaced=True, expires_at=replaced.expires_at, mac=_mac(viewer, replaced))
                .execution_options(synchronize_session=False)
            )
            is_first = cast("CursorResult[Any]", result).rowcount == 1
            resume = self._issue(viewer, ProofKind.RESUME, viewer.ends_at) if is_first else None
            bearer = self._bearer(viewer, resume=resume)
            db.session.commit()
            return bearer

    def end(self, viewer: Viewer) -> None:
        """End the viewer's session, with every proof of it."""
        with company_scope(viewer.company_id):
            db.session.execute(
                delete(Proof)
                .where(Proof.session_id == viewer.session_id)
                .execution_options(synchronize_session=False)
            )
            db.session.execute(
                delete(Session)
                .where(Session.id == viewer.session_id)
                .execution_options(synchronize_session=False)
            )
            db.session.commit()

    def _begin(self, principal: Principal, kind: SessionKind) -> Viewer:
        now = self._clock.now()
        db.session.execute(
            delete(Session)
            .where(Session.principal_id == principal.id, Session.expires_at <= now)
            .execution_options(synchronize_session=False)
        )
        session = Session(
            id=new_id(), principal_id=principal.id, kind=kind, created_at=now, expires_at=now + SESSION_LIFE
        )
        db.session.add(session)
        db.session.flush()
        return _viewer(CompanyId(principal.company_id), principal, session.id, session.expires_at)

    def _issue(self, viewer: Viewer, kind: ProofKind, expires_at: datetime) -> str:
        text = f"{viewer.company_id}.{secrets.token_urlsafe(32)}"
        facts = _Facts(new_id(), kind, _hash(text), expires_at, replaced=False)
        db.session.add(
            Proof(
                id=facts.id,
                session_id=viewer.session_id,
                kind=kind,
                hash=facts.hash,
                expires_at=expires_at,
                mac=_mac(viewer, facts),
            )
        )
        db.session.flush()
        return text

    def _bearer(self, viewer: Viewer, *, resume: str | None = None) -> Bearer:
        now = self._clock.now()
        expires_at = min(now + BEARER_LIFE, viewer.ends_at)
        text = self._issue(viewer, ProofKind.BEARER, expires_at)
        return Bearer(text, int((expires_at - now).total_seconds()), viewer, resume)

    def _find(self, text: str, kind: ProofKind) -> _Found | None:
        company_id = company_of(text)
        if company_id is None:
            return None
        now = self._clock.now()
        with company_scope(company_id):
            row = db.session.execute(
                select(Proof, Session, Principal)
                .join(Session, Session.id == Proof.session_id)
                .join(Principal, Principal.id == Session.principal_id)
                .where(
                    Proof.hash == _hash(text),
                    Proof.kind == kind,
                    Proof.expires_at > now,
                    Session.expires_at > now,
                )
                .execution_options(populate_existing=True)
            ).one_or_none()
            if row is None:
                return None
            proof, session, principal = row
            viewer = _viewer(company_id, principal, session.id, session.expires_at)
            facts = _Facts(proof.id, kind, proof.hash, proof.expires_at, replaced=proof.replaced)
            if not authenticator().vouches(proof.mac, _PROOF, *_parts(viewer, facts)):
                _log.error("a session was changed outside the app", extra={"session": str(session.id)})
                return None
        return _Found(facts, viewer)


def company_of(text: str) -> CompanyId | None:
    """The company that a proof names; `None` when `text` cannot be a proof."""
    claim, _, random_part = text.partition(".")
    if not is_proof_text(random_part):
        return None
    try:
        return parse_company_id(claim)
    except InvalidField:
        return None


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the row of a proof says."""

    id: UUID
    kind: ProofKind
    hash: str
    expires_at: datetime
    replaced: bool


@dataclass(frozen=True, slots=True)
class _Found:
    facts: _Facts
    viewer: Viewer


def _viewer(company_id: CompanyId, principal: Principal, session_id: UUID, ends_at: datetime) -> Viewer:
    return Viewer(
        principal_id=principal.id,
        user_id=UserId(principal.user_id),
        name=principal.name,
        login=principal.login,
        company_id=company_id,
        session_id=session_id,
        ends_at=ends_at,
    )


def _mac(viewer: Viewer, facts: _Facts) -> str:
    return authenticator().mac(_PROOF, *_parts(viewer, facts))


def _parts(viewer: Viewer, facts: _Facts) -> tuple[str, ...]:
    """Everything that a proof proves. Names and logins are for show."""
    return (
        str(viewer.company_id),
        str(viewer.principal_id),
        str(viewer.user_id),
        str(viewer.session_id),
        viewer.ends_at.isoformat(),
        str(facts.id),
        str(facts.kind),
        facts.hash,
        facts.expires_at.isoformat(),
        str(facts.replaced),
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
