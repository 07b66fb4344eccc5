"""Who is signed in, for the person and for the administrators of their company; and ending it from outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CursorResult, delete, func, or_, select

from embedded_app import audit
from embedded_app.clock import Clock
from embedded_app.errors import InputError, UnknownOption
from embedded_app.ids import CompanyId, UserId
from embedded_app.installations import InstallationService, Revoked
from embedded_app.principals.models import Principal, Proof, ProofKind, Session, SessionKind
from embedded_app.principals.sessions import BEARER_LIFE
from embedded_app.storage import current_company_id, db, forget_person


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that has not ended.

    Attributes:
        kind: inside Procore, or in a tab of its own.
        renewed_at: when its latest bearer was made, so that it was in use then; `None` for a tab.
        ends_at: when it ends unless somebody ends it before.
    """

    id: UUID
    kind: SessionKind
    began_at: datetime
    renewed_at: datetime | None
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class SignedInPerson:
    """A person with at least one open session, the newest first."""

    principal_id: UUID
    name: str
    login: str
    sessions: tuple[OpenSession, ...]


class OpenSessions:
    """Everything here concerns the company whose scope is open.

    `forget` drops what this process remembers of a principal of a company; it is called whenever a session of
    theirs is ended, while their grant can still be found.
    """

    def __init__(
        self,
        clock: Clock,
        installations: InstallationService,
        forget: Callable[[CompanyId, UUID], None],
    ) -> None:
        self._clock = clock
        self._installations = installations
        self._forget = forget

    def list_of(self, principal_id: UUID) -> tuple[OpenSession, ...]:
        """The person's own, newest first; empty when there is none."""
        people = self._list([Principal.id == principal_id], limit=1)
        return people[0].sessions if people else ()

    def list_people(self, search: str, *, limit: int) -> tuple[SignedInPerson, ...]:
        """Who is signed in, by name; at most `limit` of those whose name or login contains `search`."""
        found = or_(
            Principal.name.icontains(search, autoescape=True),
            Principal.login.icontains(search, autoescape=True),
        )
        return self._list([found] if search else [], limit=limit)

    def end(self, session_id: UUID, actor: audit.Actor, *, of: UUID | None = None) -> None:
        """End one session at once: whoever's, or `of` this principal only.

        One that has ended is no error, and no event.
        """
        owner = db.session.execute(
            select(Principal.id, Principal.name, Principal.login)
            .join(Session, Session.principal_id == Principal.id)
            .where(Session.id == session_id)
        ).one_or_none()
        if owner is None or of not in {None, owner.id}:
            return
        self._forget(current_company_id(), owner.id)
        if self._delete([session_id]):
            person = audit.Actor(str(owner.id), owner.name, owner.login)
            audit.record("session.ended", actor=actor, person=person)
        db.session.commit()

    def end_all_of(self, principal_id: UUID, actor: audit.Actor) -> Revoked:
        """End every session of one person, and their connections at Procore; what became of these."""
        owner = db.session.execute(
            select(Principal.name, Principal.login).where(Principal.id == principal_id)
        ).one_or_none()
        if owner is None:
            return Revoked()
        self._forget(current_company_id(), principal_id)
        self._delete(db.session.scalars(select(Session.id).where(Session.principal_id == principal_id)).all())
        person = audit.Actor(str(principal_id), owner.name, owner.login)
        return self._installations.sign_out_everywhere(principal_id, actor, person)

    def delete_person(self, user_id: UserId, actor: audit.Actor) -> Revoked:
        """Delete a person of the company by their id in Procore, after ending their sign-ins and connections.

        The audit log keeps what they did, under an id that names nobody any more.

        Raises:
            UnknownOption: there is no such person.
            InputError: a refresh under way may bring a pair that has to be ended first.
        """
        owner = db.session.execute(
            select(Principal.id, Principal.name).where(Principal.user_id == user_id)
        ).one_or_none()
        if owner is None:
            raise UnknownOption("Nobody with this id has signed in to this company.")
        revoked = self.end_all_of(owner.id, actor)
        if self._installations.grants.has_refresh_under_way():
            raise InputError(
                "Signed out, and not deleted yet: a connection is being refreshed. Try again in a minute."
            )
        forget_person(owner.id, owner.name)
        audit.record("person.deleted", actor=actor, detail={"person": str(owner.id)})
        db.session.commit()
        return revoked

    def _list(self, criteria: Sequence[ColumnElement[bool]], *, limit: int) -> tuple[SignedInPerson, ...]:
        now = self._clock.now()
        people = db.session.execute(
            select(Principal.id, Principal.name, Principal.login)
            .where(*criteria, Principal.id.in_(select(Session.principal_id).where(Session.expires_at > now)))
            .order_by(func.lower(Principal.name), Principal.id)
            .limit(limit)
        ).all()
        bearers = (
            select(Proof.session_id, func.max(Proof.expires_at).label("until"))
            .where(Proof.kind == ProofKind.BEARER)
            .group_by(Proof.session_id)
            .subquery()
        )
        sessions: dict[UUID, list[OpenSession]] = {person.id: [] for person in people}
        for session, until in db.session.execute(
            select(Session, bearers.c.until)
            .outerjoin(bearers, bearers.c.session_id == Session.id)
            .where(Session.principal_id.in_(sessions), Session.expires_at > now)
            .order_by(Session.created_at.desc(), Session.id)
        ):
            sessions[session.principal_id].append(
                OpenSession(
                    id=session.id,
                    kind=SessionKind(session.kind),
                    began_at=session.created_at,
                    # The last bearer of a session ends with it, so that this may be a little early, never late.
                    renewed_at=None if until is None else max(session.created_at, until - BEARER_LIFE),
                    ends_at=session.expires_at,
                )
            )
        return tuple(
            SignedInPerson(person.id, person.name, person.login, tuple(sessions[person.id]))
            for person in people
        )

    def _delete(self, session_ids: Sequence[UUID]) -> int:
        """How many of them had not ended before."""
        now = self._clock.now()
        had_ended = delete(Session).where(Session.id.in_(session_ids), Session.expires_at <= now)
        proofs = delete(Proof).where(Proof.session_id.in_(session_ids))
        for statement in (proofs, had_ended):
            db.session.execute(statement.execution_options(synchronize_session=False))
        ended = db.session.execute(
            delete(Session).where(Session.id.in_(session_ids)).execution_options(synchronize_session=False)
        )
        return cast("CursorResult[Any]", ended).rowcount
