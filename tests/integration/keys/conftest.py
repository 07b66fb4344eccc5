"""Databases with companies under an old master key."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from embedded_app.crypto import EnvironmentKeys, KeyProvider
from tests.factories.settings import config
from tests.fakes.fake_clock import FakeClock
from tests.integration.keys.world import World, key

MakeWorld = Callable[..., World]


@pytest.fixture(scope="module", autouse=True)
def one_connection() -> None:
    """Not here: many write as fast as they can, and one connection would leave some of them without a turn."""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def make_world(database_url: str, clock: FakeClock) -> Iterator[MakeWorld]:
    """A process with these master keys, or this provider, on the test's database."""
    made: list[World] = []

    def make(*master_keys: str, provider: KeyProvider | None = None) -> World:
        provider = provider or EnvironmentKeys(config(MASTER_KEYS=",".join(master_keys)).master_keys)
        world = World(database_url, provider, clock)
        made.append(world)
        return world

    yield make
    for world in made:
        world.close()


@pytest.fixture
def old(make_world: MakeWorld) -> World:
    """A process that knows the old master key only."""
    return make_world(key("old"))
