"""Sealing: what opens, and everything that must not."""

from __future__ import annotations

import base64
import os
from dataclasses import replace

import pytest

from embedded_app.config import MasterKey
from embedded_app.crypto import EnvironmentKeys, SealContext, Sealed, SealingKey, Vault, WrappedKey
from embedded_app.errors import KeyDestroyed, UnknownKey, Unsealable
from embedded_app.secret import Secret
from tests.fakes.fake_clock import FakeClock


def master_key(key_id: str) -> MasterKey:
    return MasterKey(key_id, Secret(base64.b64encode(os.urandom(32)).decode()))


class Companies(dict[int, WrappedKey]):
    """The stored wrapped keys."""


@pytest.fixture
def companies() -> Companies:
    return Companies()


@pytest.fixture
def vault(companies: Companies) -> Vault:
    vault = Vault(EnvironmentKeys([master_key("k1")]), companies.get, FakeClock())
    for company_id in (1, 2):
        companies[company_id] = vault.new_company_key(company_id)
    return vault


CONTEXT = SealContext("grants.token_set", 1, "row-1", 7)


def test_what_was_sealed_opens_in_its_place(vault: Vault) -> None:
    sealed = vault.seal(CONTEXT, Secret("token ✓"))
    assert vault.open_secret(CONTEXT, Sealed.from_bytes(sealed.to_bytes())) == Secret("token ✓")
    assert b"token" not in sealed.to_bytes()


def test_two_seals_of_one_value_differ(vault: Vault) -> None:
    assert vault.seal(CONTEXT, b"same") != vault.seal(CONTEXT, b"same")


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(CONTEXT, purpose="sources.credentials"),
        replace(CONTEXT, company_id=2),
        replace(CONTEXT, row_id="row-2"),
        replace(CONTEXT, version=6),
    ],
    ids=["column", "company", "row", "version"],
)
def test_a_moved_value_does_not_open(vault: Vault, elsewhere: SealContext) -> None:
    sealed = vault.seal(CONTEXT, b"value")
    with pytest.raises(Unsealable):
        vault.open(elsewhere, sealed)


def test_contexts_that_read_alike_are_not_alike(vault: Vault) -> None:
    sealed = vault.seal(SealContext("ab", 1, "c"), b"value")
    with pytest.raises(Unsealable):
        vault.open(SealContext("a", 1, "bc"), sealed)


def test_every_altered_byte_is_noticed(vault: Vault) -> None:
    envelope = vault.seal(CONTEXT, b"value").to_bytes()
    for at in range(len(envelope)):
        altered = envelope[:at] + bytes([envelope[at] ^ 1]) + envelope[at + 1 :]
        with pytest.raises(Unsealable):
            vault.open(CONTEXT, Sealed.from_bytes(altered))


def test_what_is_stored_today_stays_readable() -> None:
    """The generation, a nonce of 12 bytes, the value and a tag of 16, under a key of 32 bytes."""
    stored = bytes.fromhex("0179903fe234f9e06e3a83c431551854b45a170e7be89c8f265c8c5d5794dad57108")
    key = SealingKey.from_bytes(bytes(range(32)))
    assert key.open(CONTEXT, Sealed.from_bytes(stored)) == b"value"
    assert len(key.seal(CONTEXT, b"value").to_bytes()) == len(stored)
    assert len(SealingKey.create().to_bytes()) == 32


def test_a_sealed_value_has_a_generation_a_nonce_and_a_tag() -> None:
    Sealed.from_bytes(b"\x01" + bytes(28))
    with pytest.raises(Unsealable):
        Sealed.from_bytes(b"\x01" + bytes(27))


@pytest.mark.parametrize("stored", [b"", b"\x01", bytes(40), b"plain text"])
def test_what_is_no_sealed_value_is_refused(stored: bytes) -> None:
    with pytest.raises(Unsealable):
        Sealed.from_bytes(stored)


def test_a_destroyed_key_ends_everything_at_once(vault: Vault, companies: Companies) -> None:
    sealed = vault.seal(CONTEXT, b"value")
    assert vault.open(CONTEXT, sealed) == b"value"
    del companies[1]
    with pytest.raises(KeyDestroyed):
        vault.open(CONTEXT, sealed)


def test_a_key_of_another_company_does_not_serve(vault: Vault, companies: Companies) -> None:
    companies[1] = companies[2]
    with pytest.raises(Unsealable):
        vault.seal(CONTEXT, b"value")


def test_old_master_keys_still_unwrap_and_a_removed_one_is_named(companies: Companies) -> None:
    old, new = master_key("2025"), master_key("2026")
    before = Vault(EnvironmentKeys([old]), companies.get, FakeClock())
    companies[1] = before.new_company_key(1)
    sealed = before.seal(CONTEXT, b"value")
    both = Vault(EnvironmentKeys([new, old]), companies.get, FakeClock())
    assert both.open(CONTEXT, sealed) == b"value"
    assert both.new_company_key(3).master_key_id == "2026"
    with pytest.raises(UnknownKey, match="2025"):
        Vault(EnvironmentKeys([new]), companies.get, FakeClock()).open(CONTEXT, sealed)


class CountingKeys(EnvironmentKeys):
    """Counts how many keys were unwrapped."""

    unwrapped = 0

    def unwrap(self, wrapped: WrappedKey, context: SealContext) -> bytes:
        self.unwrapped += 1
        return super().unwrap(wrapped, context)


def test_unwrapped_keys_are_remembered_for_minutes_only(companies: Companies) -> None:
    clock, keys = FakeClock(), CountingKeys([master_key("k")])
    vault = Vault(keys, companies.get, clock)
    companies[1] = vault.new_company_key(1)
    for _ in range(3):
        vault.seal(CONTEXT, b"value")
    clock.advance(299)
    vault.seal(CONTEXT, b"value")
    assert keys.unwrapped == 1
    clock.advance(1)
    vault.seal(CONTEXT, b"value")
    assert keys.unwrapped == 2


def test_the_keys_of_1024_companies_are_remembered(companies: Companies) -> None:
    clock, keys = FakeClock(), CountingKeys([master_key("k")])
    vault = Vault(keys, companies.get, clock)

    def seal(company_id: int) -> int:
        """How many keys were unwrapped until now."""
        companies[company_id] = companies.get(company_id) or vault.new_company_key(company_id)
        vault.seal(replace(CONTEXT, company_id=company_id), b"value")
        return keys.unwrapped

    assert seal(0) == 1
    clock.advance(299)
    assert [seal(company_id) for company_id in range(1, 1024)][-1] == 1024
    assert seal(0) == 1024
    clock.advance(1)
    assert seal(0) == 1025, "it was asked for again, and so is the newest"
    assert seal(1024) == 1026, "takes the place of the oldest"
    assert seal(0) == 1026
    assert seal(1) == 1027


def test_a_value_without_a_company_is_sealed_apart(vault: Vault) -> None:
    context = SealContext("sign_in_flows.token_set", 0, "flow-1")
    wrapped, sealed = vault.seal_apart(context, b"tokens")
    assert vault.open_apart(context, wrapped, sealed) == b"tokens"
    with pytest.raises(Unsealable):
        vault.open_apart(replace(context, row_id="flow-2"), wrapped, sealed)
