"""The environment, read once into a frozen, typed `Config`.

`docs/configuration.md` lists every variable; a test holds that page to `VARIABLES`.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from embedded_app.errors import ConfigurationError
from embedded_app.outbound.names import is_this_machine
from embedded_app.outbound.network import IPNetwork
from embedded_app.secret import Secret

VARIABLES = (
    "PUBLIC_URL",
    "APP_NAME",
    "SECRET_KEY",
    "MASTER_KEYS",
    "MASTER_KEYS_FILE",
    "DATABASE_URL",
    "REDIS_URL",
    "PROCORE_ENVIRONMENT",
    "PROCORE_LOGIN_URL",
    "PROCORE_API_URL",
    "PROCORE_FRAME_ANCESTORS",
    "PROCORE_CLIENT_ID",
    "PROCORE_CLIENT_SECRET",
    "SUPPORT_EMAIL",
    "LOG_LEVEL",
    "METRICS_TOKEN",
    "GRANT_RETENTION_DAYS",
    "SOURCE_NETWORKS",
    "SOURCE_FILES",
    "TRUSTED_PROXIES",
    "SIGN_IN_CODES",
)

_COMMERCIAL_ANCESTORS = "https://*.procore.com"
# Login base, API base and framing hosts of each environment (platform reference, sections 1.1 and 1.2).
_ENVIRONMENTS: dict[str, tuple[str, str, str]] = {
    "production": ("https://login.procore.com", "https://api.procore.com", _COMMERCIAL_ANCESTORS),
    "sandbox": ("https://login-sandbox.procore.com", "https://sandbox.procore.com", _COMMERCIAL_ANCESTORS),
    "monthly": (
        "https://login-sandbox-monthly.procore.com",
        "https://api-monthly.procore.com",
        _COMMERCIAL_ANCESTORS,
    ),
    "federal": (
        "https://login.procoregov.com",
        "https://api.procoregov.com",
        f"{_COMMERCIAL_ANCESTORS} https://*.procoregov.com",
    ),
}
_DEFAULT_SECRETS = frozenset({"changeme", "change-me", "secret", "default", "password", "dev"})
_SHORTEST_SECRET_KEY = 32
_MOST_DAYS = 3650
_NEW_KEY = "`embedded-app keys generate` prints one."
_LONGEST_APP_NAME = 30  # listing rule (platform reference, section 8.2)
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True, slots=True)
class MasterKey:
    """A key-encryption key: `id` is stored beside what it wraps, `key` is 32 bytes, base64 in the secret."""

    id: str
    key: Secret


@dataclass(frozen=True, slots=True)
class Config:
    """What the environment says. Build it with `Config.from_environment`; see `docs/configuration.md`."""

    public_url: str
    app_name: str
    secret_key: Secret
    master_keys: tuple[MasterKey, ...]
    """The first wraps. Those of `master_keys_file`, as they were at the start, when there is one."""
    master_keys_file: Path | None
    database_url: Secret
    redis_url: Secret | None
    procore_environment: str
    procore_login_url: str
    procore_api_url: str
    procore_frame_ancestors: tuple[str, ...]
    procore_client_id: str
    procore_client_secret: Secret
    support_email: str
    log_level: str
    metrics_token: Secret | None
    grant_retention: timedelta
    """How long a grant may lie unused before it is given up."""
    source_networks: tuple[IPNetwork, ...]
    source_files: Path | None
    trusted_proxies: int
    sign_in_codes: bool

    @property
    def is_https(self) -> bool:
        """Whether people reach us by TLS; decides cookie names and HSTS."""
        return self.public_url.startswith("https://")

    @property
    def redirect_uri(self) -> str:
        """The one redirect URI, to be registered exactly so (platform reference, section 2.1)."""
        return f"{self.public_url}/oauth/callback"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Config:
        """Read and check everything.

        Raises:
            ConfigurationError: with one sentence for each problem, so that one start shows them all.
        """
        return _Reader(environ).read()


def parse_master_keys(text: str, setting: str) -> tuple[tuple[MasterKey, ...], list[str]]:
    """The keys in `text`, separated by commas or lines, and every problem as a sentence that names `setting`."""
    keys: list[MasterKey] = []
    problems: list[str] = []
    parts = (part.strip() for part in text.replace("\n", ",").split(","))
    for number, part in enumerate(filter(None, parts), start=1):
        key_id, _, encoded = part.partition(":")
        if not key_id or not encoded:
            problems.append(f"Key {number} in {setting} is not written as id:base64. {_NEW_KEY}")
            continue
        try:
            length = len(base64.b64decode(encoded, validate=True))
        except (binascii.Error, ValueError):
            problems.append(f"Key {key_id!r} in {setting} is not base64. {_NEW_KEY}")
            continue
        if length != 32:  # noqa: PLR2004 # AES-256
            problems.append(f"Key {key_id!r} in {setting} has {length} bytes, and a key has 32. {_NEW_KEY}")
        keys.append(MasterKey(key_id, Secret(encoded)))
    if len({key.id for key in keys}) != len(keys):
        problems.append(f"{setting} names one id twice. Give each key an id of its own.")
    if any(a.key == b.key for i, a in enumerate(keys) for b in keys[i + 1 :]):
        problems.append(f"{setting} holds one key under two ids. Remove one.")
    if not keys and not problems:
        problems.append(f"{setting} holds no key. {_NEW_KEY}")
    return tuple(keys), problems


class _Reader:
    """Collects problems while it reads, so that the operator sees all of them at once."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._problems: list[str] = []

    def read(self) -> Config:
        environment = self._choice("PROCORE_ENVIRONMENT", "production", (*_ENVIRONMENTS, "custom"))
        login_url, api_url, ancestors = self._procore_urls(environment)
        config = Config(
            public_url=self._public_url(),
            app_name=self._app_name(),
            secret_key=self._secret_key(),
            master_keys=self._master_keys(),
            master_keys_file=self._master_keys_file(),
            database_url=self._database_url(),
            redis_url=self._optional_secret("REDIS_URL"),
            procore_environment=environment,
            procore_login_url=login_url,
            procore_api_url=api_url,
            procore_frame_ancestors=ancestors,
            procore_client_id=self._required(
                "PROCORE_CLIENT_ID", "the client id of your app in the Developer Portal"
            ),
            procore_client_secret=Secret(
                self._required(
                    "PROCORE_CLIENT_SECRET", "the client secret of your app in the Developer Portal"
                )
            ),
            support_email=self._support_email(),
            log_level=self._choice("LOG_LEVEL", "INFO", _LOG_LEVELS),
            metrics_token=self._optional_secret("METRICS_TOKEN"),
            grant_retention=timedelta(days=self._days("GRANT_RETENTION_DAYS", 90)),
            source_networks=self._networks(),
            source_files=self._source_files(),
            trusted_proxies=self._trusted_proxies(),
            sign_in_codes=self._choice("SIGN_IN_CODES", "off", ("off", "on")) == "on",
        )
        if self._problems:
            raise ConfigurationError(self._problems)
        return config

    def _get(self, name: str) -> str:
        return self._environ.get(name, "").strip()

    def _required(self, name: str, remedy: str) -> str:
        value = self._get(name)
        if not value:
            self._problems.append(f"{name} is missing. Set it to {remedy}.")
        return value

    def _optional_secret(self, name: str) -> Secret | None:
        value = self._get(name)
        return Secret(value) if value else None

    def _choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self._get(name) or default
        if value not in allowed:
            self._problems.append(f"{name} is {value!r}. Set it to one of {', '.join(allowed)}.")
        return value

    def _base_url(self, name: str, value: str) -> str:
        parts = urlsplit(value)
        host = parts.hostname or ""
        is_local = host in {"127.0.0.1", "::1"} or is_this_machine(host)
        if not host or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
            self._problems.append(f"{name} is not a base address. Write it as https://host, without a path.")
        elif parts.scheme != "https" and not (parts.scheme == "http" and is_local):
            self._problems.append(
                f"{name} must begin with https://. Plain http is allowed on this machine only."
            )
        return value.rstrip("/")

    def _public_url(self) -> str:
        value = self._required("PUBLIC_URL", "the address under which people reach this app, as https://host")
        return self._base_url("PUBLIC_URL", value) if value else value

    def _app_name(self) -> str:
        value = self._get("APP_NAME") or "Tieback"
        if len(value) > _LONGEST_APP_NAME:
            self._problems.append(f"APP_NAME has {len(value)} characters. Use at most {_LONGEST_APP_NAME}.")
        if "procore" in value.lower():
            self._problems.append(
                'APP_NAME contains "Procore". Procore does not allow that; choose another name.'
            )
        return value

    def _secret_key(self) -> Secret:
        value = self._required("SECRET_KEY", "a random text of at least 32 characters")
        if value and (len(value) < _SHORTEST_SECRET_KEY or value.lower() in _DEFAULT_SECRETS):
            self._problems.append(
                f"SECRET_KEY is too short or a default. "
                f"Set it to a random text of at least {_SHORTEST_SECRET_KEY} characters."
            )
        return Secret(value)

    def _master_keys(self) -> tuple[MasterKey, ...]:
        path = self._master_keys_file()
        if path is None:
            value = self._required(
                "MASTER_KEYS", "id:base64 with 32 random bytes; `embedded-app keys generate` prints one"
            )
            keys, problems = parse_master_keys(value, "MASTER_KEYS") if value else ((), [])
        else:
            keys, problems = self._keys_in(path)
        self._problems += problems
        return keys

    def _master_keys_file(self) -> Path | None:
        value = self._get("MASTER_KEYS_FILE")
        return Path(value).absolute() if value else None

    def _keys_in(self, path: Path) -> tuple[tuple[MasterKey, ...], list[str]]:
        if self._get("MASTER_KEYS"):
            return (), ["MASTER_KEYS and MASTER_KEYS_FILE are both set. Keep one of them."]
        try:
            return parse_master_keys(path.read_text(), "MASTER_KEYS_FILE")
        except (OSError, UnicodeDecodeError):
            return (), [
                "MASTER_KEYS_FILE names a file that cannot be read. Mount it, readable by this process."
            ]

    def _database_url(self) -> Secret:
        value = self._get("DATABASE_URL") or "sqlite:///instance/tieback.sqlite3"
        scheme, _, rest = value.partition("://")
        if scheme in {"postgres", "postgresql"}:  # hosts hand these out; the driver wants its own name
            value = f"postgresql+psycopg://{rest}"
        elif scheme not in {"sqlite", "postgresql+psycopg"}:
            self._problems.append("DATABASE_URL must begin with sqlite:/// or postgresql://.")
        return Secret(value)

    def _procore_urls(self, environment: str) -> tuple[str, str, tuple[str, ...]]:
        login_url, api_url, ancestors = _ENVIRONMENTS.get(environment, ("", "", ""))
        login_url = self._get("PROCORE_LOGIN_URL") or login_url
        api_url = self._get("PROCORE_API_URL") or api_url
        ancestors = self._get("PROCORE_FRAME_ANCESTORS") or ancestors
        for name, value in (("PROCORE_LOGIN_URL", login_url), ("PROCORE_API_URL", api_url)):
            if value:
                self._base_url(name, value)
            elif environment == "custom":
                self._problems.append(
                    f"{name} is missing. PROCORE_ENVIRONMENT is custom, so set it to a base address."
                )
        hosts = tuple(ancestors.replace(",", " ").split())
        if not hosts and environment == "custom":
            self._problems.append(
                "PROCORE_FRAME_ANCESTORS is missing. Set it to the origins that may frame the app."
            )
        for host in hosts:
            if not host.startswith(("https://", "http://")) or any(c in host for c in ";'\""):
                self._problems.append(f"PROCORE_FRAME_ANCESTORS names {host!r}, which is not an origin.")
        return login_url.rstrip("/"), api_url.rstrip("/"), hosts

    def _support_email(self) -> str:
        value = self._required("SUPPORT_EMAIL", "the address that people in need of help write to")
        if value and "@" not in value:
            self._problems.append("SUPPORT_EMAIL is not an e-mail address.")
        return value

    def _days(self, name: str, default: int) -> int:
        value = self._get(name) or str(default)
        if not value.isascii() or not value.isdecimal() or not 1 <= int(value) <= _MOST_DAYS:
            self._problems.append(f"{name} is {value!r}. Set it to a number of days from 1 to {_MOST_DAYS}.")
            return default
        return int(value)

    def _networks(self) -> tuple[IPNetwork, ...]:
        networks: list[IPNetwork] = []
        for part in filter(None, (p.strip() for p in self._get("SOURCE_NETWORKS").split(","))):
            try:
                networks.append(ipaddress.ip_network(part))
            except ValueError:
                self._problems.append(f"SOURCE_NETWORKS names {part!r}. Write networks as 10.0.0.0/8.")
        return tuple(networks)

    def _trusted_proxies(self) -> int:
        value = self._get("TRUSTED_PROXIES") or "0"
        if value.isascii() and value.isdigit() and len(value) == 1:
            return int(value)
        self._problems.append("TRUSTED_PROXIES is how many proxies stand before the app. Write 0 to 9.")
        return 0

    def _source_files(self) -> Path | None:
        value = self._get("SOURCE_FILES")
        return Path(value).resolve() if value else None
