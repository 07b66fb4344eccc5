"""A pair that the database did not take is kept beside it, and stored later, also after a restart."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from embedded_app.clock import Clock
from embedded_app.config import MasterKey
from embedded_app.crypto import EnvironmentKeys, Vault
from embedded_app.errors import TimedOut
from embedded_app.installations import Custody, GrantState, Refresher
from embedded_app.installations.models import PairKey
from embedded_app.keys import KeyService
from embedded_app.storage import Company, company_scope, db, find_wrapped_key
from tests.factories.settings import config
from tests.fakes.fake_clock import FakeClock
from tests.fakes.ready_processes import ready_process
from tests.fakes.token_host import TokenHost, token_set
from tests.integration.installations.aside_process import open_when_asked
from tests.integration.installations.keeper import ONE, Keeper
from tests.integration.keys.world import key


class FullDatabase(Custody):
    """Takes no new pair until it is told to."""

    is_full = True

    def keep(self, *place: Any, **whose: Any) -> bool:
        if self.is_full:
            raise OperationalError("UPDATE", {}, Exception("database or disk is full"))
        return super().keep(*place, **whose)


@pytest.fixture
def full(keeper: Keeper) -> FullDatabase:
    return FullDatabase(keeper.app, keeper.vault)


def refresher_of(custody: Custody, keeper: Keeper, clock: Clock | None = None) -> Refresher:
    return Refresher(custody, keeper.host.refresh, keeper.host.obtain, clock or FakeClock())


def files(keeper: Keeper) -> list[Path]:
    return sorted(Path(keeper.app.instance_path, "pairs").iterdir())


@pytest.fixture
def left_aside(keeper: Keeper, full: FullDatabase) -> Path:
    """The process has given up, and its pair is beside the database."""
    with pytest.raises(TimedOut):
        refresher_of(full, keeper).access_token(ONE, keeper.grant_id)
    (file,) = files(keeper)
    return file


def test_it_is_stored_after_a_restart_by_whoever_needs_it(
    keeper: Keeper, host: TokenHost, left_aside: Path
) -> None:
    restarted = refresher_of(Custody(keeper.app, keeper.vault), keeper)
    assert restarted.access_token(ONE, keeper.grant_id).reveal() == "access-2"
    assert host.calls == ["refresh-1"]
    assert not left_aside.exists()


def test_it_is_stored_by_the_periodic_job_even_when_the_grant_was_lost_meanwhile(
    keeper: Keeper, left_aside: Path
) -> None:
    """A process on another machine has found the old token spent."""
    keeper.set(state=GrantState.LOST, lost_cause="answer_lost", lease_until=None)
    keeper.grants.take_all_from_aside()
    assert (keeper.row().version, keeper.row().state) == (2, GrantState.GOOD)
    assert keeper.token() == "access-2"
    assert not left_aside.exists()


def test_it_is_stored_by_whoever_needs_it_even_when_the_grant_was_lost_meanwhile(
    keeper: Keeper, left_aside: Path
) -> None:
    keeper.set(state=GrantState.LOST, lost_cause="answer_lost", lease_until=None)
    assert keeper.token() == "access-2"
    assert not left_aside.exists()


def test_it_is_stored_by_the_process_itself_when_the_database_comes_back(
    keeper: Keeper, full: FullDatabase
) -> None:
    class Recovering(FakeClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            assert len(files(keeper)) == 1, "it is aside before anybody waits"
            full.is_full = len(self.slept) < 2

    assert refresher_of(full, keeper, Recovering()).access_token(ONE, keeper.grant_id).reveal() == "access-2"
    assert files(keeper) == []


def test_the_file_is_sealed_and_private(left_aside: Path) -> None:
    content = left_aside.read_bytes()
    assert b"access-2" not in content
    assert b"refresh-2" not in content
    assert left_aside.stat().st_mode & 0o777 == 0o600


def test_a_pair_that_was_overtaken_is_ended_at_procore_in_its_time(keeper: Keeper, left_aside: Path) -> None:
    keeper.sign_in_again(token_set(7))
    keeper.grants.take_all_from_aside()
    assert keeper.token() == "access-7"
    assert not left_aside.exists()
    keeper.let_access_tokens_run_out()
    with keeper.app.app_context():
        keeper.revocations.sweep()
    assert sorted(keeper.revoked) == ["refresh-1", "refresh-2"]


@pytest.mark.parametrize("name", ["x.pair", "1_2_3.pair", f"{'9' * 5000}_a_1.pair"[:200], "1__1.pair"])
def test_another_file_in_the_folder_keeps_no_pair_from_being_stored(
    keeper: Keeper, left_aside: Path, name: str
) -> None:
    stray = left_aside.with_name(name)
    stray.write_bytes(b"stray")
    keeper.grants.take_all_from_aside()
    assert keeper.token() == "access-2"
    assert (left_aside.exists(), stray.exists()) == (False, True)


def test_what_a_process_left_half_written_is_removed_after_an_hour(keeper: Keeper, left_aside: Path) -> None:
    old, fresh = left_aside.with_name("a.1.draft"), left_aside.with_name("b.2.draft")
    for draft in (old, fresh):
        draft.write_bytes(b"half")
    os.utime(old, (0, 0))
    keeper.grants.take_all_from_aside()
    assert (old.exists(), fresh.exists()) == (False, True)


def test_a_pair_of_another_grant_is_not_taken(keeper: Keeper, host: TokenHost, left_aside: Path) -> None:
    """Its name is part of what it is sealed for."""
    moved = left_aside.with_name(left_aside.name.replace("_1.pair", "_2.pair"))
    left_aside.rename(moved)
    keeper.sign_in_again(token_set(1))
    keeper.grants.take_all_from_aside()
    assert keeper.token() == "access-1"
    assert not moved.exists()
    assert host.calls == ["refresh-1"]


def destroy_key(keeper: Keeper) -> None:
    with keeper.app.app_context(), company_scope(ONE):
        db.session.get_one(Company, ONE).wrapped_key = None
        db.session.commit()


def test_destroying_the_companys_key_ends_it(keeper: Keeper, left_aside: Path) -> None:
    destroy_key(keeper)
    keeper.grants.take_all_from_aside()
    assert not left_aside.exists()


def test_destroying_the_companys_key_makes_it_unreadable_at_once_in_every_process(
    keeper: Keeper, left_aside: Path
) -> None:
    """Also in one that has read it before, and although the file is still there."""
    url = keeper.app.config["SQLALCHEMY_DATABASE_URI"].render_as_string(hide_password=False)
    with ready_process(open_when_asked, url, left_aside) as (_, other):
        other.send("open")
        assert other.recv() == "access-2"
        destroy_key(keeper)
        other.send("open")
        assert other.recv() == "destroyed"
    assert left_aside.exists()


def test_it_survives_a_new_data_key_of_the_company(keeper: Keeper, host: TokenHost, left_aside: Path) -> None:
    with keeper.app.app_context():
        list(KeyService(keeper.vault, FakeClock()).re_encrypt(ONE, wait=timedelta()))
    assert left_aside.exists()
    assert keeper.token() == "access-2"
    assert host.calls == ["refresh-1"]


def test_it_survives_the_end_of_the_master_key(keeper: Keeper, left_aside: Path) -> None:
    """Nothing of it is under a master key but by way of the company's key."""
    (old,), (new,) = config().master_keys, config(MASTER_KEYS=key("new")).master_keys
    with keeper.app.app_context():
        list(KeyService(vault_of(new, old), FakeClock()).rotate())
    restarted = Custody(keeper.app, vault_of(new))
    assert restarted.take_from_aside(ONE, keeper.grant_id, 1)
    assert restarted.look(ONE, keeper.grant_id).tokens.access_token.reveal() == "access-2"
    assert not left_aside.exists()


def vault_of(*master_keys: MasterKey) -> Vault:
    return Vault(EnvironmentKeys(master_keys), find_wrapped_key, FakeClock())


def test_when_its_grant_was_given_up_it_is_revoked(keeper: Keeper, left_aside: Path) -> None:
    """The token that was wiped was used up by then."""
    with keeper.app.app_context(), company_scope(ONE):
        keeper.grants.give_up(keeper.principal_id)
        db.session.commit()
    keeper.grants.take_all_from_aside()
    with keeper.app.app_context():
        keeper.revocations.sweep()
    assert keeper.revoked == ["refresh-1", "refresh-2"]
    assert not left_aside.exists()


def test_it_opens_for_the_principal_of_its_grant_alone(keeper: Keeper) -> None:
    keeper.leave_aside(token_set(2))
    other = keeper.add_principal("Eve", 8)
    keeper.set(principal_id=other)
    assert not keeper.custody.take_from_aside(ONE, keeper.grant_id, 1)
    assert keeper.row().version == 1


def test_a_commit_that_came_through_after_all_is_not_undone(
    keeper: Keeper, host: TokenHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database had stored the pair, and the connection broke before it said so."""
    keep = Custody.keep
    monkeypatch.setattr(Custody, "keep", lambda *place, **whose: keep(*place, **whose) and _break_off())
    token = refresher_of(keeper.custody, keeper).access_token(ONE, keeper.grant_id)
    assert (token.reveal(), keeper.row().version, files(keeper)) == ("access-2", 2, [])
    with keeper.app.app_context():
        keeper.revocations.sweep()
    assert (host.calls, keeper.revoked) == (["refresh-1"], [])


def _break_off() -> bool:
    raise OperationalError("COMMIT", {}, Exception("server closed the connection unexpectedly"))


def test_a_disk_that_is_full_as_well_costs_the_pair_and_nothing_else(
    keeper: Keeper, full: FullDatabase
) -> None:
    Path(keeper.app.instance_path, "pairs").write_text("in the way")
    with pytest.raises(TimedOut):
        refresher_of(full, keeper).access_token(ONE, keeper.grant_id)
    assert keeper.row().state == GrantState.REFRESHING


def pair_keys(keeper: Keeper) -> int:
    with keeper.app.app_context(), company_scope(ONE):
        return db.session.scalar(select(func.count()).select_from(PairKey)) or 0


def test_its_key_is_there_from_the_intent_until_a_refresh_is_stored(keeper: Keeper, host: TokenHost) -> None:
    """A sign-in leaves it there: what is aside by then has to be opened to be ended at Procore."""
    seen: list[int] = []
    host.before_answer = lambda: seen.append(pair_keys(keeper))
    keeper.token()
    assert (seen, pair_keys(keeper)) == ([1], 0)
    keeper.custody.announce(ONE, keeper.grant_id, keeper.custody.look(ONE, keeper.grant_id))
    assert pair_keys(keeper) == 1
    keeper.sign_in_again(token_set(7))
    assert pair_keys(keeper) == 1
