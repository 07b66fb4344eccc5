"""Whose authority a call carries."""

from __future__ import annotations

from typing import Protocol

from embedded_app.secret import Secret


class Grant(Protocol):
    """One principal's authorization for one company, as the client needs it.

    The client keeps no token of its own: it asks for each call and never remembers the answer.
    """

    @property
    def grant_id(self) -> str:
        """A stable name of this grant, never a token; what was read under it is shown to nobody else."""
        ...

    def access_token(self) -> Secret:
        """A token that should still be accepted; may refresh behind the scenes.

        Raises:
            GrantLost: the grant can no longer be used.
        """
        ...

    def renew(self, rejected: Secret) -> Secret:
        """Another token, after Procore answered 401 to `rejected`; asked at most once for a call.

        Raises:
            GrantLost: the grant can no longer be used.
        """
        ...
