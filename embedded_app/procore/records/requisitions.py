"""Requisitions, which people call subcontractor invoices or pay applications (docs/platform-reference.md, 5.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from embedded_app.ids import ProjectId, RecordId
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.decoding import Fields
from embedded_app.procore.calls.routes import CompanyRoute, WriteRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import CompanyAccess


@dataclass(frozen=True, slots=True)
class Requisition:
    """A subcontractor's invoice. Amounts are in `currency`; ``None`` is "not given", never zero.

    Attributes:
        status: ``draft``, ``under_review``, ``revise_and_resubmit``, ``approved``, ``approved_as_noted`` or
            ``pending_owner_approval``.
        claimed: what the subcontractor asks for.
        completed: completed and stored to date, before retainage.
        retainage: held to date.
        payment_due: what is to be paid on this invoice, after retainage.
        origin_id: where there is one, the invoice can no longer be changed in Procore.
        attachments: how many files it has; ``None`` where that is not shown.
    """

    id: RecordId
    number: str | None
    invoice_number: str | None
    commitment_id: RecordId | None
    vendor_id: RecordId | None
    vendor_name: str | None
    status: str | None
    final: bool | None
    period_start: date | None
    period_end: date | None
    billing_date: date | None
    payment_date: date | None
    percent_complete: Decimal | None
    claimed: Decimal | None
    completed: Decimal | None
    retainage: Decimal | None
    payment_due: Decimal | None
    currency: str | None
    origin_id: str | None
    attachments: int | None


def decode_requisition(fields: Fields) -> Requisition:
    """One of `GET /rest/v1.1/requisitions`, or one alone."""
    summary = fields.inner("summary") or fields.inner("g702")
    return Requisition(
        id=fields.record_id(),
        number=fields.label("number"),
        invoice_number=fields.label("invoice_number"),
        commitment_id=fields.optional_id("commitment_id"),
        vendor_id=fields.optional_id("vendor_id"),
        vendor_name=fields.optional_text("vendor_name"),
        status=fields.optional_text("status"),
        final=fields.flag("final"),
        period_start=fields.day("requisition_start"),
        period_end=fields.day("requisition_end"),
        billing_date=fields.day("billing_date"),
        payment_date=fields.day("payment_date"),
        percent_complete=fields.number("percent_complete", percent=True),
        claimed=fields.number("total_claimed_amount"),
        completed=summary.number("total_completed_and_stored_to_date") if summary else None,
        retainage=summary.number("total_retainage") if summary else None,
        payment_due=summary.number("current_payment_due") if summary else None,
        currency=fields.currency(),
        origin_id=fields.optional_text("origin_id"),
        attachments=fields.count("attachments"),
    )


@dataclass(frozen=True, slots=True)
class Requisitions:
    """The requisitions of one company that the viewer may see, and may write."""

    _access: CompanyAccess

    def list(
        self,
        project_id: ProjectId,
        *,
        commitment_id: RecordId | None = None,
        status: str | None = None,
        origin_id: str | None = None,
        updated: Period | None = None,
        most: int | None = None,
    ) -> Read[tuple[Requisition, ...]]:
        """Those of a project that pass the filters, at most so many, with their summaries."""
        call = self._access.project_call(project_id, CompanyRoute.REQUISITIONS).filtered(
            commitment_id=commitment_id, status=status, origin_id=origin_id, updated_at=updated
        )
        call = call.asking(view="extended")
        return self._access.read_list(call, decode_requisition, most=most)

    def get(self, project_id: ProjectId, record_id: RecordId) -> Read[Requisition]:
        """One.

        Raises:
            NotFound: there is none, or the viewer may not see it.
        """
        call = self._access.project_call(project_id, CompanyRoute.REQUISITION, id=record_id)
        return self._access.read_one(call, decode_requisition)

    def create(
        self,
        project_id: ProjectId,
        commitment_id: RecordId,
        *,
        invoice_number: str | None = None,
        period_id: RecordId | None = None,
        period_start: date | None = None,
        period_end: date | None = None,
        billing_date: date | None = None,
        upload_ids: Sequence[str] = (),
    ) -> Requisition:
        """A new invoice of a commitment, with the files that `Uploads.send` brought to Procore.

        `attachments` of what is returned says how many of them it has.

        Raises:
            Rejected: Procore's own reasons are in `messages`.
            OutcomeUnknown: it may have been created.
        """
        requisition = {
            "invoice_number": invoice_number,
            "period_id": period_id,
            "requisition_start": period_start,
            "requisition_end": period_end,
            "billing_date": billing_date,
            "upload_ids": list(upload_ids) or None,
        }
        body = {"project_id": project_id, "commitment_id": commitment_id, "requisition": requisition}
        return self._access.write(WriteRoute.CREATE_REQUISITION, body, decode_requisition)
