"""Codes and tokens of the simulated login host: what was issued, what still works, what was used up.

Tokens live 5400 s, codes 10 minutes and once, refresh tokens once (docs/platform-reference.md, section 2).
"""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass

from embedded_app.simulator.clock import SimulatedClock
from embedded_app.simulator.switches import RefreshMode, Switches

CODE_SECONDS = 600
ACCESS_SECONDS = 5400
_HEADER = "eyJhbGciOiJIUzUxMiJ9"  # access tokens look like JWTs, and are opaque


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code, waiting to be exchanged."""

    code: str
    client_id: str
    redirect_uri: str
    user_id: int
    issued_at: float


@dataclass(slots=True)
class TokenPair:
    """One answer of the token endpoint. `user_id` is None for the service account, which has no `refresh_token`.

    `replaces` is the pair whose refresh token dies when this access token is first used. `listed` says whether the
    owner's companies were read with it, or with one that it came from by refreshing.
    """

    access_token: str
    refresh_token: str | None
    client_id: str
    user_id: int | None
    created_at: int
    refreshable: bool
    revoked: bool = False
    replaces: TokenPair | None = None
    listed: bool = False


KeptTokens = tuple[list[Code], list[TokenPair]]


class TokenStore:
    """Every code and token of one run."""

    def __init__(self, clock: SimulatedClock, switches: Switches) -> None:
        self._clock = clock
        self._switches = switches
        self._codes: dict[str, Code] = {}
        self._by_access: dict[str, TokenPair] = {}
        self._by_refresh: dict[str, TokenPair] = {}

    def issue_code(self, client_id: str, redirect_uri: str, user_id: int) -> str:
        """A new code for the person who allowed the app."""
        code = secrets.token_hex(32)
        self._codes[code] = Code(code, client_id, redirect_uri, user_id, self._clock.time())
        return code

    def take_code(self, code: str) -> Code | None:
        """The code, used up by this; None if it is unknown, used or older than ten minutes."""
        found = self._codes.pop(code, None)
        if found is None or self._clock.time() - found.issued_at > CODE_SECONDS:
            return None
        return found

    def issue(self, client_id: str, user_id: int | None, replaces: TokenPair | None = None) -> TokenPair:
        """A new pair; for the service account (`user_id` None) the access token alone."""
        pair = TokenPair(
            access_token=".".join((_HEADER, secrets.token_urlsafe(48), secrets.token_urlsafe(32))),
            refresh_token=None if user_id is None else secrets.token_hex(32),
            client_id=client_id,
            user_id=user_id,
            created_at=int(self._clock.time()),
            refreshable=user_id is not None,
            replaces=replaces if self._switches.refresh_mode is RefreshMode.ON_FIRST_USE else None,
            listed=replaces is not None and replaces.listed,
        )
        self._by_access[pair.access_token] = pair
        if pair.refresh_token is not None:
            self._by_refresh[pair.refresh_token] = pair
        return pair

    def attempt_refresh(self, refresh_token: str) -> TokenPair | None:
        """The pair whose refresh token this is, if it still works. The attempt itself may use it up."""
        pair = self._by_refresh.get(refresh_token)
        if pair is None or not pair.refreshable:
            return None
        if self._switches.refresh_mode is RefreshMode.AT_ONCE:
            pair.refreshable = False
        return pair

    def use(self, access_token: str) -> TokenPair | None:
        """The pair of a working access token, noted as used; None if it is unknown, expired or revoked."""
        pair = self._by_access.get(access_token)
        if pair is None or pair.revoked or self.seconds_left(pair) <= 0:
            return None
        if pair.replaces is not None:
            pair.replaces.refreshable = False
            pair.replaces = None
        return pair

    def seconds_left(self, pair: TokenPair) -> int:
        """How long the access token still lives; not positive once it expired."""
        return math.ceil(pair.created_at + ACCESS_SECONDS - self._clock.time())

    def pairs(self) -> list[TokenPair]:
        """Every pair that was issued, in that order."""
        return list(self._by_access.values())

    def keep(self) -> KeptTokens:
        """All codes that were not used, and all pairs, in the order in which they were issued."""
        return list(self._codes.values()), self.pairs()

    def bring_back(self, kept: KeptTokens) -> None:
        """Know what `keep` gave, and nothing else."""
        codes, pairs = kept
        self._codes = {code.code: code for code in codes}
        self._by_access, self._by_refresh = {}, {}
        for pair in pairs:
            self._by_access[pair.access_token] = pair
            if pair.refresh_token is not None:
                self._by_refresh[pair.refresh_token] = pair

    def find(self, token: str) -> TokenPair | None:
        """The pair that an access or refresh token belongs to, dead or alive."""
        return self._by_access.get(token) or self._by_refresh.get(token)

    def revoke(self, pair: TokenPair) -> None:
        """End the access and the refresh token."""
        pair.revoked = True
        pair.refreshable = False

    def revoke_all(self, user_id: int | None = None) -> int:
        """Revoke every pair, or those of one person; the answer is how many."""
        chosen = [each for each in self._by_access.values() if user_id is None or each.user_id == user_id]
        for pair in chosen:
            self.revoke(pair)
        return len(chosen)
