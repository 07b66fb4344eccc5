"""The service account's grant: kept and refreshed as the others, and used by background work alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from embedded_app import installations
from embedded_app.errors import ConnectFailed, GrantLost, TimedOut, TokenRefused
from embedded_app.installations import GrantState, LossCause
from embedded_app.storage import company_scope, db
from tests.fakes.token_host import TokenHost, token_set
from tests.integration.installations.keeper import AHEAD, EXPIRED, ONE, Keeper


def store_service(keeper: Keeper, age: timedelta = EXPIRED) -> None:
    """From now on `keeper.grant_id` is the service account's."""
    with keeper.app.app_context(), company_scope(ONE):
        keeper.grants.store(None, token_set(1, age=age, refreshable=False))
        db.session.commit()
    found = keeper.custody.find(ONE, None)
    assert found is not None
    keeper.grant_id = found


def background(keeper: Keeper) -> str:
    """The id of the grant that background work begins with."""
    with keeper.app.app_context():
        return keeper.grants.for_background(ONE).grant_id


def token_in_background(keeper: Keeper) -> str:
    with keeper.app.app_context():
        return keeper.grants.for_background(ONE).access_token().reveal()


def mark_installer(keeper: Keeper) -> None:
    with keeper.app.app_context(), company_scope(ONE):
        keeper.grants.mark_installer(keeper.principal_id)
        db.session.commit()


def test_it_gets_a_new_token_instead_of_a_refresh(keeper: Keeper, host: TokenHost) -> None:
    store_service(keeper)
    assert keeper.token() == "access-2"
    assert host.calls == ["client_credentials"]
    assert keeper.row().version == 2


def test_an_unknown_outcome_is_probed_once(keeper: Keeper, host: TokenHost) -> None:
    store_service(keeper)
    host.faults = [(TimedOut("No answer."), True)]
    with pytest.raises(TimedOut):
        keeper.token()
    keeper.let_time_pass()
    assert keeper.token() == "access-3"
    assert host.calls == ["client_credentials"] * 2


def test_a_live_token_serves_while_the_login_host_is_away(keeper: Keeper, host: TokenHost) -> None:
    store_service(keeper, AHEAD)
    host.faults = [(ConnectFailed("No connection."), False)]
    assert keeper.token() == "access-1"


def test_background_work_prefers_it(keeper: Keeper) -> None:
    mark_installer(keeper)
    store_service(keeper)
    assert background(keeper) == str(keeper.grant_id)
    assert token_in_background(keeper) == "access-2"


def test_background_work_falls_back_to_who_connected(keeper: Keeper) -> None:
    mark_installer(keeper)
    of_installer = str(keeper.grant_id)
    assert background(keeper) == of_installer
    store_service(keeper)
    keeper.set(state=GrantState.LOST, lost_cause="refused")
    assert background(keeper) == of_installer


@pytest.mark.parametrize("refusal", ["invalid_grant", "unauthorized_client"])
def test_and_does_so_in_the_middle_of_it(keeper: Keeper, host: TokenHost, refusal: str) -> None:
    """The second says that the app has no service account any more, and decides nothing about the grant."""
    mark_installer(keeper)
    keeper.sign_in_again(token_set(1))
    store_service(keeper)
    host.faults = [(TokenRefused("No.", error=refusal), False)]
    assert token_in_background(keeper) == "access-1"
    assert host.calls == ["client_credentials"]


def test_and_not_when_procores_login_does_not_answer(keeper: Keeper, host: TokenHost) -> None:
    mark_installer(keeper)
    keeper.sign_in_again(token_set(1))
    store_service(keeper)
    host.faults = [(ConnectFailed("No connection."), False)]
    with pytest.raises(ConnectFailed):
        token_in_background(keeper)


def test_background_work_renews_what_the_api_rejects(keeper: Keeper) -> None:
    mark_installer(keeper)
    store_service(keeper, AHEAD)
    with keeper.app.app_context():
        grant = keeper.grants.for_background(ONE)
        rejected = grant.access_token()
        assert grant.renew(rejected) != rejected


def test_when_neither_can_be_used_the_cause_is_told(keeper: Keeper) -> None:
    mark_installer(keeper)
    keeper.set(state=GrantState.LOST, lost_cause="no_answer")
    store_service(keeper)
    keeper.set(state=GrantState.LOST, lost_cause="interrupted")
    with pytest.raises(GrantLost) as lost:
        background(keeper)
    assert lost.value.cause == LossCause.INTERRUPTED


def test_background_work_uses_nobody_elses(keeper: Keeper) -> None:
    """A person who only signed in lends their rights to nothing."""
    with pytest.raises(GrantLost) as lost:
        background(keeper)
    assert lost.value.cause == LossCause.ABSENT


def test_nothing_that_shows_pages_uses_it() -> None:
    """A view reads with the viewer's grant; this one is for the package that owns it, and for jobs."""
    package = Path(installations.__file__).parents[1]
    views = ("frames", "panels", "principals", "settings", "sources")
    named = [
        str(path.relative_to(package))
        for name in views
        for path in (package / name).rglob("*.py")
        if "for_background" in path.read_text()
    ]
    assert named == []


def test_a_persons_view_never_gets_it(keeper: Keeper) -> None:
    person = keeper.grant_id
    store_service(keeper)
    assert keeper.grants.for_principal(ONE, keeper.principal_id).id == person != keeper.grant_id


def test_it_is_never_dormant(keeper: Keeper) -> None:
    store_service(keeper, timedelta(days=400))
    with keeper.app.app_context(), company_scope(ONE):
        assert keeper.grants.give_up_dormant(timedelta(days=90)).grants == 0
