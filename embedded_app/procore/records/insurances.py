"""Insurance certificates of vendors (docs/platform-reference.md, section 5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from embedded_app.ids import RecordId
from embedded_app.procore.calls.decoding import Fields
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import CompanyAccess


@dataclass(frozen=True, slots=True)
class Insurance:
    """A certificate.

    Attributes:
        vendor_id: whose; ``None`` where Procore leaves it out of the list of one vendor.
        status: ``compliant``, ``compliant_in_progress``, ``expired``, ``non_compliant``,
            ``non_compliant_in_progress``, ``undecided`` or ``unregistered``.
        limit: what it covers at most.
        exempt: whether this vendor needs none of this type.
    """

    id: RecordId
    vendor_id: RecordId | None
    type: str | None
    provider: str | None
    policy_number: str | None
    limit: Decimal | None
    effective_date: date | None
    expiration_date: date | None
    status: str | None
    exempt: bool | None
    origin_id: str | None


def decode_insurance(fields: Fields) -> Insurance:
    """One of the list of a company, or of a vendor."""
    vendor = fields.ref("vendor")
    return Insurance(
        id=fields.record_id(),
        vendor_id=vendor.id if vendor else fields.optional_id("vendor_id"),
        type=fields.optional_text("insurance_type"),
        provider=fields.optional_text("insurance_provider"),
        policy_number=fields.label("policy_number"),
        limit=fields.number("limit"),
        effective_date=fields.day("effective_date"),
        expiration_date=fields.day("expiration_date"),
        status=fields.optional_text("status"),
        exempt=fields.flag("exempt"),
        origin_id=fields.optional_text("origin_id"),
    )


@dataclass(frozen=True, slots=True)
class Insurances:
    """The certificates of one company's vendors that the viewer may see."""

    _access: CompanyAccess

    def list(self, *, most: int | None = None) -> Read[tuple[Insurance, ...]]:
        """Those of all vendors of the company, at most so many."""
        return self._access.read_list(
            self._access.call(CompanyRoute.COMPANY_INSURANCES), decode_insurance, most=most
        )

    def of_vendor(self, vendor_id: RecordId) -> Read[tuple[Insurance, ...]]:
        """Those of one vendor."""
        call = self._access.call(CompanyRoute.VENDOR_INSURANCES, v=vendor_id)
        return self._access.read_list(call, decode_insurance)
