"""What the login host gives (docs/platform-reference.md, section 2.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import msgspec

from embedded_app.ids import UserId
from embedded_app.procore.calls.decoding import Decode, shaped
from embedded_app.procore.calls.fields import Id, Malformed, RequiredText, Text
from embedded_app.secret import Secret

_CLOCKS_MAY_DIFFER = timedelta(minutes=5)
_HEADER_TEXT = re.compile(r"[!-~]+")
"""Opaque, but it goes into a header."""
_LONGEST_LIFE_SECONDS = 366 * 24 * 3600


@dataclass(frozen=True, slots=True)
class TokenSet:
    """One token response.

    Attributes:
        access_token: opaque.
        refresh_token: works once; ``None`` for client credentials only.
        created_at: when it was issued, UTC, by our clock.
        expires_at: when the access token ends, UTC, by our clock.
    """

    access_token: Secret
    refresh_token: Secret | None
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """What the login host says about an access token.

    Attributes:
        user_id: whose it is, or ``None`` for client credentials.
        client_id: the app it was issued to.
        expires_in_seconds: what is left of it.
    """

    user_id: UserId | None
    client_id: str
    expires_in_seconds: int


class _Tokens(msgspec.Struct):
    access_token: RequiredText
    expires_in: Id[int]
    refresh_token: Text | None = None
    token_type: Text | None = None
    created_at: Id[int] | None = None


def token_set(now: datetime, *, refreshable: bool) -> Decode[TokenSet]:
    """Decodes a token response received `now`, with or without a refresh token.

    Expiry is `created_at` + `expires_in`. Where Procore's clock and ours differ so much that this would be wrong
    for us, the token counts as issued now.
    """
    return shaped(_Tokens, partial(_token_set, now=now, refreshable=refreshable))


def _token_set(answer: _Tokens, *, now: datetime, refreshable: bool) -> TokenSet:
    if (answer.token_type or "bearer").lower() != "bearer":
        raise Malformed("token_type")
    if not _HEADER_TEXT.fullmatch(answer.access_token):
        raise Malformed("access_token")
    if refreshable and answer.refresh_token is None:
        raise Malformed("refresh_token")
    if answer.expires_in > _LONGEST_LIFE_SECONDS:
        raise Malformed("expires_in")
    created_at = now
    if answer.created_at is not None:
        age = now.timestamp() - answer.created_at
        if 0 <= age <= _CLOCKS_MAY_DIFFER.total_seconds():
            created_at = now - timedelta(seconds=age)
    return TokenSet(
        Secret(answer.access_token),
        Secret(answer.refresh_token) if refreshable and answer.refresh_token else None,
        created_at,
        created_at + timedelta(seconds=answer.expires_in),
    )


class _Application(msgspec.Struct):
    uid: RequiredText


class _Info(msgspec.Struct):
    application: _Application
    expires_in_seconds: Id[int]
    resource_owner_id: Id[UserId] | None = None


def _token_info(info: _Info) -> TokenInfo:
    return TokenInfo(info.resource_owner_id, info.application.uid, info.expires_in_seconds)


TOKEN_INFO = shaped(_Info, _token_info)
"""Decodes `GET /oauth/token/info`."""
