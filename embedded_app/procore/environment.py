"""Which Procore we talk to: its two bases, who may frame us, and who may receive a bearer token."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import SplitResult, urlsplit

from embedded_app.config import Config

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Environment:
    """One Procore environment (docs/platform-reference.md, section 1.1).

    Tokens and credentials never cross environments, so a process has exactly one.

    Attributes:
        name: the value of PROCORE_ENVIRONMENT.
        login_url: base of the OAuth endpoints, without a trailing slash.
        api_url: base of the REST calls, without a trailing slash.
        frame_ancestors: origins that may frame the app; ``*`` stands for any subdomain.
    """

    name: str
    login_url: str
    api_url: str
    frame_ancestors: tuple[str, ...]

    @classmethod
    def from_config(cls, config: Config) -> Environment:
        """The environment that `config` names."""
        return cls(
            name=config.procore_environment,
            login_url=config.procore_login_url,
            api_url=config.procore_api_url,
            frame_ancestors=config.procore_frame_ancestors,
        )

    def may_receive_bearer(self, url: str) -> bool:
        """Whether `url` has exactly the scheme, host and port of one of our two bases."""
        target = _origin(url)
        return target is not None and target in {_origin(self.login_url), _origin(self.api_url)}

    def is_portal(self, url: str) -> bool:
        """Whether `url` is the bare origin of a web host that this environment lets frame us."""
        parts = _split(url)
        if parts is None or parts.path.rstrip("/") or parts.query or parts.fragment:
            return False
        origin = _origin(url)
        return origin is not None and any(_matches(origin, allowed) for allowed in self.frame_ancestors)


_Origin = tuple[str, str, int]


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 # reading it is the check: it raises when the port is no number
    except ValueError:
        return None
    return parts


def _origin(url: str) -> _Origin | None:
    parts = _split(url)
    if parts is None or parts.scheme not in _DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS[parts.scheme]


def _matches(origin: _Origin, allowed: str) -> bool:
    pattern = _origin(allowed)
    if pattern is None:
        return False
    scheme, host, port = origin
    return (scheme, port) == (pattern[0], pattern[2]) and fnmatchcase(host, pattern[1])
