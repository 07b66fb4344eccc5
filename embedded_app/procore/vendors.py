"""Vendors of a project (docs/platform-reference.md, section 5.1)."""

from __future__ import annotations

from dataclasses import dataclass

from embedded_app.ids import ProjectId, RecordId
from embedded_app.procore.company_access import CompanyAccess
from embedded_app.procore.decoding import Fields
from embedded_app.procore.reading import Read
from embedded_app.procore.routes import PROJECT_VENDORS


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
    """One of `GET /rest/v1.1/projects/{p}/vendors`."""
    return Vendor(
        id=RecordId(fields.id()),
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

    def list(self, project_id: ProjectId) -> Read[tuple[Vendor, ...]]:
        """Those of a project."""
        return self._access.read_list(self._access.call(PROJECT_VENDORS, p=project_id), decode_vendor)
