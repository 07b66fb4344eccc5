"""Change orders of commitments (docs/platform-reference.md, section 5.6)."""

from __future__ import annotations

import msgspec

from embedded_app.ids import ProjectId, RecordId
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.decoding import each
from embedded_app.procore.calls.fields import Day, Id, Label, Moment, Number, Text
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import Records
from embedded_app.procore.records.commitments import LineItem


class ChangeOrder(msgspec.Struct, frozen=True):
    """A commitment change order.

    The answer's fields are not documented (section 9, number 16), so all but the id may be ``None``.
    """

    id: Id[RecordId]
    contract_id: Id[RecordId] | None = None
    number: Label | None = None
    title: Text | None = None
    status: Text | None = None
    grand_total: Number | None = None
    executed: bool | None = None
    due_date: Day | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None


class ChangeOrders(Records[ChangeOrder]):
    """The commitment change orders of a company. Projects with three tiers have packages only."""

    kind = ChangeOrder
    many = CompanyRoute.COMMITMENT_CHANGE_ORDERS
    single = CompanyRoute.COMMITMENT_CHANGE_ORDER

    def list(
        self,
        project_id: ProjectId,
        contract_id: RecordId | None = None,
        *,
        status: str | None = None,
        updated: Period | None = None,
        most: int | None = None,
    ) -> Read[tuple[ChangeOrder, ...]]:
        """Those of a project, or of one commitment, that pass the filters, at most so many."""
        return self._list(project_id, most, contract_id=contract_id, status=status, updated_at=updated)

    def packages(
        self, project_id: ProjectId, contract_id: RecordId | None = None, *, most: int | None = None
    ) -> Read[tuple[ChangeOrder, ...]]:
        """The same in their last tier, which projects of one, two and three tiers have."""
        call = self._access.project_call(project_id, CompanyRoute.CHANGE_ORDER_PACKAGES)
        return self._access.read_list(call.asking(contract_id=contract_id), each(ChangeOrder), most=most)

    def line_items(self, project_id: ProjectId, record_id: RecordId) -> Read[tuple[LineItem, ...]]:
        """What one changes in the schedule of values."""
        call = self._access.project_call(project_id, CompanyRoute.COMMITMENT_CHANGE_ORDER_LINES, id=record_id)
        return self._access.read_list(call, each(LineItem))
