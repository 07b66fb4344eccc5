"""Vendors of a company and of its projects, with their insurance (docs/platform-reference.md, section 5.1)."""

from __future__ import annotations

import msgspec

from embedded_app.ids import ProjectId, RecordId
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.decoding import each
from embedded_app.procore.calls.fields import Day, Id, Label, Number, RequiredText, Text, at
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import Family


class Vendor(msgspec.Struct, frozen=True):
    """A firm in the directory. `origin_code` is its number as people see it."""

    id: Id[RecordId]
    name: RequiredText
    legal_name: Text | None = None
    is_active: bool | None = None
    origin_id: Text | None = None
    origin_code: Text | None = None


class Insurance(msgspec.Struct, frozen=True):
    """An insurance certificate of a vendor.

    Attributes:
        vendor_id: whose; ``None`` where Procore leaves it out of the list of one vendor.
        status: ``compliant``, ``compliant_in_progress``, ``expired``, ``non_compliant``,
            ``non_compliant_in_progress``, ``undecided`` or ``unregistered``.
        limit: what it covers at most.
        exempt: whether this vendor needs none of this type.
    """

    id: Id[RecordId]
    vendor_id: Id[RecordId] | None = at("vendor.id", "vendor_id")
    type: Text | None = at("insurance_type")
    provider: Text | None = at("insurance_provider")
    policy_number: Label | None = None
    limit: Number | None = None
    effective_date: Day | None = None
    expiration_date: Day | None = None
    status: Text | None = None
    exempt: bool | None = None
    origin_id: Text | None = None


class Vendors(Family):
    """The firms that a company works with."""

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
        return self._access.read_list(call, each(Vendor), most=most)


class Insurances(Family):
    """The insurance certificates of a company's vendors."""

    def list(self, *, most: int | None = None) -> Read[tuple[Insurance, ...]]:
        """Those of all vendors of the company, at most so many."""
        call = self._access.call(CompanyRoute.COMPANY_INSURANCES)
        return self._access.read_list(call, each(Insurance), most=most)

    def of_vendor(self, vendor_id: RecordId) -> Read[tuple[Insurance, ...]]:
        """Those of one vendor."""
        call = self._access.call(CompanyRoute.VENDOR_INSURANCES, v=vendor_id)
        return self._access.read_list(call, each(Insurance))
