"""A grant whose tokens are given beforehand."""

from __future__ import annotations

from embedded_app.errors import GrantLost
from embedded_app.secret import Secret


class FakeGrant:
    """Hands out its first token until that is rejected, then the next; lost when there is none left."""

    def __init__(self, *tokens: str, grant_id: str = "grant-dana") -> None:
        self._tokens = [Secret(token) for token in tokens or ("token-1", "token-2")]
        self._grant_id = grant_id
        self.rejected: list[Secret] = []

    @property
    def grant_id(self) -> str:
        return self._grant_id

    def access_token(self) -> Secret:
        if not self._tokens:
            raise GrantLost("test")
        return self._tokens[0]

    def renew(self, rejected: Secret) -> Secret:
        self.rejected.append(rejected)
        self._tokens = [token for token in self._tokens if token != rejected]
        return self.access_token()
