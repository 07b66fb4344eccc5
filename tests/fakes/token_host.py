"""The login host's refresh, as a function: single-use refresh tokens, and faults on demand."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from embedded_app.errors import ProcoreError, TokenRefused
from embedded_app.procore import TokenSet
from embedded_app.secret import Secret


def token_set(number: int, *, age: timedelta = timedelta(0), refreshable: bool = True) -> TokenSet:
    """The pair `number`, issued `age` ago for 5400 seconds."""
    created_at = datetime.now(UTC) - age
    return TokenSet(
        Secret(f"access-{number}"),
        Secret(f"refresh-{number}") if refreshable else None,
        created_at,
        created_at + timedelta(seconds=5400),
    )


class TokenHost:
    """Issues the pairs 2, 3, 4 … for the refresh tokens 1, 2, 3 …; each works once.

    Attributes:
        calls: the refresh tokens that arrived, in order.
        faults: taken one for each call, `None` for none. `(error, True)` raises after the token was used up.
        before_answer: called in each call before it is answered.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._good = 1
        self.calls: list[str] = []
        self.faults: list[tuple[ProcoreError, bool] | None] = []
        self.before_answer: Callable[[], None] = lambda: None

    def refresh(self, refresh_token: Secret) -> TokenSet:
        self.before_answer()
        with self._lock:
            self.calls.append(refresh_token.reveal())
            fault = self.faults.pop(0) if self.faults else None
            if fault is not None and not fault[1]:
                raise fault[0]
            if refresh_token.reveal() != f"refresh-{self._good}":
                raise TokenRefused("Refused.", error="invalid_grant")
            self._good += 1
            if fault is not None:
                raise fault[0]
            return token_set(self._good)

    def obtain(self) -> TokenSet:
        """A token of the service account, which costs nothing: the pairs go on counting."""
        self.before_answer()
        with self._lock:
            self.calls.append("client_credentials")
            fault = self.faults.pop(0) if self.faults else None
            if fault is not None and not fault[1]:
                raise fault[0]
            self._good += 1
            if fault is not None:
                raise fault[0]
            return token_set(self._good, refreshable=False)
