"""The cookies there are, and the one way to set, read and clear them.

Over https their names carry the ``__Host-`` prefix, which no subdomain and no plain page can set. Over plain
http, which is allowed on this machine only, browsers refuse the prefix, and `Secure` except where a cookie
cannot do without.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flask import Flask, current_app, request
from werkzeug.wrappers import Response

from embedded_app.config import Config


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie for the whole host that no script can read."""

    bare_name: str
    third_party: bool = False
    """Whether it is set and read inside a frame of another site: `SameSite=None; Partitioned`, else `Lax`."""

    @property
    def name(self) -> str:
        """The name as the browser knows it."""
        return f"__Host-{self.bare_name}" if _is_https() else self.bare_name

    def read(self) -> str | None:
        """What the browser sent, unverified; `None` when it sent nothing."""
        return request.cookies.get(self.name) or None

    def set(self, response: Response, value: str, *, max_age_seconds: int) -> None:
        """Have `response` store `value`."""
        same_site: Literal["None", "Lax"] = "None" if self.third_party else "Lax"
        response.set_cookie(
            self.name,
            value,
            max_age=max_age_seconds,
            secure=_is_https() or self.third_party,  # a third-party cookie without Secure is dropped
            httponly=True,
            samesite=same_site,
            partitioned=self.third_party,
        )

    def clear(self, response: Response) -> None:
        """Have `response` remove it."""
        self.set(response, "", max_age_seconds=0)


LOGIN = Cookie("ea_login")
"""Binds a sign-in under way to the window that began it."""
RESUME = Cookie("ea_resume", third_party=True)
"""Lets a reloaded frame go on without signing in again."""
SESSION = Cookie("sid")
"""The session of the pages in a full tab."""

REVOKED = Cookie("ea_revoked")
"""What became of the connections that this browser has just ended, for the page after it."""


def init_app(app: Flask, config: Config) -> None:
    """Reads PUBLIC_URL, whose scheme decides names and attributes."""
    app.extensions["cookies"] = config.is_https


def _is_https() -> bool:
    is_https: bool = current_app.extensions["cookies"]
    return is_https
