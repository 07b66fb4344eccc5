"""What Procore lets a viewer see. Ids from addresses, forms and messages are claims until they were checked."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from embedded_app.clock import Clock
from embedded_app.errors import CompanyMismatch, GrantLost, PermissionMissing, ProcoreError
from embedded_app.ids import CompanyId, parse_company_id, parse_project_id
from embedded_app.installations import InstallationService, Revoked
from embedded_app.principals.models import Principal
from embedded_app.principals.open_sessions import OpenSessions
from embedded_app.principals.proofs import Proofs
from embedded_app.principals.sessions import Sessions
from embedded_app.principals.verdicts import Verdicts
from embedded_app.principals.viewer import Viewer, actor_of
from embedded_app.procore import CompanyApi, Grant, Me, Procore, Project, Read
from embedded_app.storage import db


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody who has signed in. `has_grant`: whether their connection to Procore is good."""

    principal_id: UUID
    name: str
    has_grant: bool


class PrincipalService:
    """Questions about a viewer, answered by Procore with the viewer's own token.

    When the token is refused or the grant is lost, the error passes through, and the request ends the session.

    Attributes:
        sessions: the life of a session.
        open_sessions: who is signed in, to be listed and ended from outside.
        proofs: what viewers were lately seen to be able to read.
    """

    def __init__(
        self, *, procore: Procore, clock: Clock, installations: InstallationService, sessions: Sessions
    ) -> None:
        self._procore = procore
        self._clock = clock
        self._installations = installations
        self.sessions = sessions
        self.open_sessions = OpenSessions(clock, installations, self._forget)
        self.proofs = Proofs(clock)
        self._projects: Verdicts[Project] = Verdicts(clock)
        self._companies: Verdicts[Me] = Verdicts(clock)

    def grant(self, viewer: Viewer) -> Grant:
        """The viewer's authorization for the company of their session.

        Raises:
            GrantLost: there is none any more.
        """
        return self._installations.grants.for_principal(viewer.company_id, viewer.principal_id)

    def sign_out_everywhere(self, viewer: Viewer) -> Revoked:
        """End all sessions of the person in this company, and their connections at Procore."""
        return self.open_sessions.end_all_of(viewer.principal_id, actor_of(viewer))

    def find_person(self, login: str) -> KnownPerson | None:
        """Who signed in with this login in the company of the scope; `None` when nobody did."""
        principal = db.session.scalar(
            select(Principal).where(func.lower(Principal.login) == login.casefold())
        )
        if principal is None:
            return None
        is_good = self._installations.grants.condition(principal.id).is_good
        return KnownPerson(principal.id, principal.name, is_good)

    def explain_no_access(self, viewer: Viewer, project_claim: object) -> tuple[str, ...]:
        """What the install doctor finds in a project that Procore does not show: for administrators alone."""
        try:
            if not self.is_administrator(viewer):
                return ()
        except ProcoreError:
            return ()
        found = self._installations.examine(
            viewer.company_id, self.grant(viewer), parse_project_id(project_claim)
        )
        return tuple(f"{each.evidence} {each.fix}" for each in found if each.fix)

    def sign_out(self, viewer: Viewer) -> None:
        """End the viewer's session, and forget what they read and, in this process, what they may see.

        Other processes forget what was read within a second, and what they may see within minutes; without a
        session it opens nothing there.
        """
        self.sessions.end(viewer)
        self._forget(viewer.company_id, viewer.principal_id)

    def _forget(self, company_id: CompanyId, principal_id: UUID) -> None:
        for memory in (self._projects, self._companies, self.proofs):
            memory.forget(principal_id)
        with suppress(GrantLost):  # then nothing was read with it either
            grant = self._installations.grants.for_principal(company_id, principal_id)
            self._procore.invalidate(grant_id=grant.grant_id, company_id=company_id)

    def company_api(self, viewer: Viewer) -> CompanyApi:
        """The company of the viewer's session, as the viewer sees it."""
        return self._procore.company(viewer.company_id, self.grant(viewer))

    def verify_company(self, viewer: Viewer, company_claim: object) -> CompanyId:
        """The company claimed, if it is the session's and Procore still counts the viewer in.

        Raises:
            InvalidField: the claim is no id.
            CompanyMismatch: the session is another company's.
            PermissionMissing: the viewer has no access there (any more).
            ProcoreError: Procore cannot be asked.
        """
        company_id = parse_company_id(company_claim)
        if company_id != viewer.company_id:
            raise CompanyMismatch
        self._companies.check(
            viewer.principal_id,
            company_id,
            lambda: Read(self.company_api(viewer).me(refresh=True), self._clock.now()),
        )
        return company_id

    def verify_project(
        self,
        viewer: Viewer,
        project_claim: object,
        *,
        meanwhile: Callable[[], None] | None = None,
        for_write: bool = False,
    ) -> Project:
        """The project claimed, if the viewer can read it in the company of the session.

        `meanwhile` is called just before Procore is asked, if it is, to begin what can go on at the same time.
        While Procore cannot be asked, a read believes an allow of the last 15 minutes; a write (`for_write`) does
        not.

        Raises:
            InvalidField: the claim is no id.
            PermissionMissing: there is no such project, or the viewer may not see it; nothing tells which.
            ProcoreError: Procore cannot be asked.
        """
        project_id = parse_project_id(project_claim)

        def ask() -> Read[Project]:
            if meanwhile is not None:
                meanwhile()
            read = self.company_api(viewer).projects.get(project_id)
            found = read.value
            if found.id != project_id or found.company_id not in {None, viewer.company_id}:
                raise PermissionMissing  # whatever Procore meant, it is not what was asked for
            return read

        place = (viewer.company_id, project_id)
        return self._projects.check(viewer.principal_id, place, ask, for_write=for_write)

    def is_administrator(self, viewer: Viewer, *, refresh: bool = False) -> bool:
        """Whether the viewer administers the company; at most a minute old, or asked now with `refresh`."""
        return self.company_api(viewer).permissions(refresh=refresh).is_company_admin()
