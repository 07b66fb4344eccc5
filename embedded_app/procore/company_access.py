"""One company, read under one grant: what every family of records builds on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from embedded_app.ids import CompanyId
from embedded_app.procore.cache import ReadKey
from embedded_app.procore.call_pool import CallPool
from embedded_app.procore.caller import Caller
from embedded_app.procore.calls import CompanyCall
from embedded_app.procore.decoding import Fields, decoded, each, one
from embedded_app.procore.grant import Grant
from embedded_app.procore.paging import Page, R, read_list
from embedded_app.procore.reading import RECORDS, Freshness, Read, Reader
from embedded_app.procore.routes import CompanyRoute

T = TypeVar("T")

PER_PAGE = 1000  # the reference advises at most 2000 (section 4.1); fewer pages are fewer calls


@dataclass(frozen=True, slots=True)
class CompanyAccess:
    """Reads of one company. Every call it makes carries that company's id."""

    company_id: CompanyId
    grant: Grant
    caller: Caller
    reader: Reader
    pool: CallPool

    def call(self, route: CompanyRoute, **ids: int) -> CompanyCall:
        """A call for this company."""
        return CompanyCall(self.company_id, route, tuple(ids.items()))

    def read_one(
        self,
        call: CompanyCall,
        decode: Callable[[Fields], T],
        freshness: Freshness = RECORDS,
        *,
        anew: bool = False,
    ) -> Read[T]:
        """One object."""

        def load() -> T:
            return decoded(self.caller.get(call, self.grant), call.route.name, one(decode))

        return self.reader.read(self._key(call), load, freshness, anew=anew)

    def read_list(
        self, call: CompanyCall, decode: Callable[[Fields], R], per_page: int = PER_PAGE
    ) -> Read[tuple[R, ...]]:
        """A whole list; it is kept and grows stale as one."""

        def fetch(number: int) -> Page[R]:
            response = self.caller.get(call.asking(page=number, per_page=per_page), self.grant)
            records = decoded(response, call.route.name, each(decode))
            return Page.of(records, response, per_page)

        def load() -> tuple[R, ...]:
            return read_list(fetch, self.pool, per_page=per_page, route=call.route.name)

        return self.reader.read(self._key(call), load)

    def _key(self, call: CompanyCall) -> ReadKey:
        return ReadKey(self.grant.grant_id, self.company_id, call.path)
