"""Token sets, and who signed in, as bytes to be sealed and back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from embedded_app.ids import UserId
from embedded_app.procore import TokenSet
from embedded_app.secret import Secret


@dataclass(frozen=True, slots=True)
class FreshTokens:
    """The grant for the few calls between the login and the company: minutes old, so never refreshed.

    Attributes:
        flow_id: the sign-in they came from, as text.
        tokens: of the exchange.
    """

    flow_id: str
    tokens: TokenSet

    @property
    def grant_id(self) -> str:
        return f"sign-in-{self.flow_id}"

    def access_token(self) -> Secret:
        return self.tokens.access_token

    def renew(self, rejected: Secret) -> Secret:
        """There is nothing newer: the same once more, so that what is raised is Procore's refusal."""
        return rejected


@dataclass(frozen=True, slots=True)
class SignIn(FreshTokens):
    """Somebody who came back from Procore's login, before they stand in any company.

    Attributes:
        user_id: the person's id in Procore.
        login: their login; a name comes only with a company.
    """

    user_id: UserId
    login: str


def pack_tokens(tokens: TokenSet) -> bytes:
    """`tokens`, for the vault and nothing else."""
    return orjson.dumps(_tokens_as_json(tokens))


def unpack_tokens(packed: bytes) -> TokenSet:
    """What `pack_tokens` packed."""
    return _tokens_of(orjson.loads(packed))


def pack_sign_in(tokens: TokenSet, sign_in: SignIn | None = None) -> bytes:
    """`tokens`, and who signed in where that is known, for the vault and nothing else."""
    who = {} if sign_in is None else {"user_id": sign_in.user_id, "login": sign_in.login}
    return orjson.dumps({**who, "tokens": _tokens_as_json(tokens)})


def unpack_sign_in(flow_id: str, packed: bytes) -> SignIn | None:
    """What `pack_sign_in` packed for the flow `flow_id`; `None` while nobody knew who signed in."""
    value = orjson.loads(packed)
    if "user_id" not in value:
        return None
    return SignIn(flow_id, _tokens_of(value["tokens"]), UserId(value["user_id"]), value["login"])


def unpack_tokens_of_sign_in(packed: bytes) -> TokenSet:
    """The tokens that `pack_sign_in` packed, whether or not it is known who signed in."""
    return _tokens_of(orjson.loads(packed)["tokens"])


def _tokens_as_json(tokens: TokenSet) -> dict[str, Any]:
    refresh_token = tokens.refresh_token
    return {
        "access": tokens.access_token.reveal(),
        "refresh": None if refresh_token is None else refresh_token.reveal(),
        "created_at": tokens.created_at.timestamp(),
        "expires_at": tokens.expires_at.timestamp(),
    }


def _tokens_of(value: dict[str, Any]) -> TokenSet:
    return TokenSet(
        access_token=Secret(value["access"]),
        refresh_token=None if value["refresh"] is None else Secret(value["refresh"]),
        created_at=datetime.fromtimestamp(value["created_at"], UTC),
        expires_at=datetime.fromtimestamp(value["expires_at"], UTC),
    )
