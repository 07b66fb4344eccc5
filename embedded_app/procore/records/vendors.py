"""Vendors of a company and of its projects (docs/platform-reference.md, section 5.1)."""

from __future__ import annotations

from dataclasses import dataclass

from embedded_app.ids import ProjectId, RecordId
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.decoding import Fields
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import CompanyAccess


@dataclass(frozen=True, slots=True)
class Vendor:
    """A firm in the directory. `origin_code` is its number as people see it."""

    id: RecordId
    name: str
    legal_name: str | None
    is_active: bool | None
    origin_id: str | None
    origin_code: str | None


def decode_vendor(fields: Fields) -> Vendor:
    """One of `GET /rest/v1.0/vendors`, or `GET /rest/v1.1/projects/{p}/vendors`."""
    return Vendor(
        id=fields.record_id(),
        name=fields.text("name"),
        legal_name=fields.optional_text("legal_name"),
        is_active=fields.flag("is_active"),
        origin_id=fields.optional_text("origin_id"),
        origin_code=fields.optional_text("origin_code"),
    )


@dataclass(frozen=True, slots=True)
class Vendors:
    """The vendors of one company that the viewer may see."""

    _access: CompanyAccess

    def list(
        self,
        project_id: ProjectId | None = None,
        *,
        search: str | None = None,
        origin_id: str | None = None,
        updated: Period | None = None,
        most: int | None = None,
    ) -> Read[tuple[Vendor, ...]]:
        """Those of the company, or of one project, that pass the filters, at most so many."""
        if project_id is None:
            call = self._access.call(CompanyRoute.COMPANY_VENDORS).asking(company_id=self._access.company_id)
        else:
            call = self._access.project_call(project_id, CompanyRoute.PROJECT_VENDORS)
        call = call.filtered(search=search, origin_id=origin_id, updated_at=updated)
        return self._access.read_list(call, decode_vendor, most=most)
