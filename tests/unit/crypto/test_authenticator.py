"""MACs under the app's key: only the app makes them, each for its purpose and its parts."""

from __future__ import annotations

import pytest

from embedded_app.crypto import Authenticator, EnvironmentKeys, WrappedKey
from embedded_app.errors import KeysUnreachable, UnknownKey
from tests.factories.settings import config
from tests.fakes.fake_clock import FakeClock
from tests.fakes.remote_keys import RemoteKeys
from tests.unit.crypto.test_vault import master_key


class Stored:
    """The one row."""

    def __init__(self) -> None:
        self.key: WrappedKey | None = None

    def find(self) -> WrappedKey | None:
        return self.key

    def keep(self, new: WrappedKey) -> WrappedKey:
        self.key = self.key or new
        return self.key


@pytest.fixture
def stored() -> Stored:
    return Stored()


@pytest.fixture
def authenticator(stored: Stored) -> Authenticator:
    return Authenticator(EnvironmentKeys(config().master_keys), stored.find, stored.keep, FakeClock())


def test_it_vouches_for_what_it_made_and_nothing_else(authenticator: Authenticator) -> None:
    mac = authenticator.mac("session", "1", "dana")
    assert authenticator.vouches(mac, "session", "1", "dana")
    assert mac == authenticator.mac("session", "1", "dana")
    assert not authenticator.vouches(mac, "sign-in", "1", "dana")
    assert not authenticator.vouches(mac, "session", "1d", "ana")
    assert not authenticator.vouches(mac, "session", "1", "dana", "")
    assert not authenticator.vouches("", "session", "1", "dana")
    assert not authenticator.vouches("é", "session", "1", "dana")


def test_without_a_key_it_vouches_for_nothing_and_makes_none(
    authenticator: Authenticator, stored: Stored
) -> None:
    assert not authenticator.vouches("0" * 64, "session")
    assert stored.key is None


def test_another_key_vouches_for_nothing_of_before(authenticator: Authenticator, stored: Stored) -> None:
    mac = authenticator.mac("session")
    stored.key = None
    authenticator.mac("session")
    assert not authenticator.vouches(mac, "session")


def test_it_lives_on_under_another_master_key(stored: Stored) -> None:
    old, new = master_key("old"), master_key("new")
    before = Authenticator(EnvironmentKeys([old]), stored.find, stored.keep, FakeClock())
    mac = before.mac("session")
    both = Authenticator(EnvironmentKeys([new, old]), stored.find, stored.keep, FakeClock())
    assert both.vouches(mac, "session")
    without = Authenticator(EnvironmentKeys([new]), stored.find, stored.keep, FakeClock())
    with pytest.raises(UnknownKey):
        without.vouches(mac, "session")


def test_an_outage_of_the_key_service_is_bridged_for_five_minutes(stored: Stored) -> None:
    remote, clock = RemoteKeys(), FakeClock()
    authenticator = Authenticator(remote, stored.find, stored.keep, clock)
    mac = authenticator.mac("session")
    remote.failures = 1
    assert authenticator.vouches(mac, "session")
    clock.advance(301)
    with pytest.raises(KeysUnreachable):
        authenticator.vouches(mac, "session")
    assert authenticator.vouches(mac, "session")
