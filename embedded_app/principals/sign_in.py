"""Signing in: from the callback of Procore's login to a session, for each of the three purposes.

What is asked from Procore is asked before the transaction; the transaction then writes principal, grant, audit
event and the end of the flow together.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from embedded_app import audit
from embedded_app.clock import Clock
from embedded_app.errors import (
    AppNotConnected,
    EmbeddedAppError,
    Forbidden,
    SessionExpired,
    SignInRefused,
    UnknownOption,
)
from embedded_app.ids import CompanyId
from embedded_app.installations import (
    Begun,
    Connection,
    FlowKind,
    FlowOutcome,
    InstallationService,
    Redeemed,
    SignIn,
    SignInFlow,
)
from embedded_app.principals.models import Principal
from embedded_app.principals.sessions import Bearer, Sessions
from embedded_app.principals.viewer import Viewer, actor_of
from embedded_app.procore import Company, Procore
from embedded_app.storage import CompanyState, company_scope, db, new_id

_log = logging.getLogger(__name__)

T = TypeVar("T")

_DECLINED = "access_denied"  # RFC 6749, section 4.1.2.1


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session in a full tab: who, the value of its cookie, and where the person wanted to go, if anywhere."""

    viewer: Viewer
    cookie: str
    next_path: str | None


@dataclass(frozen=True, slots=True)
class Ended:
    """What a callback came to.

    Attributes:
        kind: what the sign-in was for.
        outcome: how it ended; `None` when the person has yet to choose a company.
        name: who signed in, `None` when nobody did.
        login: the same.
        signed_in: the session, when a full tab got one.
        code: what the person types into the frame, when they signed in by code.
        failure: why it failed, where Procore or we ourselves are the reason.
    """

    kind: FlowKind
    outcome: FlowOutcome | None
    name: str | None = None
    login: str | None = None
    signed_in: SignedIn | None = None
    code: str | None = None
    failure: EmbeddedAppError | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody who has signed in and has to choose one of `companies`, which are sorted by name."""

    login: str
    companies: tuple[Company, ...]


class SignIns:
    """The use cases of signing in."""

    def __init__(
        self, *, procore: Procore, clock: Clock, installations: InstallationService, sessions: Sessions
    ) -> None:
        self._procore = procore
        self._clock = clock
        self._installations = installations
        self._flows = installations.flows
        self._sessions = sessions

    def begin_install(self, cookie: str | None) -> Begun:
        """The person has agreed to the text on /install; send them to the login."""
        return self._installations.begin(FlowKind.INSTALL, cookie=cookie)

    def begin_tab(
        self, cookie: str | None, *, company_claim: CompanyId | None, next_path: str | None
    ) -> Begun:
        """Somebody wants to use our own pages."""
        return self._installations.begin(
            FlowKind.TAB, cookie=cookie, company_claim=company_claim, next_path=next_path
        )

    def begin_frame(self, cookie: str | None, *, company_claim: CompanyId, challenge: str) -> Begun:
        """The popup of a frame begins; `challenge` is well-formed."""
        return self._installations.begin(
            FlowKind.FRAME, cookie=cookie, company_claim=company_claim, challenge=challenge
        )

    def begin_code(self, cookie: str | None, *, company_claim: CompanyId, challenge: str) -> Begun:
        """The same in a tab of its own, which ends with a code."""
        return self._installations.begin(
            FlowKind.CODE, cookie=cookie, company_claim=company_claim, challenge=challenge
        )

    def end(self, *, state: str, code: str | None, error: str | None, cookie: str | None) -> Ended:
        """The login has sent the browser back.

        Raises:
            StateMismatch: this browser did not begin it, or it is over.
        """
        flow = self._flows.consume(state=state, cookie=cookie)
        kind = FlowKind(flow.kind)
        if not code:
            return self._refuse(flow, FlowOutcome.DECLINED if error == _DECLINED else FlowOutcome.FAILED)
        try:
            sign_in = self._installations.exchange(flow, code)
        except EmbeddedAppError as failure:
            _log.warning("sign-in failed", exc_info=failure)
            return replace(self._refuse(flow, FlowOutcome.FAILED), failure=failure)
        if kind is FlowKind.INSTALL:
            self._flows.keep(flow, sign_in)
            return Ended(kind, None, login=sign_in.login)
        try:
            return self._end_tab(flow, sign_in) if kind is FlowKind.TAB else self._end_frame(flow, sign_in)
        except EmbeddedAppError as failure:
            _log.warning("sign-in failed", exc_info=failure)
            db.session.rollback()
            return replace(self._refuse(flow, FlowOutcome.FAILED, sign_in), failure=failure)

    def redeem(self, rid: UUID, verifier: str) -> Bearer | None:
        """The bearer of a frame's finished sign-in, once; `None` while the person is still at it.

        Raises:
            SignInRefused: with the reason.
        """
        redeemed = self._flows.redeem(rid, verifier)
        return None if redeemed is None else self._begin_frame_session(redeemed)

    def redeem_code(self, verifier: str, code: str) -> Bearer:
        """The bearer for the code that the person read in the other tab, once.

        Raises:
            SignInRefused: with the reason, see `Flows.redeem_code`.
        """
        return self._begin_frame_session(self._flows.redeem_code(verifier, code))

    def pending_install(self, cookie: str | None) -> Pending | None:
        """Who is installing in this browser, with all their companies; `None` when nobody is (any more)."""
        kept = self._find_kept(FlowKind.INSTALL, cookie)
        return None if kept is None else Pending(kept[1].login, self._installations.list_companies(kept[1]))

    def has_installed(self, cookie: str | None) -> bool:
        """Whether this browser connected a company in the last minutes."""
        finished = self._flows.has_finished(FlowKind.INSTALL, cookie)
        db.session.commit()
        return finished

    def complete_install(self, cookie: str | None, company_id: CompanyId) -> SignedIn:
        """Connect the chosen company and sign the person in to its settings.

        Raises:
            SessionExpired: nobody is installing in this browser (any more).
            UnknownOption, PermissionMissing, AppNotConnected, NotInstalled: see
                `InstallationService.check_connection`; the person may choose again.
        """
        flow, sign_in = self._get_kept(FlowKind.INSTALL, cookie)
        connection, name = self._installations.check_connection(
            sign_in, company_id, flow.consent_version or ""
        )
        signed_in = self._in_company(company_id, lambda: self._connect(flow, sign_in, connection, name))
        self._installations.obtain_service_account(company_id)
        return signed_in

    def pending_tab(self, cookie: str | None) -> Pending | None:
        """Who is signing in to our own pages, with their companies that are connected."""
        kept = self._find_kept(FlowKind.TAB, cookie)
        return None if kept is None else Pending(kept[1].login, self._list_connected(kept[1]))

    def complete_tab(self, cookie: str | None, company_id: CompanyId) -> SignedIn:
        """Sign the person in to the chosen company.

        Raises:
            SessionExpired: nobody is signing in in this browser (any more).
            UnknownOption: the company is not one of those shown.
        """
        flow, sign_in = self._get_kept(FlowKind.TAB, cookie)
        if company_id not in {company.id for company in self._list_connected(sign_in)}:
            raise UnknownOption("This company is not in your list. Choose one of the companies shown.")
        signed_in = self._begin_tab_session(flow, sign_in, company_id)
        if signed_in is None:
            raise UnknownOption("This company is no longer connected. Choose another one.")
        return signed_in

    def _begin_frame_session(self, redeemed: Redeemed) -> Bearer:
        bearer = self._sessions.begin_frame(redeemed.company_id, redeemed.principal_id)
        if bearer is None:
            raise SignInRefused("other", "This sign-in is not known here. Sign in again.")
        return bearer

    def _end_frame(self, flow: SignInFlow, sign_in: SignIn) -> Ended:
        assert flow.company_claim is not None
        company_id = CompanyId(flow.company_claim)
        if company_id not in {company.id for company in self._installations.list_companies(sign_in)}:
            return self._refuse(flow, FlowOutcome.NOT_A_MEMBER, sign_in)
        found = self._look_up(sign_in, company_id)
        if isinstance(found, FlowOutcome):
            return self._refuse(flow, found, sign_in)

        kind = FlowKind(flow.kind)

        def write() -> Ended:
            principal = self._admit(sign_in, found, FlowKind.FRAME)
            self._flows.finish(flow, FlowOutcome.READY, principal.id)
            code = self._flows.make_code(flow) if kind is FlowKind.CODE else None
            return Ended(kind, FlowOutcome.READY, principal.name, principal.login, code=code)

        return self._in_company(company_id, write)

    def _end_tab(self, flow: SignInFlow, sign_in: SignIn) -> Ended:
        connected = self._list_connected(sign_in)
        if not connected:
            return self._refuse(flow, FlowOutcome.NOT_INSTALLED, sign_in)
        candidates = [c.id for c in connected if flow.company_claim in {None, c.id}]
        if len(candidates) != 1:
            self._flows.keep(flow, sign_in)
            return Ended(FlowKind.TAB, None, login=sign_in.login)
        signed_in = self._begin_tab_session(flow, sign_in, candidates[0])
        if signed_in is None:
            return self._refuse(flow, FlowOutcome.NOT_INSTALLED, sign_in)
        viewer = signed_in.viewer
        return Ended(FlowKind.TAB, FlowOutcome.READY, viewer.name, viewer.login, signed_in)

    def _begin_tab_session(self, flow: SignInFlow, sign_in: SignIn, company_id: CompanyId) -> SignedIn | None:
        """`None` when Procore does not let the person or the app into the company after all."""
        found = self._look_up(sign_in, company_id)
        if isinstance(found, FlowOutcome):
            return None

        def write() -> SignedIn:
            principal = self._admit(sign_in, found, FlowKind.TAB)
            viewer, cookie = self._sessions.begin_tab(principal)
            self._flows.finish(flow, FlowOutcome.READY)
            return SignedIn(viewer, cookie, flow.next_path)

        return self._in_company(company_id, write)

    def _connect(
        self, flow: SignInFlow, sign_in: SignIn, connection: Connection, name: str | None
    ) -> SignedIn:
        self._installations.connect(connection)
        principal = self._admit(sign_in, name or sign_in.login, FlowKind.INSTALL)
        self._installations.grants.mark_installer(principal.id)
        viewer, cookie = self._sessions.begin_tab(principal)
        self._flows.finish(flow, FlowOutcome.READY)
        audit.record(
            "installation.connected",
            actor=actor_of(viewer),
            subject=connection.name,
            detail={"consent_version": connection.consent_version},
        )
        return SignedIn(viewer, cookie, None)

    def _admit(self, sign_in: SignIn, name: str, kind: FlowKind) -> Principal:
        """Write the person and their grant into the company in scope, in the open transaction."""
        principal = db.session.scalars(
            select(Principal).where(Principal.user_id == sign_in.user_id)
        ).one_or_none()
        if principal is None:
            principal = Principal(id=new_id(), user_id=sign_in.user_id)
            db.session.add(principal)
        principal.name, principal.login = name, sign_in.login
        principal.signed_in_at = self._clock.now()
        db.session.flush()
        self._installations.grants.store(principal.id, sign_in.tokens)
        person = audit.Actor(str(principal.id), name, sign_in.login)
        audit.record(
            "principal.signed_in",
            actor=person,
            person=person,
            detail={"where": str(kind)},
        )
        return principal

    def _look_up(self, sign_in: SignIn, company_id: CompanyId) -> str | FlowOutcome:
        """The person's name in the company, or why they get no session there."""
        with company_scope(company_id):
            is_connected = self._installations.get_state() is CompanyState.CONNECTED
            db.session.commit()
        if not is_connected:
            return FlowOutcome.NOT_INSTALLED
        try:
            me = self._procore.company(company_id, sign_in).me(refresh=True)
        except AppNotConnected as refusal:
            self._installations.notice_uninstalled(company_id, refusal.asked_at)
            return FlowOutcome.NOT_INSTALLED
        except Forbidden:
            return FlowOutcome.NOT_A_MEMBER
        return me.name or me.login

    def _list_connected(self, sign_in: SignIn) -> tuple[Company, ...]:
        companies = self._installations.list_companies(sign_in)
        connected = self._installations.list_connected([company.id for company in companies])
        return tuple(company for company in companies if company.id in connected)

    def _refuse(self, flow: SignInFlow, outcome: FlowOutcome, sign_in: SignIn | None = None) -> Ended:
        """End the flow without a session, and at Procore the tokens that nobody will use."""
        kind, flow_id = FlowKind(flow.kind), flow.id
        self._flows.finish(flow, outcome)
        db.session.commit()
        self._installations.end_sign_in(flow_id)
        return Ended(kind, outcome, login=sign_in.login if sign_in else None)

    def _find_kept(self, kind: FlowKind, cookie: str | None) -> tuple[SignInFlow, SignIn] | None:
        kept = self._flows.find_kept(kind, cookie)
        db.session.commit()
        return kept

    def _get_kept(self, kind: FlowKind, cookie: str | None) -> tuple[SignInFlow, SignIn]:
        kept = self._find_kept(kind, cookie)
        if kept is None:
            raise SessionExpired("This step took too long. Start again.")
        return kept

    def _in_company(self, company_id: CompanyId, write: Callable[[], T]) -> T:
        """Run `write` as one transaction of the company.

        Once more, when somebody else has just written the same person or company for the first time.
        """
        with company_scope(company_id):
            try:
                result = write()
                db.session.commit()
            except IntegrityError:
                db.session.rollback()
                result = write()
                db.session.commit()
            except EmbeddedAppError:
                db.session.rollback()
                raise
            return result
