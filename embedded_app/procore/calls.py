"""One call of the REST API, before it carries anybody's authority.

A call that needs `Procore-Company-Id` cannot be built without a company (docs/platform-reference.md, section
2.5): a `CompanyRoute` fits only into a `CompanyCall`, and that takes the company first.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from embedded_app.ids import CompanyId
from embedded_app.procore.routes import CompanyRoute, ViewerRoute

Query = tuple[tuple[str, str], ...]


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

    def asking(self, **query: object) -> ViewerCall:
        """The same call with more query parameters."""
        return replace(self, query=(*self.query, *_texts(query)))


@dataclass(frozen=True, slots=True)
class CompanyCall:
    """A call made for one company; counts as using the app there."""

    company_id: CompanyId
    route: CompanyRoute
    ids: tuple[tuple[str, int], ...] = field(default=())
    query: Query = ()

    @property
    def path(self) -> str:
        """The path with its query; what identifies a read within a company."""
        return _with_query(self.route.path(**dict(self.ids)), self.query)

    @property
    def headers(self) -> dict[str, str]:
        """The headers that belong to the call itself."""
        return {"Procore-Company-Id": str(int(self.company_id))}

    def asking(self, **query: object) -> CompanyCall:
        """The same call with more query parameters."""
        return replace(self, query=(*self.query, *_texts(query)))

    def filtered(self, **filters: object) -> CompanyCall:
        """The same call with `filters[name]=value` for each (section 4.3)."""
        return replace(
            self, query=(*self.query, *((f"filters[{name}]", text) for name, text in _texts(filters)))
        )


Call = ViewerCall | CompanyCall


def _texts(query: dict[str, object]) -> Query:
    return tuple((name, str(value)) for name, value in query.items() if value is not None)


def _with_query(path: str, query: Query) -> str:
    return f"{path}?{urlencode(query)}" if query else path
