"""Direct costs: what was bought without a commitment (docs/platform-reference.md, section 5.9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from embedded_app.ids import ProjectId, RecordId
from embedded_app.procore.calls.decoding import Fields
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import CompanyAccess


@dataclass(frozen=True, slots=True)
class DirectCost:
    """A direct cost. ``None`` is "not given", never zero.

    Attributes:
        type: ``invoice``, ``expense``, ``payroll`` or ``subcontractor_invoice``.
        status: ``draft``, ``pending``, ``revise_and_resubmit`` or ``approved``.
    """

    id: RecordId
    type: str | None
    status: str | None
    invoice_number: str | None
    vendor_id: RecordId | None
    vendor_name: str | None
    amount: Decimal | None
    cost_date: date | None
    received_date: date | None
    payment_date: date | None
    origin_id: str | None


def decode_direct_cost(fields: Fields) -> DirectCost:
    """One of `GET /rest/v1.1/projects/{p}/direct_costs`, or one alone."""
    return DirectCost(
        id=fields.record_id(),
        type=fields.optional_text("direct_cost_type"),
        status=fields.optional_text("status"),
        invoice_number=fields.label("invoice_number"),
        vendor_id=fields.optional_id("vendor_id"),
        vendor_name=fields.optional_text("vendor_name"),
        amount=fields.number("grand_total"),
        cost_date=fields.day("direct_cost_date"),
        received_date=fields.day("received_date"),
        payment_date=fields.day("payment_date"),
        origin_id=fields.optional_text("origin_id"),
    )


@dataclass(frozen=True, slots=True)
class DirectCosts:
    """The direct costs of one company that the viewer may see."""

    _access: CompanyAccess

    def list(
        self,
        project_id: ProjectId,
        *,
        invoice_number: str | None = None,
        origin_id: str | None = None,
        most: int | None = None,
    ) -> Read[tuple[DirectCost, ...]]:
        """Those of a project that pass the filters, at most so many."""
        call = self._access.project_call(project_id, CompanyRoute.DIRECT_COSTS)
        call = call.filtered(invoice_number=invoice_number, origin_id=origin_id)
        return self._access.read_list(call, decode_direct_cost, most=most)

    def get(self, project_id: ProjectId, record_id: RecordId) -> Read[DirectCost]:
        """One.

        Raises:
            NotFound: there is none, or the viewer may not see it.
        """
        call = self._access.project_call(project_id, CompanyRoute.DIRECT_COST, id=record_id)
        return self._access.read_one(call, decode_direct_cost)
