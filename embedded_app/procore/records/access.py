"""One company under one grant: what every family of records builds on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import orjson

from embedded_app.ids import CompanyId
from embedded_app.procore.calls.call import CompanyCall, CompanyWrite
from embedded_app.procore.calls.caller import Caller
from embedded_app.procore.calls.decoding import Fields, decoded, each, enveloped, one
from embedded_app.procore.calls.paging import Page, R, read_list
from embedded_app.procore.calls.pool import CallPool
from embedded_app.procore.calls.routes import CompanyRoute, Route, WriteRoute
from embedded_app.procore.calls.writing import outcome_of
from embedded_app.procore.grant import Grant
from embedded_app.procore.reading.changes import ReadKey
from embedded_app.procore.reading.reader import RECORDS, Freshness, Read, Reader

T = TypeVar("T")


class ApiVersion(StrEnum):
    """Which of Procore's two forms to read, where a family has both (section 4.1)."""

    V1 = "v1"
    V2 = "v2"


@dataclass(frozen=True, slots=True)
class CompanyAccess:
    """Reads and writes of one company. Every call it makes carries that company's id."""

    company_id: CompanyId
    grant: Grant
    caller: Caller
    reader: Reader
    pool: CallPool
    version: ApiVersion

    def call(self, route: CompanyRoute, **ids: int) -> CompanyCall:
        """A call for this company; a ``{c}`` in the path is filled in."""
        if "c" in route.places:
            ids["c"] = self.company_id
        return CompanyCall(self.company_id, route, tuple(ids.items()))

    def project_call(
        self, project_id: int, v1: CompanyRoute, v2: CompanyRoute | None = None, **ids: int
    ) -> CompanyCall:
        """A call for a project: its id goes into the path, or else into the query.

        Args:
            project_id: the project.
            v1: the path.
            v2: the path of the same in version 2, where there is one.
            ids: other ids of the path.
        """
        route = v2 if v2 is not None and self.version is ApiVersion.V2 else v1
        if "p" in route.places:
            return self.call(route, p=project_id, **ids)
        return self.call(route, **ids).asking(project_id=project_id)

    def read_one(
        self,
        call: CompanyCall,
        decode: Callable[[Fields], T],
        freshness: Freshness = RECORDS,
        *,
        refresh: bool = False,
        variant: str = "",
    ) -> Read[T]:
        """One object. `variant` tells apart what becomes of one address where that is not always the same."""
        return self.read_document(call, one(decode), freshness, refresh=refresh, variant=variant)

    def read_document(
        self,
        call: CompanyCall,
        decode: Callable[[object], T],
        freshness: Freshness = RECORDS,
        *,
        refresh: bool = False,
        variant: str = "",
    ) -> Read[T]:
        """A whole answer of any shape."""

        def load() -> T:
            response = self.caller.get(call, self.grant)
            return decoded(response, call.route.name, _of(call.route, decode))

        return self.reader.read(self._key(call, variant), load, freshness, refresh=refresh)

    def read_list(
        self,
        call: CompanyCall,
        decode: Callable[[Fields], R],
        *,
        most: int | None = None,
        per_page: int | None = None,
    ) -> Read[tuple[R, ...]]:
        """A list, in Procore's order; it is kept and grows stale as one.

        Args:
            call: the list, with its filters.
            decode: makes a record of one item.
            most: how many are shown; the whole list when ``None``. No page beyond is asked for.
            per_page: the length of a page; as long as the list gives, and no longer than `most`, when ``None``.
        """
        size = per_page or min(call.route.most_per_page, most or call.route.most_per_page)
        call = call.asking(per_page=size)

        def fetch(number: int) -> Page[R]:
            response = self.caller.get(call.asking(page=number), self.grant)
            records = decoded(response, call.route.name, _of(call.route, each(decode)))
            return Page.of(records, response, size)

        def load() -> tuple[R, ...]:
            return read_list(fetch, self.pool, per_page=size, route=call.route.name, most=most)

        return self.reader.read(self._key(call, "" if most is None else str(most)), load)

    def write(
        self,
        route: WriteRoute,
        body: Mapping[str, Any],
        decode: Callable[[Fields], T],
        **ids: int | str,
    ) -> T:
        """Write, and decode the answer. Whatever was read of the company before is read again.

        Values of `body` that are ``None`` are left out, in the objects within it, too.

        Raises:
            OutcomeUnknown: it may have happened.
            ProcoreError: it did not.
        """
        call = CompanyWrite(self.company_id, route, orjson.dumps(_given(body)), tuple(ids.items()))
        try:
            response = self.caller.send(call, self.grant)
            with outcome_of(call):
                return decoded(response, route.name, _of(route, one(decode)))
        finally:
            self.reader.expire(self.company_id)

    def _key(self, call: CompanyCall, variant: str) -> ReadKey:
        path = f"{call.path}#{variant}" if variant else call.path
        return ReadKey(self.grant.grant_id, self.company_id, path, call.project_id, call.route.resources)


def _of(route: Route, decode: Callable[[object], T]) -> Callable[[object], T]:
    return enveloped(decode) if route.in_envelope else decode


def _given(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _given(value) if isinstance(value, Mapping) else value
        for name, value in body.items()
        if value is not None
    }
