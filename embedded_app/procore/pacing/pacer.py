"""Lets each request go when Procore will take it, or says when it will. See `rate_windows` and `circuits`."""

from __future__ import annotations

import random
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from http import HTTPStatus

from embedded_app.clock import Clock
from embedded_app.errors import (
    AppNotConnected,
    CompanyPaused,
    Forbidden,
    ProcoreError,
    RateLimited,
    TimedOut,
)
from embedded_app.ids import CompanyId
from embedded_app.outbound.wire import WireResponse
from embedded_app.procore import sentences
from embedded_app.procore.deadline import Deadline
from embedded_app.procore.pacing.headers import seconds_to_reset, wait_until
from embedded_app.procore.pacing.shared_state import PacingState, SharedState, StateStore
from embedded_app.procore.pacing.windows import MOMENT, RateNotice, Window

_UNSTATED_WAIT_SECONDS = 10.0
_LONGEST_HEAVY_LOAD_SECONDS = 60.0
_REFUSALS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})


@dataclass(frozen=True, slots=True)
class Turn:
    """Who wants to send a request."""

    route: str
    company_id: CompanyId | None
    grant_id: str


class Wait(Enum):
    """What a request waits for."""

    ROOM = auto()
    ANSWER = auto()
    """Somebody else's request has to be answered first, because nothing is known yet."""


@dataclass(frozen=True, slots=True)
class RateReport:
    """One rate window as far as we know: requests in all, requests left, seconds until it is full again."""

    limit: int
    remaining: int
    resets_in: float


@dataclass(frozen=True, slots=True)
class PacingReport:
    """How Procore treats the app now.

    Attributes:
        windows: by name, "spike" and "hour"; what no answer has told of is not there.
        people_waiting: how many people wait for room in the rate limit.
        paused: companies that are not asked, with when they are asked again.
        is_shared: whether all processes know this together; `False` while their store does not answer.
    """

    windows: dict[str, RateReport]
    people_waiting: int
    paused: dict[CompanyId, datetime]
    is_shared: bool


class Pacer:
    """Stands before the wire: `wait_for_room`, then `answered` or `abandoned`.

    Args:
        clock: for waits and for what people are told.
        store: what the processes share; this process' memory when `None`.
        jitter: a random number from 0 to 1, for the pauses of circuits.
    """

    def __init__(
        self, clock: Clock, store: StateStore | None = None, *, jitter: Callable[[], float] = random.random
    ) -> None:
        self._clock = clock
        self._state = SharedState(clock, store)
        self._jitter = jitter
        self._process = secrets.token_hex(4)
        self._settled = threading.Condition()

    def wait_for_room(self, deadline: Deadline, turn: Turn) -> None:
        """Return when a request may go; `answered` or `abandoned` must follow.

        Raises:
            RateLimited: room comes only after the deadline, or later than a person wants to wait.
            TimedOut: somebody else's request, which decides whether there is room, was not answered in time.
            AppNotConnected, CompanyPaused: the company's circuit is open.
        """
        began = self._clock.monotonic()
        gives_up_at = min(deadline.at, began + deadline.patience)
        moments = 0.0  # waited for others; a clock that stands still must not make that endless
        is_counted = False
        while True:
            patience = min(gives_up_at - self._clock.monotonic(), gives_up_at - began - moments)
            wait, why, is_counted = self._ask(deadline, turn, is_counted=is_counted, patience=patience)
            if not wait:
                return
            if wait > patience:
                if why is Wait.ANSWER:
                    raise TimedOut(sentences.NO_ANSWER, route=turn.route)
                retry_at = self._clock.now() + timedelta(seconds=wait)
                raise RateLimited(sentences.ASKED_TO_WAIT, retry_at=retry_at, route=turn.route)
            if wait > MOMENT:
                self._clock.sleep(wait)
            elif not self._somebody_settles():
                moments += MOMENT

    def answered(self, turn: Turn, response: WireResponse) -> None:
        """Learn from an answer; 429, and 503 with a time, hold everybody until Procore accepts requests again."""
        wall = self._clock.now()
        resets_in = seconds_to_reset(response, wall)
        limit, remaining, reset = (_number(response, name) for name in ("Limit", "Remaining", "Reset"))
        notice = None
        if limit is not None and remaining is not None and reset is not None and resets_in is not None:
            notice = RateNotice(limit, remaining, reset, resets_in)
        hold = self._hold_of(response, wall)
        is_welcome = response.status not in _REFUSALS and response.status < HTTPStatus.INTERNAL_SERVER_ERROR

        def step(state: PacingState, now: float) -> None:
            state.windows.settle(self._process, now, notice, answered=True)
            if hold is not None:
                state.windows.hold(now + hold)
            if turn.company_id is not None and is_welcome:
                state.circuits.close(turn.company_id)
            elif turn.company_id is not None and response.status != HTTPStatus.FORBIDDEN:
                state.circuits.end(turn.company_id)  # it may be asked once more

        self._settle(step)

    def abandoned(self, turn: Turn) -> None:
        """A request that was let go got no answer."""

        def step(state: PacingState, now: float) -> None:
            state.windows.settle(self._process, now, None, answered=False)
            if turn.company_id is not None:
                state.circuits.end(turn.company_id)

        self._settle(step)

    def refused(self, turn: Turn, refusal: ProcoreError, asked_at: float) -> None:
        """A call begun at `asked_at`, by `Clock.monotonic`, ended with 401 after a renewal, or with 403.

        A 403 that is only about the rights of a person says that the company answers.
        """
        company_id = turn.company_id
        if company_id is None:
            return
        is_uninstalled = isinstance(refusal, AppNotConnected)
        if isinstance(refusal, Forbidden) and not is_uninstalled:
            self.close_circuit(company_id)
            return
        jitter, age = self._jitter(), self._clock.monotonic() - asked_at
        self._state.change(
            lambda state, now: state.circuits.refuse(
                company_id,
                turn.grant_id,
                now,
                is_uninstalled=is_uninstalled,
                asked_at=now - age,
                jitter=jitter,
            )
        )

    def close_circuit(self, company_id: CompanyId) -> None:
        """Ask the company again, whatever it answered before: it was connected again."""
        self._state.change(lambda state, _now: state.circuits.close(company_id))

    def report(self) -> PacingReport:
        """For operators and for the doctor."""
        wall = self._clock.now()

        def step(state: PacingState, now: float) -> PacingReport:
            return PacingReport(
                {name: _reported(window, now) for name, window in state.windows.windows.items()},
                state.windows.people_waiting,
                {
                    CompanyId(int(name)): wall + timedelta(seconds=circuit.open_until - now)
                    for name, circuit in state.circuits.companies.items()
                    if circuit.open_until > now
                },
                state.is_shared,
            )

        return self._state.change(step)

    def _ask(
        self, deadline: Deadline, turn: Turn, *, is_counted: bool, patience: float
    ) -> tuple[float, Wait, bool]:
        """The seconds to wait, 0 to go; for what; and whether it is now counted among the people who wait."""

        def step(state: PacingState, now: float) -> tuple[float, Wait, bool] | ProcoreError:
            circuits, windows = state.circuits, state.windows
            if is_counted:
                windows.leave(self._process, now)
            if turn.company_id is not None:
                pause = circuits.wait(turn.company_id, turn.grant_id, now, insists=deadline.insists)
                if pause is None:
                    return self._paused(state, turn, turn.company_id, now)
                if pause:
                    return pause, Wait.ANSWER, False
            wait = windows.take(self._process, now, background=deadline.background)
            if not wait and turn.company_id is not None:
                circuits.begin(turn.company_id, now)
            why = Wait.ROOM if windows.windows or windows.held_until else Wait.ANSWER
            if not wait or wait > patience or deadline.background:
                return wait, why, False
            windows.join(self._process, now)
            return wait, why, True

        answer = self._state.change(step)
        if isinstance(answer, ProcoreError):
            raise answer
        return answer

    def _paused(self, state: PacingState, turn: Turn, company_id: CompanyId, now: float) -> ProcoreError:
        circuit = state.circuits.find_open(company_id)
        assert circuit is not None
        if circuit.is_uninstalled:
            failure = AppNotConnected(sentences.NOT_CONNECTED, route=turn.route)
            failure.asked_at = self._clock.monotonic() - (now - circuit.asked_at)
            return failure
        retry_at = self._clock.now() + timedelta(seconds=circuit.open_until - now)
        return CompanyPaused(sentences.PAUSED, retry_at=retry_at, route=turn.route)

    def _somebody_settles(self) -> bool:
        """Wait a moment, by the machine's time, for an answer in this process; whether one came."""
        with self._settled:
            return self._settled.wait(MOMENT)

    def _settle(self, step: Callable[[PacingState, float], None]) -> None:
        self._state.change(step)
        with self._settled:
            self._settled.notify_all()

    @staticmethod
    def _hold_of(response: WireResponse, wall: datetime) -> float | None:
        until = wait_until(response, wall)
        wait = None if until is None else (until - wall).total_seconds()
        if response.status == HTTPStatus.TOO_MANY_REQUESTS:
            return _UNSTATED_WAIT_SECONDS if wait is None else wait
        if response.status == HTTPStatus.SERVICE_UNAVAILABLE and wait is not None:
            return min(wait, _LONGEST_HEAVY_LOAD_SECONDS)
        return None


def _reported(window: Window, now: float) -> RateReport:
    is_over = now >= window.resets_at
    return RateReport(
        window.limit, window.limit if is_over else window.remaining, max(0.0, window.resets_at - now)
    )


def _number(response: WireResponse, name: str) -> int | None:
    text = (response.header(f"X-Rate-Limit-{name}") or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len("9999999999") else None
