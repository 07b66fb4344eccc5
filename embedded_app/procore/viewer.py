"""What can be asked before a company is chosen."""

from __future__ import annotations

from dataclasses import dataclass

from embedded_app.procore.calls.call import ViewerCall
from embedded_app.procore.calls.caller import Caller
from embedded_app.procore.calls.decoding import decoded, each, one
from embedded_app.procore.calls.paging import Page, read_list
from embedded_app.procore.calls.pool import CallPool
from embedded_app.procore.calls.routes import ViewerRoute
from embedded_app.procore.grant import Grant
from embedded_app.procore.records.companies import Company, Me


@dataclass(frozen=True, slots=True)
class ViewerApi:
    """The two calls that belong to no company; neither is cached."""

    _grant: Grant
    _caller: Caller
    _pool: CallPool

    def me(self) -> Me:
        """Who the grant's principal is; without a name."""
        call = ViewerCall(ViewerRoute.ME)
        return decoded(self._caller.get(call, self._grant), call.route.name, one(Me))

    def companies(self) -> tuple[Company, ...]:
        """The companies that the principal may see."""
        route = ViewerRoute.COMPANIES
        size = route.most_per_page

        def fetch(number: int) -> Page[Company]:
            response = self._caller.get(ViewerCall(route).asking(page=number, per_page=size), self._grant)
            return Page.of(decoded(response, route.name, each(Company)), response, size)

        return read_list(fetch, self._pool, per_page=size, route=route.name)
