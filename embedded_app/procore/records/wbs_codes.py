"""WBS codes, which people call budget codes (docs/platform-reference.md, section 5.9)."""

from __future__ import annotations

from dataclasses import dataclass

from embedded_app.ids import ProjectId, RecordId
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.decoding import Fields
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import CompanyAccess


@dataclass(frozen=True, slots=True)
class WbsCode:
    """A code that costs are booked on; `code` is the flat one, for example ``01-002.L``."""

    id: RecordId
    code: str | None
    description: str | None
    status: str | None


def decode_wbs_code(fields: Fields) -> WbsCode:
    """One of either version: what is `flat_code` in the first is `code` in the second."""
    return WbsCode(
        id=fields.record_id(),
        code=fields.label("flat_code") or fields.label("code"),
        description=fields.optional_text("description"),
        status=fields.optional_text("status"),
    )


@dataclass(frozen=True, slots=True)
class WbsCodes:
    """The WBS codes of one company that the viewer may see."""

    _access: CompanyAccess

    def list(
        self, project_id: ProjectId, *, updated: Period | None = None, most: int | None = None
    ) -> Read[tuple[WbsCode, ...]]:
        """Those of a project, active or not, at most so many."""
        call = self._access.project_call(project_id, CompanyRoute.WBS_CODES, CompanyRoute.WBS_CODES_V2)
        return self._access.read_list(call.filtered(updated_at=updated), decode_wbs_code, most=most)
