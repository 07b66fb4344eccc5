"""One state, one callback; one result, one frame: on a real database, with everybody at once."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import update

from embedded_app.clock import SystemClock
from embedded_app.crypto import EnvironmentKeys, Vault
from embedded_app.errors import EmbeddedAppError, SignInRefused, StateMismatch, Unsealable
from embedded_app.ids import CompanyId, UserId
from embedded_app.installations import FlowKind, FlowOutcome, Flows, SignIn, SignInFlow
from embedded_app.installations.flows import challenge_of
from embedded_app.storage import db, find_wrapped_key, new_id
from tests.factories.settings import config
from tests.fakes.fake_clock import FakeClock
from tests.fakes.token_host import token_set

VERIFIER = "v" * 43


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def flows(clock: FakeClock) -> Flows:
    return Flows(Vault(EnvironmentKeys(config().master_keys), find_wrapped_key, SystemClock()), clock)


def at_once(app: Flask, times: int, act: Callable[[], object]) -> list[object]:
    """What `act` gave each of so many threads; of a refusal, its words."""
    everybody = threading.Barrier(times)

    def one() -> object:
        with app.app_context():
            everybody.wait()
            try:
                return act()
            except StateMismatch as mismatch:
                return mismatch.why
            except EmbeddedAppError as error:
                return error.code

    with ThreadPoolExecutor(times) as pool:
        return [each.result() for each in [pool.submit(one) for _ in range(times)]]


def test_of_many_callbacks_with_one_state_one_gets_through(app: Flask, flows: Flows) -> None:
    with app.app_context():
        issued = flows.issue(FlowKind.TAB, cookie=None)
    outcomes = at_once(
        app, 8, lambda: flows.consume(state=issued.state, cookie=issued.cookie).id == issued.flow_id
    )
    assert sorted(map(str, outcomes)) == ["True"] + ["used"] * 7


def test_of_many_frames_with_one_result_one_gets_it(app: Flask, flows: Flows) -> None:
    principal_id = new_id()
    with app.app_context():
        issued = flows.issue(
            FlowKind.FRAME, cookie=None, company_claim=CompanyId(7), challenge=challenge_of(VERIFIER)
        )
        flow = flows.consume(state=issued.state, cookie=issued.cookie)
        flows.finish(flow, FlowOutcome.READY, principal_id)
        db.session.commit()

    def redeem() -> object:
        redeemed = flows.redeem(issued.flow_id, VERIFIER)
        db.session.commit()
        assert redeemed is not None
        return redeemed.principal_id == principal_id

    outcomes = at_once(app, 8, redeem)
    assert sorted(map(str, outcomes)) == ["True"] + ["other"] * 7


def test_a_state_ends_after_ten_minutes(app: Flask, flows: Flows, clock: FakeClock) -> None:
    with app.app_context():
        first = flows.issue(FlowKind.TAB, cookie=None)
        second = flows.issue(FlowKind.TAB, cookie=first.cookie)
        clock.advance(600)
        assert flows.consume(state=first.state, cookie=first.cookie).id == first.flow_id
        clock.advance(1)
        with pytest.raises(StateMismatch) as mismatch:
            flows.consume(state=second.state, cookie=second.cookie)
        assert mismatch.value.why == "expired"


def test_a_result_waits_two_minutes_for_its_frame(app: Flask, flows: Flows, clock: FakeClock) -> None:
    with app.app_context():
        issued = flows.issue(
            FlowKind.FRAME, cookie=None, company_claim=CompanyId(7), challenge=challenge_of(VERIFIER)
        )
        flows.finish(flows.consume(state=issued.state, cookie=issued.cookie), FlowOutcome.READY, new_id())
        db.session.commit()
        clock.advance(121)
        with pytest.raises(SignInRefused) as refused:
            flows.redeem(issued.flow_id, VERIFIER)
        assert refused.value.code == "expired"
        clock.advance(-1)
        assert flows.redeem(issued.flow_id, VERIFIER) is not None


@pytest.mark.parametrize("cookie", [None, "", "x" * 43])
def test_another_browsers_callback_does_not_use_up_the_state(
    app: Flask, flows: Flows, cookie: str | None
) -> None:
    with app.app_context():
        issued = flows.issue(FlowKind.TAB, cookie=None)
        with pytest.raises(StateMismatch) as mismatch:
            flows.consume(state=issued.state, cookie=cookie)
        assert mismatch.value.why == "foreign"
        assert flows.consume(state=issued.state, cookie=issued.cookie).id == issued.flow_id


def test_a_cookie_is_used_again_only_if_it_is_well_formed(app: Flask, flows: Flows) -> None:
    with app.app_context():
        first = flows.issue(FlowKind.TAB, cookie=None)
        assert flows.issue(FlowKind.TAB, cookie=first.cookie).cookie == first.cookie
        assert flows.issue(FlowKind.TAB, cookie="chosen").cookie != "chosen"


def test_state_and_cookie_are_not_in_the_table(app: Flask, flows: Flows) -> None:
    with app.app_context():
        issued = flows.issue(FlowKind.TAB, cookie=None)
        row = db.session.get_one(SignInFlow, issued.flow_id)
        kept = {str(getattr(row, column.key)) for column in SignInFlow.__table__.columns}
    assert not kept & {issued.state, issued.cookie}


def test_who_signed_in_is_kept_until_the_choice_and_for_ten_minutes(
    app: Flask, flows: Flows, clock: FakeClock
) -> None:
    with app.app_context():
        issued = flows.issue(FlowKind.INSTALL, cookie=None)
        flow = flows.consume(state=issued.state, cookie=issued.cookie)
        sign_in = SignIn(str(flow.id), token_set(1), UserId(1), "dana")
        flows.keep(flow, sign_in)
        kept = flows.find_kept(FlowKind.INSTALL, issued.cookie)
        assert kept is not None
        assert kept[1] == sign_in
        assert flows.find_kept(FlowKind.TAB, issued.cookie) is None, "what it was for, it stays for"
        assert flows.find_kept(FlowKind.INSTALL, "x" * 43) is None
        clock.advance(599)
        assert flows.find_kept(FlowKind.INSTALL, issued.cookie) is not None
        clock.advance(1)
        assert flows.find_kept(FlowKind.INSTALL, issued.cookie) is None


def test_whether_the_newest_sign_in_ended_well(app: Flask, flows: Flows, clock: FakeClock) -> None:
    with app.app_context():
        cookie = None
        for outcome in (FlowOutcome.DECLINED, FlowOutcome.READY):
            issued = flows.issue(FlowKind.INSTALL, cookie=cookie)
            cookie = issued.cookie
            flow = flows.consume(state=issued.state, cookie=cookie)
            assert not flows.has_finished(FlowKind.INSTALL, cookie)
            flows.finish(flow, outcome)
            db.session.commit()
            clock.advance(1)
        assert flows.has_finished(FlowKind.INSTALL, cookie)
        assert not flows.has_finished(FlowKind.TAB, cookie)
        assert not flows.has_finished(FlowKind.INSTALL, None)
        clock.advance(598)
        assert flows.has_finished(FlowKind.INSTALL, cookie)
        clock.advance(1)
        assert not flows.has_finished(FlowKind.INSTALL, cookie)


def test_who_signed_in_cannot_be_moved_to_another_flow(app: Flask, flows: Flows) -> None:
    with app.app_context():
        rows = []
        for number in (1, 2):
            issued = flows.issue(FlowKind.INSTALL, cookie=None)
            flow = flows.consume(state=issued.state, cookie=issued.cookie)
            flows.keep(flow, SignIn(str(flow.id), token_set(number), UserId(number), "dana"))
            rows.append((flow, issued.cookie))
        (theirs, _), (mine, cookie) = rows
        mine.sealed_sign_in, mine.wrapped_key = theirs.sealed_sign_in, theirs.wrapped_key
        db.session.commit()
        with pytest.raises(Unsealable):
            flows.find_kept(FlowKind.INSTALL, cookie)


def test_old_flows_are_swept_when_new_ones_begin(app: Flask, flows: Flows, clock: FakeClock) -> None:
    with app.app_context():
        old = flows.issue(FlowKind.TAB, cookie=None)
        clock.advance(3600)
        flows.issue(FlowKind.TAB, cookie=None)
        assert db.session.get(SignInFlow, old.flow_id, populate_existing=True) is not None
        clock.advance(1)
        flows.issue(FlowKind.TAB, cookie=None)
        assert db.session.get(SignInFlow, old.flow_id, populate_existing=True) is None


def test_a_frame_is_told_why_it_gets_nothing(app: Flask, flows: Flows) -> None:
    for outcome in set(FlowOutcome) - {FlowOutcome.READY}:
        with app.app_context():
            issued = flows.issue(
                FlowKind.FRAME, cookie=None, company_claim=CompanyId(7), challenge=challenge_of(VERIFIER)
            )
            assert flows.redeem(issued.flow_id, VERIFIER) is None
            flow = flows.consume(state=issued.state, cookie=issued.cookie)
            flows.finish(flow, outcome)
            db.session.commit()
            with pytest.raises(SignInRefused) as refused:
                flows.redeem(issued.flow_id, VERIFIER)
            assert refused.value.code == outcome


def _write(flow_id: UUID, **values: object) -> None:
    """What somebody does who can write to the database."""
    db.session.execute(
        update(SignInFlow)
        .where(SignInFlow.id == flow_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    db.session.expire_all()


def test_a_result_that_was_written_into_the_database_is_no_result(
    app: Flask, flows: Flows, clock: FakeClock
) -> None:
    """A finished sign-in of somebody else, which the writer's own frame would collect."""
    with app.app_context():
        mine = flows.issue(
            FlowKind.FRAME, cookie=None, company_claim=CompanyId(1), challenge=challenge_of(VERIFIER)
        )
        _write(mine.flow_id, outcome=FlowOutcome.READY, outcome_at=clock.now(), principal_id=new_id())
        with pytest.raises(SignInRefused) as refused:
            flows.redeem(mine.flow_id, VERIFIER)
        assert refused.value.code == "other"


@pytest.mark.parametrize("change", ["principal_id", "challenge", "company_claim", "outcome_at"])
def test_a_result_that_was_changed_in_the_database_is_no_result(
    app: Flask, flows: Flows, clock: FakeClock, change: str
) -> None:
    with app.app_context():
        issued = flows.issue(
            FlowKind.FRAME, cookie=None, company_claim=CompanyId(1), challenge=challenge_of("x" * 43)
        )
        flows.finish(flows.consume(state=issued.state, cookie=issued.cookie), FlowOutcome.READY, new_id())
        db.session.commit()
        other: dict[str, object] = {
            "principal_id": new_id(),
            "challenge": challenge_of(VERIFIER),
            "company_claim": 2,
            "outcome_at": clock.now() + timedelta(seconds=100),
        }
        _write(issued.flow_id, **{change: other[change]})
        with pytest.raises(SignInRefused):
            flows.redeem(issued.flow_id, VERIFIER if change == "challenge" else "x" * 43)


def test_a_sign_in_is_not_given_to_another_browser_by_the_database(app: Flask, flows: Flows) -> None:
    with app.app_context():
        mine = flows.issue(FlowKind.TAB, cookie=None)
        my_hash = db.session.get_one(SignInFlow, mine.flow_id).cookie_hash
        theirs = flows.issue(FlowKind.TAB, cookie=None)
        _write(theirs.flow_id, cookie_hash=my_hash)
        with pytest.raises(StateMismatch):
            flows.consume(state=theirs.state, cookie=mine.cookie)
        waiting = flows.issue(FlowKind.TAB, cookie=None)
        flow = flows.consume(state=waiting.state, cookie=waiting.cookie)
        flows.keep(flow, SignIn(str(flow.id), token_set(1), UserId(1), "dana"))
        _write(waiting.flow_id, cookie_hash=my_hash)
        assert flows.find_kept(FlowKind.TAB, mine.cookie) is None


def test_a_code_cannot_be_found_out_from_the_database(app: Flask, flows: Flows) -> None:
    with app.app_context():
        issued = flows.issue(
            FlowKind.CODE, cookie=None, company_claim=CompanyId(1), challenge=challenge_of(VERIFIER)
        )
        flow = flows.consume(state=issued.state, cookie=issued.cookie)
        flows.finish(flow, FlowOutcome.READY, new_id())
        code = flows.make_code(flow)
        db.session.commit()
        plain = hashlib.sha256(f"{issued.flow_id}.{code}".encode()).hexdigest()
        assert db.session.get_one(SignInFlow, issued.flow_id).code_hash not in {None, plain}
        assert flows.redeem_code(VERIFIER, code).company_id == 1
