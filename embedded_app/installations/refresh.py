"""Refreshes a grant exactly once, however many threads and processes need it, and survives being killed anywhere.

A refresh token works once, and an attempt may use it up even when no answer comes (docs/platform-reference.md,
section 2.2). So the intent is committed before anything is sent, the new pair before anybody uses it, and what is
not known is never taken for a success or a failure. docs/custody.md tells the whole story.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from embedded_app.clock import Clock
from embedded_app.crypto import SealingKey
from embedded_app.errors import (
    ConnectFailed,
    GrantLost,
    KeysUnreachable,
    ProcoreError,
    TimedOut,
    TokenRefused,
)
from embedded_app.ids import CompanyId
from embedded_app.installations.custody import LEASE, Custody, Held
from embedded_app.installations.models import GrantState, LossCause
from embedded_app.memory import SingleFlight
from embedded_app.procore import TokenSet
from embedded_app.secret import Secret

_log = logging.getLogger(__name__)

Refresh = Callable[[Secret], TokenSet]
"""Uses a refresh token; the outcomes are those of `procore.Authorization.refresh`."""
Obtain = Callable[[], TokenSet]
"""Gets a token of the service account; the outcomes are those of `procore.Authorization.client_credentials`."""

_POLL_SECONDS = 0.05
_WAIT_SECONDS = LEASE.total_seconds() + 5
_NOT_SENT_PAUSE_SECONDS = 5.0
_DOUBT_PAUSE_SECONDS = 60.0  # an outage of the login host should be over before the one probe is spent
_PROBE = 2
_OUR_CREDENTIALS = frozenset({"invalid_client", "unauthorized_client"})
"""Refusals that say nothing about the grant: the client is checked before the token is looked at."""
_COMMIT_PAUSES_SECONDS = (0.1, 0.5, 2.0, 5.0)


class Refresher:
    """Gives access tokens of grants, fresh enough to be used.

    Args:
        custody: the rows.
        refresh: asks the login host for a new pair.
        obtain: asks the login host for a new token of the service account, which has no refresh token.
        clock: for waiting; what is decided, is decided by the database's clock.
    """

    def __init__(self, custody: Custody, refresh: Refresh, obtain: Obtain, clock: Clock) -> None:
        self._custody = custody
        self._refresh = refresh
        self._obtain = obtain
        self._clock = clock
        self._flights = SingleFlight()

    def access_token(self, company_id: CompanyId, grant_id: UUID) -> Secret:
        """A token that should still be accepted, refreshed ahead of its end.

        Raises:
            GrantLost: the grant can no longer be used.
            ProcoreError: it has ended and could not be refreshed now.
        """
        held = self._custody.look(company_id, grant_id)
        if not held.wants_refresh or (held.is_live and held.must_wait):
            return held.tokens.access_token
        try:
            return self._newer_than(held, company_id, grant_id)
        except ProcoreError:
            if held.is_live:  # ahead of its end there is no need to fail
                return held.tokens.access_token
            raise

    def renew(self, company_id: CompanyId, grant_id: UUID, rejected: Secret) -> Secret:
        """Another token than `rejected`, which the API has answered with 401.

        An old access token may die at once when it is refreshed elsewhere; then the new one is there already.

        Raises:
            GrantLost: the grant can no longer be used.
            ProcoreError: there is no other token now.
        """
        held = self._custody.look(company_id, grant_id)
        if held.tokens.access_token != rejected:
            return held.tokens.access_token
        return self._newer_than(held, company_id, grant_id)

    def _newer_than(self, held: Held, company_id: CompanyId, grant_id: UUID) -> Secret:
        try:
            return self._flights.run(
                (grant_id, held.version),
                lambda: self._see_through(company_id, grant_id, held.version),
                seconds=_WAIT_SECONDS,
            )
        except TimeoutError as error:
            raise TimedOut("Procore is taking long to answer. Try again in a minute.") from error

    def _see_through(self, company_id: CompanyId, grant_id: UUID, version: int) -> Secret:
        """Refresh, or wait for whoever does, until there is a token after `version`."""
        give_up_at = self._clock.monotonic() + _WAIT_SECONDS
        while True:
            if self._custody.take_from_aside(company_id, grant_id, version):
                _log.warning("token pair stored that was kept aside", extra={"grant_id": str(grant_id)})
            held = self._custody.look(company_id, grant_id)
            if held.version != version:
                return held.tokens.access_token
            if held.lease_until is not None and held.now < held.lease_until:
                if self._clock.monotonic() >= give_up_at:
                    raise TimedOut("Procore is taking long to answer. Try again in a minute.")
                self._clock.sleep(_POLL_SECONDS)
            elif held.must_wait:
                raise ConnectFailed("Procore's login is not answering. The next try is in a minute.")
            elif held.attempt >= _PROBE:
                self._lose(company_id, grant_id, version, LossCause.INTERRUPTED)
            elif held.tokens.refresh_token is None and not held.is_service_account:
                self._lose(company_id, grant_id, version, LossCause.NO_REFRESH_TOKEN)
            elif (key := self._custody.announce(company_id, grant_id, held)) is not None:
                return self._attempt(company_id, grant_id, held, key)

    def _ask(self, held: Held) -> TokenSet:
        refresh_token = held.tokens.refresh_token
        return self._obtain() if refresh_token is None else self._refresh(refresh_token)

    def _attempt(self, company_id: CompanyId, grant_id: UUID, held: Held, key: SealingKey) -> Secret:
        """The one call of this announcement, and what its outcome means."""
        is_probe = held.state == GrantState.REFRESHING
        try:
            tokens = self._ask(held)
        except ConnectFailed:
            self._postpone(company_id, grant_id, held, "not_sent", _NOT_SENT_PAUSE_SECONDS, was_sent=False)
            raise
        except TokenRefused as refusal:
            if refusal.error in _OUR_CREDENTIALS:
                self._postpone(
                    company_id, grant_id, held, refusal.error, _DOUBT_PAUSE_SECONDS, was_sent=False
                )
                raise
            cause = LossCause.ANSWER_LOST if is_probe else LossCause.REFUSED
            return self._lose_or_follow(company_id, grant_id, held.version, cause, refusal)
        except ProcoreError as doubt:
            if is_probe:
                return self._lose_or_follow(company_id, grant_id, held.version, LossCause.NO_ANSWER, doubt)
            self._postpone(company_id, grant_id, held, doubt.code, _DOUBT_PAUSE_SECONDS, was_sent=True)
            raise
        self._keep(company_id, grant_id, held, tokens, key)
        # Read back rather than handed on: when another pair was stored meanwhile, that one counts.
        return self._custody.look(company_id, grant_id).tokens.access_token

    def _keep(
        self, company_id: CompanyId, grant_id: UUID, held: Held, tokens: TokenSet, key: SealingKey
    ) -> None:
        """Store the pair: it exists nowhere else, and the old one is spent.

        When the database does not take it, it goes aside before anything else happens, and from there into the
        database: by this thread within seconds, or by whoever needs the grant later, also after a restart.
        """
        try:
            self._custody.keep(company_id, grant_id, held.version, tokens, principal_id=held.principal_id)
        except (SQLAlchemyError, KeysUnreachable):
            _log.warning("new token pair not stored yet", extra={"grant_id": str(grant_id)})
            self._custody.keep_aside(company_id, grant_id, held, tokens, key)
            self._keep_patiently(company_id, grant_id, held, tokens)

    def _keep_patiently(self, company_id: CompanyId, grant_id: UUID, held: Held, tokens: TokenSet) -> None:
        for pause in _COMMIT_PAUSES_SECONDS:
            self._clock.sleep(pause)
            with suppress(SQLAlchemyError, KeysUnreachable):
                self._custody.keep(company_id, grant_id, held.version, tokens, principal_id=held.principal_id)
                self._custody.forget_aside(company_id, grant_id, held.version)
                return
        raise TimedOut("The connection to Procore cannot be saved right now. Try again in a minute.")

    def _postpone(
        self,
        company_id: CompanyId,
        grant_id: UUID,
        held: Held,
        failure: str,
        seconds: float,
        *,
        was_sent: bool,
    ) -> None:
        _log.warning("grant not refreshed", extra={"grant_id": str(grant_id), "failure": failure})
        self._custody.postpone(
            company_id, grant_id, held, failure=failure, seconds=seconds, was_sent=was_sent
        )

    def _lose_or_follow(
        self, company_id: CompanyId, grant_id: UUID, version: int, cause: LossCause, reason: ProcoreError
    ) -> Secret:
        """The grant is lost, unless somebody stored another pair while we asked: then that one."""
        try:
            self._lose(company_id, grant_id, version, cause)
        except GrantLost as lost:
            raise lost from reason
        return self._custody.look(company_id, grant_id).tokens.access_token

    def _lose(self, company_id: CompanyId, grant_id: UUID, version: int, cause: LossCause) -> None:
        if self._custody.lose(company_id, grant_id, version, cause):
            _log.error("grant lost", extra={"grant_id": str(grant_id), "cause": cause})
            raise GrantLost(cause)
