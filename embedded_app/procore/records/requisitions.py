"""Requisitions, which people call subcontractor invoices or pay applications (docs/platform-reference.md, 5.7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypedDict, Unpack

import msgspec

from embedded_app.ids import ProjectId, RecordId
from embedded_app.procore.calls.call import Period
from embedded_app.procore.calls.fields import Count, Day, Id, Label, Number, Percent, Text, at
from embedded_app.procore.calls.routes import CompanyRoute, WriteRoute
from embedded_app.procore.reading.reader import Read
from embedded_app.procore.records.access import Records


class Requisition(msgspec.Struct, frozen=True):
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

    id: Id[RecordId]
    number: Label | None = None
    invoice_number: Label | None = None
    commitment_id: Id[RecordId] | None = None
    vendor_id: Id[RecordId] | None = None
    vendor_name: Text | None = None
    status: Text | None = None
    final: bool | None = None
    period_start: Day | None = at("requisition_start")
    period_end: Day | None = at("requisition_end")
    billing_date: Day | None = None
    payment_date: Day | None = None
    percent_complete: Percent | None = None
    claimed: Number | None = at("total_claimed_amount")
    completed: Number | None = at(
        "summary.total_completed_and_stored_to_date", "g702.total_completed_and_stored_to_date"
    )
    retainage: Number | None = at("summary.total_retainage", "g702.total_retainage")
    payment_due: Number | None = at("summary.current_payment_due", "g702.current_payment_due")
    currency: Text | None = at("currency_configuration.currency_iso_code")
    origin_id: Text | None = None
    attachments: Count | None = None


class NewRequisition(TypedDict, total=False):
    """An invoice to create. Its period is `period_id`, or from `period_start` to `period_end`."""

    invoice_number: str | None
    period_id: RecordId | None
    period_start: date | None
    period_end: date | None
    billing_date: date | None
    upload_ids: Sequence[str]


class Requisitions(Records[Requisition]):
    """The requisitions of a company."""

    kind = Requisition
    many = CompanyRoute.REQUISITIONS
    single = CompanyRoute.REQUISITION
    new = WriteRoute.CREATE_REQUISITION, "requisition"

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
        return self._list(
            project_id,
            most,
            view="extended",
            commitment_id=commitment_id,
            status=status,
            origin_id=origin_id,
            updated_at=updated,
        )

    def create(
        self, project_id: ProjectId, commitment_id: RecordId, **requisition: Unpack[NewRequisition]
    ) -> Requisition:
        """A new one of a commitment. `Rejected` has Procore's own reasons; after `OutcomeUnknown` it may exist."""
        period = {
            "requisition_start": requisition.pop("period_start", None),
            "requisition_end": requisition.pop("period_end", None),
        }
        return self._create(project_id, {**requisition, **period}, commitment_id=commitment_id)
