"""Whether a commitment may be paid: its insurance and its documents (docs/platform-reference.md, section 5.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from embedded_app.procore.calls.decoding import Fields


@dataclass(frozen=True, slots=True)
class ComplianceDocument:
    """A document that was asked for. `level` is ``company`` or ``project``, and only insurance has one."""

    name: str | None
    type: str | None
    level: str | None
    status: str | None
    effective_on: date | None
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Compliance:
    """The compliance of one commitment.

    Attributes:
        status: ``compliant``, ``not_compliant`` or ``not_required``, as somebody decided.
        derived_status: the same, as the documents say.
    """

    status: str | None
    derived_status: str | None
    insurance_status: str | None
    derived_insurance_status: str | None
    insurance_documents: tuple[ComplianceDocument, ...]
    documents: tuple[ComplianceDocument, ...]
    updated_at: datetime | None


def decode_compliance(fields: Fields) -> Compliance:
    """`GET /rest/v1.0/projects/{p}/work_order_contracts/{id}/compliance`, or of a purchase order."""
    return Compliance(
        status=fields.optional_text("compliance_status"),
        derived_status=fields.optional_text("derived_compliance_status"),
        insurance_status=fields.optional_text("insurance_status"),
        derived_insurance_status=fields.optional_text("derived_insurance_status"),
        insurance_documents=tuple(map(_document, fields.optional_items("insurance_documents"))),
        documents=tuple(map(_document, fields.optional_items("compliance_documents"))),
        updated_at=fields.moment("updated_at"),
    )


def _document(fields: Fields) -> ComplianceDocument:
    return ComplianceDocument(
        name=fields.optional_text("name"),
        type=fields.optional_text("insurance_type") or fields.optional_text("type"),
        level=fields.optional_text("level"),
        status=fields.optional_text("status"),
        effective_on=fields.day("effective_at"),
        expires_on=fields.day("expires_at"),
    )
