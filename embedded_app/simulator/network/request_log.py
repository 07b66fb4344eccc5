"""What the app asked of the simulated Procore, and which of the platform's rules it broke in doing so."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

_KEPT = 20_000  # requests; a long demonstration must not eat the machine


class Breach(StrEnum):
    """A rule of the platform that a request broke."""

    MISSING_COMPANY_HEADER = "missing_company_header"
    COMPANY_MISMATCH = "company_mismatch"
    """The company in the path or query is another one than the header names."""
    APP_NOT_CONNECTED = "app_not_connected"
    UNAUTHENTICATED = "unauthenticated"
    OVER_LIMIT = "over_limit"
    UNKNOWN_PATH = "unknown_path"
    UNKNOWN_FILTER = "unknown_filter"
    UNPAGED_LIST = "unpaged_list"
    """A list read that leaves `per_page` to the default, which differs from endpoint to endpoint."""
    DEPRECATED_PATH = "deprecated_path"
    COMPANY_NOT_CHOSEN = "company_not_chosen"
    """A call for a company with the token of a person whose list of companies was not read before."""
    BEARER_ELSEWHERE = "bearer_elsewhere"
    """A bearer token sent to an address that is not the API's: storage, the portal, the login pages."""


@dataclass(slots=True)
class Entry:
    """One request. `route` is its path with every id as `{id}`; `status` is None if it got no answer."""

    at: str
    method: str
    path: str
    route: str
    query: str
    company_header: str | None
    user_id: int | None = None
    status: int | None = None
    breaches: list[Breach] = field(default_factory=list)


class RequestLog:
    """The requests to login host, API and storage, and those elsewhere that carry a token; oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_KEPT)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)

    def clear(self) -> None:
        self._entries.clear()
