"""One call of the REST API, before it carries anybody's authority.

A call that needs `Procore-Company-Id` cannot be built without a company (docs/platform-reference.md, section
2.5): a `CompanyRoute` fits only into a `CompanyCall` and a `WriteRoute` only into a `CompanyWrite`, and both take
the company first. A path that is no member of the routes cannot be called at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from embedded_app.ids import CompanyId, ProjectId
from embedded_app.procore.calls.routes import CompanyRoute, ViewerRoute, WriteRoute

Query = tuple[tuple[str, str], ...]
Ids = tuple[tuple[str, int | str], ...]


@dataclass(frozen=True, slots=True)
class Period:
    """A filter on a time: both ends included, each with its zone."""

    begin: datetime
    end: datetime

    def __str__(self) -> str:
        """As filters want it, with three dots (section 4.3)."""
        return f"{_stamp(self.begin)}...{_stamp(self.end)}"


@dataclass(frozen=True, slots=True)
class ViewerCall:
    """A call that belongs to no company."""

    route: ViewerRoute
    query: Query = ()

    @property
    def company_id(self) -> None:
        """There is none."""
        return

    @property
    def path(self) -> str:
        """The path with its query; what identifies a read."""
        return _with_query(self.route.path(), self.query)

    @property
    def headers(self) -> dict[str, str]:
        """The headers that belong to the call itself."""
        return {}

    @property
    def body(self) -> None:
        """There is none."""
        return

    def asking(self, **query: object) -> ViewerCall:
        """The same call with more query parameters."""
        return replace(self, query=(*self.query, *_texts(query)))


@dataclass(frozen=True, slots=True)
class CompanyCall:
    """A read made for one company; counts as using the app there."""

    company_id: CompanyId
    route: CompanyRoute
    ids: Ids = ()
    query: Query = ()

    @property
    def path(self) -> str:
        """The path with its query; what identifies a read within a company."""
        return _with_query(self.route.path(**dict(self.ids)), self.query)

    @property
    def project_id(self) -> ProjectId | None:
        """The project that the path or the query names; `None` for what is the whole company's."""
        claim = dict(self.ids).get("p") or dict(self.query).get("project_id")
        return None if claim is None else ProjectId(int(claim))

    @property
    def headers(self) -> dict[str, str]:
        """The headers that belong to the call itself."""
        return {"Procore-Company-Id": str(int(self.company_id))}

    @property
    def body(self) -> None:
        """There is none."""
        return

    def asking(self, **query: object) -> CompanyCall:
        """The same call with more query parameters; ``None`` is left out, a list makes ``name[]`` of each."""
        return replace(self, query=(*self.query, *_texts(query)))

    def filtered(self, **filters: object) -> CompanyCall:
        """The same call with `filters[name]=value` for each; a list makes `filters[name][]` (section 4.3)."""
        return self.asking(**{f"filters[{name}]": value for name, value in filters.items()})


@dataclass(frozen=True, slots=True)
class CompanyWrite:
    """A write made for one company. The body is JSON and may hold what a person typed, so it is not printed."""

    company_id: CompanyId
    route: WriteRoute
    body: bytes = field(repr=False)
    ids: Ids = ()

    @property
    def path(self) -> str:
        """The path."""
        return self.route.path(**dict(self.ids))

    @property
    def headers(self) -> dict[str, str]:
        """The headers that belong to the call itself."""
        return {"Procore-Company-Id": str(int(self.company_id)), "Content-Type": "application/json"}


ReadCall = ViewerCall | CompanyCall
Call = ReadCall | CompanyWrite


def _texts(query: dict[str, object]) -> Query:
    return tuple(pair for name, value in query.items() for pair in _pairs(name, value))


def _pairs(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, list | tuple):
        for each in value:
            yield f"{name}[]", _text(each)
    elif value is not None:
        yield name, _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _stamp(value) if isinstance(value, datetime) else str(value)


def _stamp(moment: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SSZ` (section 4.7)."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _with_query(path: str, query: Query) -> str:
    return f"{path}?{urlencode(query)}" if query else path
