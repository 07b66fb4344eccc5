"""The way of one call: room, token, wire, and what to do about the answer.

A 401 is answered by another token, once. 5xx, 408 and 429 are asked again, with growing random pauses, while the
deadline leaves time for it. No other 4xx is ever repeated (docs/platform-reference.md, section 4.6).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from embedded_app.clock import Clock
from embedded_app.errors import (
    AppNotConnected,
    Forbidden,
    ProcoreError,
    RateLimited,
    ServerFailed,
    TimedOut,
    Unauthorized,
)
from embedded_app.ids import CompanyId
from embedded_app.outbound.wire import WireRequest, WireResponse
from embedded_app.procore.calls.call import Call, CompanyWrite, ReadCall
from embedded_app.procore.calls.failures import failure_of
from embedded_app.procore.calls.transport import Transport
from embedded_app.procore.calls.writing import outcome_of
from embedded_app.procore.deadline import Deadline, current_or
from embedded_app.procore.environment import Environment
from embedded_app.procore.grant import Grant
from embedded_app.procore.pacing.headers import wait_until
from embedded_app.procore.pacing.pacer import Pacer, Turn
from embedded_app.procore.sentences import NO_ANSWER
from embedded_app.secret import Secret

MOST_ATTEMPTS = 3
_FIRST_PAUSE_SECONDS = 0.5
_READ = frozenset({HTTPStatus.OK})
_DONE = frozenset({HTTPStatus.OK, HTTPStatus.CREATED})
USER_AGENT = "embedded-app"


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One exchange with Procore, for metrics.

    Attributes:
        route: the normalised route.
        company_id: the company it was made for, or ``None``.
        status_code: what Procore answered, or ``None`` without an answer.
        seconds: from the first byte sent to the last received.
    """

    route: str
    company_id: CompanyId | None
    status_code: int | None
    seconds: float


OnCall = Callable[[CallRecord], None]


def ignore_call(_record: CallRecord) -> None:
    """Watch nothing."""


class MeteredTransport:
    """Tells `on_call` of each exchange."""

    def __init__(self, transport: Transport, clock: Clock, on_call: OnCall = ignore_call) -> None:
        self._transport = transport
        self._clock = clock
        self._on_call = on_call

    def send(
        self, request: WireRequest, *, seconds: float, company_id: CompanyId | None = None
    ) -> WireResponse:
        """`Transport.send`, for `company_id`."""
        began = self._clock.monotonic()
        status: int | None = None
        try:
            response = self._transport.send(request, seconds=seconds)
            status = response.status
            return response
        finally:
            self._on_call(CallRecord(request.route, company_id, status, self._clock.monotonic() - began))


class Caller:
    """Makes calls to the REST API, as whoever owns the grant.

    Args:
        jitter: a random number from 0 to 1 for the pauses between attempts.
    """

    def __init__(
        self,
        environment: Environment,
        transport: MeteredTransport,
        pacer: Pacer,
        clock: Clock,
        *,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._environment = environment
        self._transport = transport
        self._pacer = pacer
        self._clock = clock
        self._jitter = jitter

    def get(self, call: ReadCall, grant: Grant) -> WireResponse:
        """The answer 200 to `call`.

        Raises:
            ProcoreError: any other outcome.
            GrantLost: `grant` has no usable token.
        """
        return self.send(call, grant)

    def send(self, call: Call, grant: Grant) -> WireResponse:
        """`get`; for a write the answer 200 or 201, and another attempt only where `writing` allows it.

        Raises:
            OutcomeUnknown: a write may have happened.
        """
        asked_at = self._clock.monotonic()
        turn = Turn(call.route.name, call.company_id, grant.grant_id)
        with current_or(self._clock) as deadline:
            try:
                return self._renewing(call, grant, turn, deadline)
            except (Unauthorized, Forbidden) as refusal:
                if refusal.status_code is not None:
                    self._pacer.refused(turn, refusal, asked_at)
                raise

    def _renewing(self, call: Call, grant: Grant, turn: Turn, deadline: Deadline) -> WireResponse:
        token = grant.access_token()
        try:
            return self._patiently(call, token, turn, deadline)
        except Unauthorized:
            token = grant.renew(token)
        return self._patiently(call, token, turn, deadline)

    def _patiently(self, call: Call, token: Secret, turn: Turn, deadline: Deadline) -> WireResponse:
        is_write = isinstance(call, CompanyWrite)
        repeatable = RateLimited if is_write else (RateLimited, ServerFailed)
        attempt = 1
        while True:
            asked_at = self._clock.monotonic()
            response = self._once(call, token, turn, deadline)
            if response.status in (_DONE if is_write else _READ):
                return response
            failure = failure_of(response, call.route.name, self._clock.now())
            if isinstance(failure, AppNotConnected):
                failure.asked_at = asked_at
            if attempt == MOST_ATTEMPTS or not isinstance(failure, repeatable):
                with outcome_of(call):
                    raise failure
            self._pause(attempt, response, failure, deadline)
            attempt += 1

    def _pause(self, attempt: int, response: WireResponse, failure: ProcoreError, deadline: Deadline) -> None:
        """Wait before another attempt, or raise `failure` when there is no time or patience for it."""
        seconds = _FIRST_PAUSE_SECONDS * 2 ** (attempt - 1) * (0.5 + self._jitter())
        now = self._clock.now()
        until = wait_until(response, now)
        if until is not None:
            seconds += max(0.0, (until - now).total_seconds())
        if seconds >= min(deadline.remaining(self._clock), deadline.patience):
            raise failure
        self._clock.sleep(seconds)

    def _once(self, call: Call, token: Secret, turn: Turn, deadline: Deadline) -> WireResponse:
        route = call.route.name
        url = self._environment.api_url + call.path
        assert self._environment.may_receive_bearer(url)
        if deadline.remaining(self._clock) <= 0:
            raise TimedOut(NO_ANSWER, route=route)
        self._pacer.wait_for_room(deadline, turn)
        headers = {
            "Authorization": f"Bearer {token.reveal()}",
            "Accept": "application/json",
            "User-Agent": USER_AGENT,
            **call.headers,
        }
        request = WireRequest(call.route.method, url, route, headers, call.body)
        try:
            with outcome_of(call):
                response = self._transport.send(
                    request, seconds=deadline.remaining(self._clock), company_id=call.company_id
                )
        except BaseException:
            self._pacer.abandoned(turn)
            raise
        self._pacer.answered(turn, response)
        return response
