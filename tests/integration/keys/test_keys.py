"""Master keys and data keys change while everything sealed stays readable, or goes at once when it must."""

from __future__ import annotations

import signal
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from operator import ge
from threading import Event

import pytest

from embedded_app.errors import KeyDestroyed, KeysUnreachable, UnknownKey, Unsealable
from embedded_app.ids import CompanyId
from embedded_app.keys import KeyService, holders
from embedded_app.keys.tables import tables_of_companies
from embedded_app.storage import Model, SealedColumn
from tests.fakes.fake_clock import FakeClock
from tests.fakes.ready_processes import ready_process
from tests.fakes.remote_keys import RemoteKeys
from tests.integration.keys.conftest import MakeWorld
from tests.integration.keys.opening_process import open_when_asked
from tests.integration.keys.rotating_process import rotate_and_stop
from tests.integration.keys.world import World, key


def run(world: World, work: Iterable[object]) -> list[object]:
    with world.app.app_context():
        return list(work)


def test_rotation_leaves_nothing_under_the_old_key(old: World, make_world: MakeWorld) -> None:
    companies = [old.add_company(number) for number in range(1, 4)]
    old.add_sign_in()
    both = make_world(key("new"), key("old"))
    assert both.uses() == {
        "new": ("active", {"app_keys": 0, "companies": 0, "sign_in_flows": 0}),
        "old": ("old", {"app_keys": 0, "companies": 3, "sign_in_flows": 1}),
    }
    run(both, both.keys.rotate())
    new = make_world(key("new"))
    assert new.uses() == {"new": ("active", {"app_keys": 1, "companies": 3, "sign_in_flows": 1})}
    assert [new.password(company_id) for company_id in companies] == [b"0"] * 3
    assert new.open_sign_ins() == [b"person"]
    assert new.audited(companies[0]) == ["data_key.rewrapped"]
    assert run(both, both.keys.rotate()) == []


def test_work_on_many_rows_goes_through_all_batches(
    old: World, make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holders, "BATCH", 2)
    companies = [old.add_company(number) for number in range(1, 6)]
    both = make_world(key("new"), key("old"))
    run(both, both.keys.rotate())
    assert [both.password(company_id) for company_id in companies] == [b"0"] * 5
    assert both.uses()["new"] == ("active", {"app_keys": 1, "companies": 5, "sign_in_flows": 0})
    other = make_world(key("other"))
    with other.app.app_context():
        assert other.keys.give_up("new") == 6
    assert other.uses() == {"other": ("active", {"app_keys": 1, "companies": 0, "sign_in_flows": 0})}


def test_a_damaged_key_is_left_and_counted(old: World, make_world: MakeWorld) -> None:
    one, two = old.add_company(1), old.add_company(2)
    old.damage(two)
    both = make_world(key("new"), key("old"))
    news = run(both, both.keys.rotate())
    assert [(progress.table, progress.done, progress.failed) for progress in news] == [("companies", 2, 1)]  # type: ignore[attr-defined]
    assert both.password(one) == b"0"


def test_a_key_that_is_missing_or_wrong_is_named_with_the_remedy(old: World, make_world: MakeWorld) -> None:
    old.add_company(1)
    with old.app.app_context():
        old.keys.check()
    missing = make_world(key("new"))
    with (
        missing.app.app_context(),
        pytest.raises(UnknownKey, match=r"MASTER_KEYS does not hold the key 'old'.*Add"),
    ):
        missing.keys.check()
    wrong = make_world(key("old", seed=9))
    with (
        wrong.app.app_context(),
        pytest.raises(UnknownKey, match=r"MASTER_KEYS holds another key.*'old'.*Put"),
    ):
        wrong.keys.check()
    assert wrong.uses()["old"][0] == "unusable"


def test_a_key_service_is_one_provider_more(make_world: MakeWorld, clock: FakeClock) -> None:
    remote = RemoteKeys()
    world = make_world(provider=remote)
    companies = [world.add_company(number) for number in range(1, 6)]
    remote.activate("kms-2")
    remote.failures = 3
    run(world, world.keys.rotate())
    assert clock.slept == [0.5, 1.0, 2.0]
    assert [world.password(company_id) for company_id in companies] == [b"0"] * 5
    remote.activate("kms-3")
    remote.failures = 99
    with pytest.raises(KeysUnreachable):
        run(world, world.keys.rotate())
    remote.failures = 0
    run(world, world.keys.rotate())
    assert world.uses() == {"kms-3": ("active", {"app_keys": 1, "companies": 5, "sign_in_flows": 0})}


def test_a_company_gets_a_new_data_key(old: World, clock: FakeClock) -> None:
    one, two = old.add_company(1), old.add_company(2)
    run(old, old.keys.re_encrypt(one))
    assert clock.slept == [600]
    assert (old.generations(one), old.generations(two)) == ({2}, {1})
    assert (old.password(one), old.content(one), old.password(two)) == (b"0", b"rows", b"0")
    assert old.audited(one) == ["data_key.renewal_begun", "data_key.renewed"]


def test_what_was_on_its_way_under_the_old_key_is_not_lost(
    old: World, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = old.add_company(1)
    before = old.vault.begin_renewal
    late = []

    def begin(company_id: int, wrapped: object) -> object:
        late.append(old.seal_late(one))
        return before(company_id, wrapped)  # type: ignore[arg-type]

    monkeypatch.setattr(old.vault, "begin_renewal", begin)
    slept = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 1:
            old.store_late(one, late[0])

    monkeypatch.setattr(clock, "sleep", sleep)
    run(old, old.keys.re_encrypt(one))
    assert slept == [600, 600], "somebody may have read the late one and not opened it yet"
    assert old.password(one) == b"late"
    assert old.generations(one) == {2}


def test_a_value_that_does_not_open_keeps_the_old_key(old: World) -> None:
    one, two = old.add_company(1), old.add_company(2)
    old.store_late(one, old.seal_late(two))
    with pytest.raises(Unsealable, match=r"1 in sources.*The old key was kept"):
        run(old, old.keys.re_encrypt(one, wait=timedelta()))
    assert old.content(one) == b"rows"
    assert old.audited(one) == ["data_key.renewal_begun"]


@pytest.mark.parametrize("work", ["rotate", "re-encrypt"])
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("commits", [0, *(pytest.param(number, marks=pytest.mark.deep) for number in (1, 2))])
def test_a_kill_in_the_middle_is_resumed(  # noqa: PLR0917 # three of them are parameters of the kill
    old: World, make_world: MakeWorld, database_url: str, work: str, moment: str, commits: int
) -> None:
    companies = [old.add_company(number) for number in range(1, 5)]
    both = make_world(key("new"), key("old"))
    with ready_process(rotate_and_stop, database_url, work, commits, moment) as (process, told):
        assert told.recv() == "here"
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
    assert [both.password(company_id) for company_id in companies] == [b"0"] * 4
    again = both.keys.rotate() if work == "rotate" else both.keys.re_encrypt(companies[0], wait=timedelta())
    run(both, again)
    assert [both.password(company_id) for company_id in companies] == [b"0"] * 4
    events = both.audited(companies[0])
    if work == "rotate":
        assert set(both.uses()) == {"new"}
        assert events == ["data_key.rewrapped"]
    else:
        assert both.generations(companies[0]) == {2}
        assert events == ["data_key.renewal_begun", "data_key.renewed"]


class UntilAllHaveGoneOn(FakeClock):
    """Sleeps until every thread has begun and ended something since: so long does nothing take that was begun."""

    def __init__(self, done: list[int], over: Event) -> None:
        super().__init__()
        self._done = done
        self._over = over

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        goal = [number + 2 for number in self._done]
        while not all(map(ge, self._done, goal)) and not self._over.wait(0.01):
            pass


def test_changing_keys_under_load_loses_nothing(old: World, make_world: MakeWorld) -> None:
    companies = [old.add_company(number) for number in range(1, 5)]
    both = make_world(key("new"), key("old"))
    done, failed = [0] * len(companies), Event()
    both.keys = KeyService(both.vault, UntilAllHaveGoneOn(done, failed))
    service = make_world(key("old"), key("new"))
    over = Event()
    began = [Event() for _ in companies]

    def work(number: int) -> int:
        """Write the next number and read it back until the keys have changed; the last number."""
        for value in count(1):
            service.set_password(companies[number], str(value).encode())
            assert service.password(companies[number]) == str(value).encode()
            assert service.content(companies[number]) == b"rows"
            began[number].set()
            done[number] = value
            if over.is_set():
                return value
        raise AssertionError

    with ThreadPoolExecutor(len(companies)) as pool:
        running = [pool.submit(work, number) for number in range(len(companies))]
        for future in running:
            future.add_done_callback(lambda _future: failed.set())
        try:
            for event, future in zip(began, running, strict=True):
                while not event.wait(0.1) and not future.done():
                    pass
            run(both, both.keys.rotate())
            for company_id in companies:
                run(both, both.keys.re_encrypt(company_id, wait=timedelta(seconds=1)))
        finally:
            over.set()
        last = [future.result() for future in running]
    assert [both.password(company_id) for company_id in companies] == [str(value).encode() for value in last]
    assert set(both.uses()) == {"new"}
    for company_id in companies:
        run(both, both.keys.re_encrypt(company_id, wait=timedelta()))
        assert both.generations(company_id) == {3}


def test_a_destroyed_key_ends_everything_in_every_process(old: World, database_url: str) -> None:
    one = old.add_company(1)
    assert old.password(one) == b"0"
    with ready_process(open_when_asked, database_url) as (_, other):
        other.send("open")
        assert other.recv() == "0"
        old.destroy_key(one)
        other.send("open")
        assert other.recv() == "destroyed"
    for look in (old.password, old.content):
        with pytest.raises(KeyDestroyed):
            look(one)
    with pytest.raises(KeyDestroyed):
        run(old, old.keys.re_encrypt(CompanyId(1)))


def test_every_sealed_column_says_where_it_stands() -> None:
    """A new one joins re-encryption by itself, if its row says so."""
    sealed = {
        table.name for table in Model.metadata.tables.values()
        if any(isinstance(column.type, SealedColumn) for column in table.columns)
    }  # fmt: skip
    assert {table.name for table in tables_of_companies()} == sealed - {"sign_in_flows"}
    assert all(callable(table.model.seal_context) for table in tables_of_companies())


def test_what_ends_an_old_row_that_is_put_back(old: World, make_world: MakeWorld) -> None:
    """A whole row, with its version, opens as it did: a new data key ends that, and then a new master key."""
    one = old.add_company(1)
    row = old.take_source(one)
    old.set_password(one, b"1")
    old.put_back(one, row)
    assert old.password(one) == b"0"
    run(old, old.keys.re_encrypt(one, wait=timedelta()))
    old.put_back(one, row)
    with pytest.raises(Unsealable):
        old.password(one)
    old.put_back(one, row, with_key=True)
    assert old.password(one) == b"0"
    both = make_world(key("new"), key("old"))
    run(both, both.keys.rotate())
    new = make_world(key("new"))
    new.put_back(one, row, with_key=True)
    with pytest.raises(UnknownKey):
        new.password(one)
