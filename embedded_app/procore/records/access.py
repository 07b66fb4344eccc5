"""One company under one grant: what every family of records builds on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

import msgspec

from embedded_app.ids import CompanyId, ProjectId, RecordId
from embedded_app.procore.calls.call import CompanyCall, CompanyWrite
from embedded_app.procore.calls.caller import Caller
from embedded_app.procore.calls.decoding import Decode, decoded, each, one
from embedded_app.procore.calls.paging import Page, R, read_list
from embedded_app.procore.calls.pool import CallPool
from embedded_app.procore.calls.routes import CompanyRoute, WriteRoute
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
        self, project_id: ProjectId, v1: CompanyRoute, v2: CompanyRoute | None = None, **ids: int
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

    def read(
        self,
        call: CompanyCall,
        decode: Decode[T],
        freshness: Freshness = RECORDS,
        *,
        refresh: bool = False,
        variant: str = "",
    ) -> Read[T]:
        """A whole answer, which `decode` understands.

        Args:
            call: what to ask for.
            decode: makes a value of the answer.
            freshness: how long it may be used.
            refresh: ask in any case.
            variant: tells two reads of one address apart of which different values are made.
        """

        def load() -> T:
            response = self.caller.get(call, self.grant)
            return decoded(response, call.route.name, decode, in_envelope=call.route.in_envelope)

        return self.reader.read(self._key(call, variant), load, freshness, refresh=refresh)

    def read_list(
        self, call: CompanyCall, decode: Decode[tuple[R, ...]], *, most: int | None = None
    ) -> Read[tuple[R, ...]]:
        """A list, in Procore's order; it is kept and grows stale as one.

        Args:
            call: the list, with its filters.
            decode: makes the records of one page.
            most: how many are shown; the whole list when ``None``. No page beyond is asked for.
        """
        route = call.route
        size = min(route.most_per_page, most or route.most_per_page)
        call = call.asking(per_page=size)

        def fetch(number: int) -> Page[R]:
            response = self.caller.get(call.asking(page=number), self.grant)
            records = decoded(response, route.name, decode, in_envelope=route.in_envelope)
            return Page.of(records, response, size)

        def load() -> tuple[R, ...]:
            return read_list(fetch, self.pool, per_page=size, route=route.name, most=most)

        return self.reader.read(self._key(call, "" if most is None else str(most)), load)

    def write(self, route: WriteRoute, body: Mapping[str, object], decode: Decode[T], **ids: int | str) -> T:
        """Write, and decode the answer. Whatever was read of the company before is read again.

        Values of `body` that are ``None`` are left out, in the objects within it, too.

        Raises:
            OutcomeUnknown: it may have happened.
            ProcoreError: it did not.
        """
        content = msgspec.json.encode(_given(body))
        call = CompanyWrite(self.company_id, route, content, tuple(ids.items()))
        try:
            response = self.caller.send(call, self.grant)
            with outcome_of(call):
                return decoded(response, route.name, decode, in_envelope=route.in_envelope)
        finally:
            self.reader.expire(self.company_id)

    def _key(self, call: CompanyCall, variant: str) -> ReadKey:
        path = f"{call.path}#{variant}" if variant else call.path
        return ReadKey(self.grant.grant_id, self.company_id, path, call.project_id, call.route.resources)


class Family:
    """One family of records of a company, as far as the viewer may see them."""

    def __init__(self, access: CompanyAccess) -> None:
        self._access = access


class Records(Family, Generic[R]):
    """A family whose records stand in one list for each project.

    A family names its record and its paths; one with filters gives `list` their names.

    Attributes:
        kind: the record.
        many: the path of the list, `many_v2` that of version 2 where there is one.
        single: the path of one record, `single_v2` likewise.
        new: where a record is created, and in the body the name of the object that it is.
    """

    kind: type[R]
    many: CompanyRoute
    many_v2: CompanyRoute | None = None
    single: CompanyRoute
    single_v2: CompanyRoute | None = None
    new: tuple[WriteRoute, str]

    def list(self, project_id: ProjectId, *, most: int | None = None) -> Read[tuple[R, ...]]:
        """Those of a project, at most so many."""
        return self._list(project_id, most)

    def get(self, project_id: ProjectId, record_id: RecordId) -> Read[R]:
        """One.

        Raises:
            NotFound: there is none, or the viewer may not see it.
        """
        call = self._access.project_call(project_id, self.single, self.single_v2, id=record_id)
        return self._access.read(call, one(self.kind))

    def _list(
        self, project_id: ProjectId, most: int | None, view: str | None = None, **filters: object
    ) -> Read[tuple[R, ...]]:
        """The list with those filters (section 4.3) that are not ``None``, in a view of its own."""
        call = self._access.project_call(project_id, self.many, self.many_v2)
        return self._access.read_list(call.filtered(**filters).asking(view=view), each(self.kind), most=most)

    def _create(self, project_id: ProjectId, record: Mapping[str, object], **beside: object) -> R:
        """A new record. `beside` stands beside it in the body.

        Whether a record takes `upload_ids` is documented for requisitions only (section 5.13): `attachments` of
        what is returned says how many files there are.

        Raises:
            Rejected: Procore's own reasons are in `messages`.
            OutcomeUnknown: it may have been created.
        """
        route, name = self.new
        body = {**beside, name: {**record, "upload_ids": record.get("upload_ids") or None}}
        if "p" in route.places:
            return self._access.write(route, body, one(self.kind), p=project_id)
        return self._access.write(route, {"project_id": project_id, **body}, one(self.kind))


def _given(body: Mapping[str, object]) -> dict[str, object]:
    return {
        name: _given(value) if isinstance(value, Mapping) else value
        for name, value in body.items()
        if value is not None
    }
