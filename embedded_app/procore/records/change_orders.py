"""Change orders of commitments (docs/platform-reference.md, section 5.6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from embedded_app.ids import ProjectId, RecordId
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.decoding import Fields
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import CompanyAccess
from embedded_app.procore.records.commitments import LineItem, decode_line_item


@dataclass(frozen=True, slots=True)
class ChangeOrder:
    """A commitment change order.

    The answer's fields are not documented (section 9, number 16), so all but the id may be ``None``.
    """

    id: RecordId
    contract_id: RecordId | None
    number: str | None
    title: str | None
    status: str | None
    grand_total: Decimal | None
    executed: bool | None
    due_date: date | None
    created_at: datetime | None
    updated_at: datetime | None


def decode_change_order(fields: Fields) -> ChangeOrder:
    """One of `GET /rest/v1.0/projects/{p}/commitment_change_orders`."""
    return ChangeOrder(
        id=fields.record_id(),
        contract_id=fields.optional_id("contract_id"),
        number=fields.label("number"),
        title=fields.optional_text("title"),
        status=fields.optional_text("status"),
        grand_total=fields.number("grand_total"),
        executed=fields.flag("executed"),
        due_date=fields.day("due_date"),
        created_at=fields.moment("created_at"),
        updated_at=fields.moment("updated_at"),
    )


@dataclass(frozen=True, slots=True)
class ChangeOrders:
    """The commitment change orders of one company that the viewer may see."""

    _access: CompanyAccess

    def list(
        self,
        project_id: ProjectId,
        contract_id: RecordId | None = None,
        *,
        status: str | None = None,
        updated: Period | None = None,
        most: int | None = None,
    ) -> Read[tuple[ChangeOrder, ...]]:
        """Those of a project, or of one commitment, that pass the filters, at most so many.

        Projects with three tiers have none of these.
        """
        call = self._access.project_call(project_id, CompanyRoute.COMMITMENT_CHANGE_ORDERS)
        call = call.filtered(contract_id=contract_id, status=status, updated_at=updated)
        return self._access.read_list(call, decode_change_order, most=most)

    def packages(
        self, project_id: ProjectId, contract_id: RecordId | None = None, *, most: int | None = None
    ) -> Read[tuple[ChangeOrder, ...]]:
        """The same in their last tier, which projects of one, two and three tiers have."""
        call = self._access.project_call(project_id, CompanyRoute.CHANGE_ORDER_PACKAGES)
        return self._access.read_list(call.asking(contract_id=contract_id), decode_change_order, most=most)

    def line_items(self, project_id: ProjectId, record_id: RecordId) -> Read[tuple[LineItem, ...]]:
        """What one changes in the schedule of values."""
        call = self._access.project_call(project_id, CompanyRoute.COMMITMENT_CHANGE_ORDER_LINES, id=record_id)
        return self._access.read_list(call, decode_line_item)

    def get(self, project_id: ProjectId, record_id: RecordId) -> Read[ChangeOrder]:
        """One.

        Raises:
            NotFound: there is none, or the viewer may not see it.
        """
        call = self._access.project_call(project_id, CompanyRoute.COMMITMENT_CHANGE_ORDER, id=record_id)
        return self._access.read_one(call, decode_change_order)
