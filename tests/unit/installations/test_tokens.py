from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from embedded_app.ids import UserId
from embedded_app.installations.flows import challenge_of, is_proof_text
from embedded_app.installations.tokens import (
    SignIn,
    pack_sign_in,
    pack_tokens,
    unpack_sign_in,
    unpack_tokens,
)
from embedded_app.procore import TokenSet
from embedded_app.secret import Secret

NOW = datetime(2026, 11, 20, 13, 26, 5, 123456, tzinfo=UTC)


def tokens(refresh_token: str | None = "r") -> TokenSet:
    return TokenSet(
        Secret("a"), Secret(refresh_token) if refresh_token else None, NOW, NOW + timedelta(seconds=5400)
    )


@pytest.mark.parametrize("refresh_token", ["r", None])
def test_a_token_set_comes_back_as_it_was(refresh_token: str | None) -> None:
    assert unpack_tokens(pack_tokens(tokens(refresh_token))) == tokens(refresh_token)


def test_a_sign_in_comes_back_as_it_was() -> None:
    sign_in = SignIn("flow", tokens(), UserId(2**62), "dana@example")
    assert unpack_sign_in("flow", pack_sign_in(sign_in.tokens, sign_in)) == sign_in


def test_a_sign_in_is_a_grant_that_is_never_renewed() -> None:
    sign_in = SignIn("flow", tokens(), UserId(1), "dana@example")
    assert sign_in.access_token() == Secret("a")
    assert sign_in.grant_id == "sign-in-flow"
    assert sign_in.renew(Secret("a")) == Secret("a")


def test_a_sign_in_does_not_print_its_tokens() -> None:
    sign_in = SignIn("flow", TokenSet(Secret("planted-1"), Secret("planted-2"), NOW, NOW), UserId(1), "d")
    assert "planted" not in repr(sign_in)


def test_the_challenge_is_that_of_rfc_7636() -> None:
    """The example of its appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize("text", ["", "a" * 42, "a" * 44, "a" * 42 + "=", "a" * 42 + "ä", "a" * 43 + "\n"])
def test_only_256_bits_are_a_proof(text: str) -> None:
    assert not is_proof_text(text)
    assert is_proof_text("a-_0" * 10 + "abc")
