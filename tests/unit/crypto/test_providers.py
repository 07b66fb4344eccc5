"""Where master keys come from: a file that changes, and a service behind a wire."""

from __future__ import annotations

import base64
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from embedded_app.config import Config
from embedded_app.crypto import FileKeys, SealContext, Vault, WrappedKey, key_provider
from embedded_app.errors import ConfigurationError, KeysUnreachable, UnknownKey, Unsealable
from tests.factories.settings import ENVIRONMENT
from tests.fakes.fake_clock import FakeClock
from tests.fakes.remote_keys import RemoteKeys

CONTEXT = SealContext("grants.token_set", 1, "row-1", 7)


def line(key_id: str) -> str:
    return f"{key_id}:{base64.b64encode(os.urandom(32)).decode()}"


def from_file(path: Path) -> Config:
    return Config.from_environment(ENVIRONMENT | {"MASTER_KEYS": "", "MASTER_KEYS_FILE": str(path)})


def test_a_changed_file_is_taken_up_without_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    old, new = line("2025"), line("2026")
    path.write_text(f"{old}\n")
    keys = key_provider(from_file(path))
    assert isinstance(keys, FileKeys)
    wrapped = keys.wrap(b"data key", CONTEXT)
    assert wrapped.master_key_id == "2025"
    path.write_text(f"{new}\n{old}\n")
    assert keys.active_id == "2026"
    assert keys.unwrap(wrapped, CONTEXT) == b"data key"
    path.write_text(f"{new}\n# none\n"[: len(new) + 1])
    with pytest.raises(UnknownKey, match="MASTER_KEYS_FILE does not hold the key '2025'"):
        keys.unwrap(wrapped, CONTEXT)


@pytest.mark.parametrize("wrong", ["", "no key\n", "2026:c2hvcnQ=\n", None])
def test_a_file_that_became_wrong_changes_nothing(tmp_path: Path, wrong: str | None) -> None:
    path = tmp_path / "keys"
    path.write_text(line("2025"))
    keys = key_provider(from_file(path))
    wrapped = keys.wrap(b"data key", CONTEXT)
    if wrong is None:
        path.unlink()
    else:
        path.write_text(wrong)
    assert keys.unwrap(wrapped, CONTEXT) == b"data key"
    assert keys.active_id == "2025"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "MASTER_KEYS_FILE holds no key"),
        ("2026:c2hvcnQ=", "'2026' in MASTER_KEYS_FILE has 5 bytes"),
        (f"{line('a')}\n{line('a')}", "MASTER_KEYS_FILE names one id twice"),
        (None, "MASTER_KEYS_FILE names a file that cannot be read"),
    ],
    ids=["empty", "short", "twice", "missing"],  # the keys in them are new in every run
)
def test_a_wrong_file_stops_the_start(tmp_path: Path, content: str | None, sentence: str) -> None:
    path = tmp_path / "keys"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigurationError) as raised:
        from_file(path)
    (problem,) = raised.value.problems
    assert sentence in problem


def test_keys_are_given_in_one_way(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(line("2026"))
    with pytest.raises(ConfigurationError, match="both set"):
        Config.from_environment(ENVIRONMENT | {"MASTER_KEYS_FILE": str(path)})


class World:
    def __init__(self) -> None:
        self.keys = RemoteKeys()
        self.clock = FakeClock()
        self.stored: dict[int, WrappedKey] = {}
        self.vault = Vault(self.keys, self.stored.get, self.clock)
        self.stored[1] = self.vault.new_company_key(1)
        self.sealed = self.vault.seal(CONTEXT, b"value")
        self.keys.calls.clear()


@pytest.fixture
def world() -> World:
    return World()


def test_a_service_is_asked_once_however_many_threads_wait(world: World) -> None:
    world.clock.advance(301)
    barrier = Barrier(32)

    def open_it() -> bytes:
        barrier.wait()
        return world.vault.open(CONTEXT, world.sealed)

    with ThreadPoolExecutor(32) as pool:
        answers = [future.result() for future in [pool.submit(open_it) for _ in range(32)]]
    assert answers == [b"value"] * 32
    assert world.keys.calls == ["unwrap"]


def test_an_outage_is_told_from_a_key_that_is_gone(world: World) -> None:
    world.keys.failures = 1
    assert world.vault.open(CONTEXT, world.sealed) == b"value"  # remembered
    world.clock.advance(301)
    with pytest.raises(KeysUnreachable) as outage:
        world.vault.open(CONTEXT, world.sealed)
    assert outage.value.retryable
    assert world.vault.open(CONTEXT, world.sealed) == b"value"  # the failure was not remembered
    world.clock.advance(301)
    world.keys.activate("kms-2")
    world.keys.forget("kms-1")
    with pytest.raises(UnknownKey) as gone:
        world.vault.open(CONTEXT, world.sealed)
    assert not gone.value.retryable


def test_both_data_keys_open_until_the_renewal_ends(world: World) -> None:
    generation = world.vault.generation(1)
    world.stored[1] = world.vault.begin_renewal(1, world.stored[1])
    newer = world.vault.seal(CONTEXT, b"newer")
    assert newer.generation == world.vault.generation(1) == generation + 1
    assert world.vault.open(CONTEXT, world.sealed) == b"value"
    assert world.vault.begin_renewal(1, world.stored[1]) == world.stored[1]
    assert world.vault.end_renewal(1, world.stored[1], generation) == world.stored[1]  # another one's end
    world.stored[1] = world.vault.end_renewal(1, world.stored[1], generation + 1)
    assert world.vault.open(CONTEXT, newer) == b"newer"
    with pytest.raises(Unsealable, match="gone"):
        world.vault.open(CONTEXT, world.sealed)


def test_generations_start_again_after_the_last(world: World) -> None:
    for _ in range(300):
        before = world.vault.seal(CONTEXT, b"value")
        world.stored[1] = world.vault.begin_renewal(1, world.stored[1])
        assert world.vault.open(CONTEXT, before) == b"value"
        world.stored[1] = world.vault.end_renewal(1, world.stored[1], world.vault.generation(1))
    assert world.vault.generation(1) == 1 + 300 - 255
