"""Direct costs: what was bought without a commitment (docs/platform-reference.md, section 5.9)."""

from __future__ import annotations

import msgspec

from embedded_app.ids import ProjectId, RecordId
from embedded_app.procore.calls.fields import Day, Id, Label, Number, Text, at
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import Records


class DirectCost(msgspec.Struct, frozen=True):
    """A direct cost. ``None`` is "not given", never zero.

    Attributes:
        type: ``invoice``, ``expense``, ``payroll`` or ``subcontractor_invoice``.
        status: ``draft``, ``pending``, ``revise_and_resubmit`` or ``approved``.
    """

    id: Id[RecordId]
    type: Text | None = at("direct_cost_type")
    status: Text | None = None
    invoice_number: Label | None = None
    vendor_id: Id[RecordId] | None = None
    vendor_name: Text | None = None
    amount: Number | None = at("grand_total")
    cost_date: Day | None = at("direct_cost_date")
    received_date: Day | None = None
    payment_date: Day | None = None
    origin_id: Text | None = None


class DirectCosts(Records[DirectCost]):
    """The direct costs of a company."""

    kind = DirectCost
    many = CompanyRoute.DIRECT_COSTS
    single = CompanyRoute.DIRECT_COST

    def list(
        self,
        project_id: ProjectId,
        *,
        invoice_number: str | None = None,
        origin_id: str | None = None,
        most: int | None = None,
    ) -> Read[tuple[DirectCost, ...]]:
        """Those of a project that pass the filters, at most so many."""
        return self._list(project_id, most, invoice_number=invoice_number, origin_id=origin_id)
