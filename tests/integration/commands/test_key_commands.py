"""What operators see and do of keys on the command line, and how a start with wrong ones is refused."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from embedded_app import commands
from embedded_app.app import create_app
from embedded_app.commands import environment
from embedded_app.ids import CompanyId
from embedded_app.storage import db
from embedded_app.web import logs
from tests.factories.settings import ENVIRONMENT
from tests.integration.keys.conftest import MakeWorld, make_world, old
from tests.integration.keys.world import World, key

__all__ = ["make_world", "old"]  # fixtures


@pytest.fixture
def both(old: World, make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch) -> World:
    """Three companies and a pending sign-in under the old key, in a service that holds a new one as well."""
    for number in (1, 2, 3):
        old.add_company(number)
    old.add_sign_in()
    return commanded(make_world(key("new"), key("old")), monkeypatch)


def commanded(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(environment, "configured_app", lambda: world.app)
    return world


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(commands.cli, arguments, input=typed)


def test_status_and_rotate(both: World) -> None:
    del both
    before = (
        "new\tactive\t0 app keys, 0 companies, 0 pending sign-ins",
        "old\told\t0 app keys, 3 companies, 1 pending sign-ins",
    )
    assert run("keys", "status").output.splitlines() == list(before)
    assert run("keys", "rotate").output.splitlines() == [
        "companies: 3 of 3",
        "pending sign-ins: 1 of 1",
        "Everything is under 'new'. The other master keys can be removed.",
    ]
    assert run("keys", "status").output == "new\tactive\t1 app keys, 3 companies, 1 pending sign-ins\n"
    assert run("keys", "rotate").exit_code == 0


def test_rotate_fails_while_something_is_left(both: World) -> None:
    both.damage(CompanyId(2))
    result = run("keys", "rotate")
    assert result.exit_code == 1
    assert (
        "1 data keys are still under another master key than 'new'; 1 of them could not be" in result.output
    )


def test_re_encrypt_and_what_has_not_ended(both: World) -> None:
    one = CompanyId(1)
    with both.app.app_context():
        next(both.keys.re_encrypt(one))  # then it is interrupted
    [line] = run("keys", "status").output.splitlines()[2:]
    assert line.startswith("1\tre-encryption begun 20")
    assert line.endswith("companies re-encrypt 1")
    result = run("companies", "re-encrypt", "1", "--wait", "0")
    assert result.output.endswith("Everything is under the new data key. The old one is gone.\n")
    assert both.generations(one) == {2}
    assert len(run("keys", "status").output.splitlines()) == 2


def test_a_lost_master_key_is_given_up_when_asked_twice(
    both: World, make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "is there and opens" in str(run("keys", "give-up", "old").exception)
    left = commanded(make_world(key("new")), monkeypatch)
    kept = left.add_company(4)
    for typed in ("n\n", "y\nnew\n"):
        result = run("keys", "give-up", "old", typed=typed)
        assert result.exit_code == 1
        assert "Under 'old' are 0 app keys, 3 companies, 1 pending sign-ins." in result.output
    assert both.password(CompanyId(1)) == b"0", "nothing was given up yet"
    result = run("keys", "give-up", "old", typed="y\nold\n")
    assert result.output.endswith("4 wrapped keys were given up. Now start the service.\n")
    assert run("keys", "status").output == "new\tactive\t1 app keys, 1 companies, 0 pending sign-ins\n"
    with left.app.app_context():
        left.keys.check()
    assert left.password(kept) == b"0"
    assert left.audited(CompanyId(1)) == ["data_key.destroyed"]
    assert left.open_sign_ins() == []
    assert "Nothing is under" in str(run("keys", "give-up", "old").exception)


@pytest.fixture
def another_key(
    old: World, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A company is under the old key; the process has another one, and would become a server if it were let."""
    old.add_company(1)
    apps = []

    def create(*arguments: object, **options: object) -> object:
        apps.append(create_app(*arguments, **options, instance_path=tmp_path))  # type: ignore[arg-type]
        return apps[-1]

    def start(*_arguments: object) -> None:
        raise AssertionError("it was started")

    monkeypatch.setattr(environment, "create_app", create)
    monkeypatch.setattr(logs, "configure", lambda _config: None)
    monkeypatch.setattr(os, "execv", start)
    monkeypatch.setattr("embedded_app.jobs.Jobs.run_worker", start)
    for name, value in (ENVIRONMENT | {"DATABASE_URL": database_url}).items():
        monkeypatch.setenv(name, value)
    yield
    for app in apps:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.mark.usefixtures("another_key")
@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize(
    ("master_keys", "sentence"),
    [
        (
            key("new"),
            "MASTER_KEYS does not hold the key 'old', which the database uses. Add it to MASTER_KEYS again.",
        ),
        (
            key("old", seed=9),
            "MASTER_KEYS holds another key under the id 'old' than the one that the database uses.",
        ),
    ],
)
def test_a_start_with_wrong_keys_is_refused_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    master_keys: str,
    sentence: str,
) -> None:
    monkeypatch.setenv("MASTER_KEYS", master_keys)
    monkeypatch.setattr(sys, "argv", ["embedded-app", command])
    with pytest.raises(SystemExit) as ended:
        commands.main()
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (1, "")
    [line] = said.err.splitlines()
    assert line.startswith(sentence)
    assert line.endswith("`embedded-app keys give-up old` gives up what is under it.")


def test_a_command_that_is_none_is_told_so_and_not_as_a_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["embedded-app", "kyes"])
    with pytest.raises(SystemExit) as ended:
        commands.main()
    assert ended.value.code == 2
    assert "No such command 'kyes'" in capsys.readouterr().err
