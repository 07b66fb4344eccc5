"""Payments of commitments (docs/platform-reference.md, section 5.5)."""

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
class Payment:
    """What was paid on a commitment.

    Attributes:
        date: of the payment.
        requisition_id: the invoice it pays, where it pays one.
    """

    id: RecordId
    amount: Decimal | None
    date: date | None
    status: str | None
    payment_number: str | None
    check_number: str | None
    invoice_number: str | None
    requisition_id: RecordId | None
    origin_id: str | None


def decode_payment(fields: Fields) -> Payment:
    """One of `GET /rest/v1.0/contract_payments`."""
    return Payment(
        id=fields.record_id(),
        amount=fields.number("amount"),
        date=fields.day("date"),
        status=fields.optional_text("status"),
        payment_number=fields.label("payment_number"),
        check_number=fields.label("check_number"),
        invoice_number=fields.label("invoice_number"),
        requisition_id=fields.optional_id("requisition_id"),
        origin_id=fields.optional_text("origin_id"),
    )


@dataclass(frozen=True, slots=True)
class Payments:
    """The payments of one company that the viewer may see."""

    _access: CompanyAccess

    def list(
        self, project_id: ProjectId, contract_id: RecordId, *, most: int | None = None
    ) -> Read[tuple[Payment, ...]]:
        """Those of one commitment, at most so many: there is no list for a whole project."""
        call = self._access.project_call(project_id, CompanyRoute.CONTRACT_PAYMENTS)
        return self._access.read_list(call.asking(contract_id=contract_id), decode_payment, most=most)
