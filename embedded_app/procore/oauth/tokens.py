"""What the login host gives (docs/platform-reference.md, section 2.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from embedded_app.ids import UserId
from embedded_app.procore.calls.decoding import Fields, Malformed
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


def decode_token_set(fields: Fields, now: datetime, *, refreshable: bool) -> TokenSet:
    """A token response received `now`.

    Expiry is `created_at` + `expires_in`. Where Procore's clock and ours differ so much that this would be wrong
    for us, the token counts as issued now.
    """
    if (fields.optional_text("token_type") or "bearer").lower() != "bearer":
        raise Malformed("token_type")
    access_token = Secret(fields.text("access_token"))
    if not _HEADER_TEXT.fullmatch(access_token.reveal()):
        raise Malformed("access_token")
    refresh_token = Secret(fields.text("refresh_token")) if refreshable else None
    seconds = fields.id("expires_in")
    if seconds > _LONGEST_LIFE_SECONDS:
        raise Malformed("expires_in")
    created_at = now
    stated = fields.optional_id("created_at")
    if stated is not None:
        age = now.timestamp() - stated
        if 0 <= age <= _CLOCKS_MAY_DIFFER.total_seconds():
            created_at = now - timedelta(seconds=age)
    return TokenSet(access_token, refresh_token, created_at, created_at + timedelta(seconds=seconds))


def decode_token_info(fields: Fields) -> TokenInfo:
    """`GET /oauth/token/info`."""
    user_id = fields.optional_id("resource_owner_id")
    application = fields.inner("application")
    if application is None:
        raise Malformed("application")
    return TokenInfo(
        user_id=None if user_id is None else UserId(user_id),
        client_id=application.text("uid"),
        expires_in_seconds=fields.id("expires_in_seconds"),
    )
