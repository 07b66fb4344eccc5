"""A whole answer of each kind, as docs/platform-reference.md describes it, with what decodes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from embedded_app.procore import (
    Commitment,
    CommitmentKind,
    Company,
    Event,
    Me,
    Permissions,
    Project,
    TokenSet,
)
from embedded_app.procore.calls.decoding import Decode, each, one, shaped
from embedded_app.procore.files.uploads import Form, Segments, segments_for
from embedded_app.procore.hooks import EVENT
from embedded_app.procore.oauth.tokens import TOKEN_INFO, TokenInfo, token_set
from embedded_app.procore.records.budget import BudgetLine, BudgetView, WbsCode
from embedded_app.procore.records.change_orders import ChangeOrder
from embedded_app.procore.records.commitments import Balances, Compliance, LineItem, Payment
from embedded_app.procore.records.companies import AppConfiguration, AppInstallation, WebBase
from embedded_app.procore.records.daily_logs import DailyLogCounts, counts_in
from embedded_app.procore.records.direct_costs import DirectCost
from embedded_app.procore.records.directory import User
from embedded_app.procore.records.observations import Observation, ObservationType
from embedded_app.procore.records.prime_contracts import PrimeContract
from embedded_app.procore.records.punch_items import PunchItem
from embedded_app.procore.records.requisitions import Requisition
from embedded_app.procore.records.rfis import Rfi
from embedded_app.procore.records.submittals import Submittal
from embedded_app.procore.records.vendors import Insurance, Vendor

_NOW = datetime(2026, 11, 20, 13, 26, tzinfo=UTC)
_STAMPS = {"created_at": "2026-02-01T09:00:00Z", "updated_at": "2026-11-19T17:30:00Z"}
_DANA = {"id": 160586, "login": "dana@hollisgrant.example", "name": "Dana Whitfield"}
_USD = {"currency_configuration": {"currency_iso_code": "USD", "currency_exchange_rate": "1.0"}}


@dataclass(frozen=True, slots=True)
class Document:
    """What Procore answers, and what becomes of it.

    Attributes:
        kind: of the record.
        body: the answer.
        decode: makes the record; what every record has when `None`.
        given: what the caller knows before.
    """

    kind: type
    body: dict[str, Any]
    decode: Decode[Any] | None = None
    given: Mapping[str, object] = field(default_factory=dict)

    @property
    def one(self) -> Decode[Any]:
        """Decodes one."""
        return self.decode or one(self.kind, **self.given)

    @property
    def many(self) -> Decode[Any]:
        """Decodes a list of them; what comes in no list decodes none."""
        return self.decode or each(self.kind, **self.given)


DOCUMENTS: tuple[Document, ...] = (
    Document(Me, _DANA),
    Document(Company, {"id": 55188, "name": "Cascadia", "is_active": True, "logo_url": None}),
    Document(WebBase, {"zone": "us02", "web_base_url": "https://us02.procore.example"}),
    Document(
        Permissions,
        {"tools": [{"id": 1, "name": "admin", "user_access_level": {"id": 4, "name": "Admin"}}]},
        given={"project_id": None},
    ),
    Document(AppInstallation, {"id": 3, "app_uid": "client-1", "status": "installed"}),
    Document(AppConfiguration, {"id": 4, "title": "Ledger"}),
    Document(
        TokenInfo,
        {
            "resource_owner_id": 160586,
            "scopes": [],
            "expires_in_seconds": 4200,
            "application": {"uid": "client-1"},
            "created_at": 1767225600,
        },
        TOKEN_INFO,
    ),
    Document(
        TokenSet,
        {
            "access_token": "eyJ",
            "token_type": "bearer",
            "expires_in": 5400,
            "refresh_token": "9f0c",
            "created_at": 1767225600,
        },
        token_set(_NOW, refreshable=True),
    ),
    Document(
        Project,
        {
            "id": 562949953500001,
            "name": "Riverside",
            "project_number": "21-0417",
            "accounting_project_number": "417",
            "code": "RMC",
            "origin_id": None,
            "active": True,
        },
    ),
    Document(
        Vendor,
        {
            "id": 5,
            "name": "Ironline",
            "legal_name": "Ironline Erectors, Inc.",
            "is_active": True,
            "origin_id": "V-5",
            "origin_code": "1005",
        },
    ),
    Document(
        User,
        {
            "id": 160586,
            "name": "Dana Whitfield",
            "email_address": "dana@hollisgrant.example",
            "job_title": "Project executive",
            "employee_id": "E-12",
            "is_active": True,
            "is_employee": True,
            "vendor": {"id": 5, "name": "Hollis & Grant"},
            "origin_id": None,
        },
    ),
    Document(
        Insurance,
        {
            "id": 8,
            "vendor_id": 5,
            "insurance_type": "General Liability",
            "insurance_provider": "Zenith",
            "policy_number": "GL-77",
            "limit": "2000000.0",
            "effective_date": "2026-01-01",
            "expiration_date": "2026-12-31",
            "status": "compliant",
            "exempt": False,
            "origin_id": None,
        },
    ),
    Document(
        Commitment,
        {
            "id": 562949953600014,
            "number": "SC-014",
            "title": "Structural steel",
            "status": "Approved",
            "description": "<p>ignored</p>",
            "executed": True,
            "private": False,
            "vendor": {"id": 562949953700003, "company": "Ironline Erectors", "origin_id": None},
            "grand_total": "4100000.00",
            "approved_change_orders": "248250.00",
            "pending_change_orders": "0.00",
            "revised_contract": "4348250.00",
            "total_requisitions_amount": "1200000.5",
            "total_payments": "900000.00",
            "retainage_percent": "10.00",
            **_USD,
            "contract_date": "2026-02-03",
            "origin_id": "21-0417-S014",
            **_STAMPS,
            "a_field_of_next_year": {"x": 1},
        },
        given={"kind": CommitmentKind.SUBCONTRACT},
    ),
    Document(
        LineItem,
        {
            "id": 9,
            "position": 1,
            "amount": "100.00",
            "quantity": "2.0",
            "unit_cost": "50.00",
            "uom": "ton",
            "description": "Columns",
            "wbs_code": {"id": 51, "flat_code": "05-100.S"},
            "cost_code": {"id": 5, "full_code": "05-100"},
            "line_item_type": {"id": 71, "name": "Subcontract"},
            "origin_id": None,
        },
    ),
    Document(
        Balances,
        {
            "approved_change_total": "248250.0",
            "pending_revised_change_total": "10.0",
            "draft_change_total": "5.0",
            "total_invoices_amount": "1200000.5",
            "total_payments_amount": "900000.0",
            **_USD,
        },
    ),
    Document(
        Compliance,
        {
            "compliance_status": "compliant",
            "derived_compliance_status": "not_compliant",
            "insurance_status": "compliant",
            "derived_insurance_status": "compliant",
            "insurance_documents": [
                {
                    "id": 1,
                    "name": "Certificate",
                    "insurance_type": "General Liability",
                    "level": "company",
                    "status": "compliant",
                    "effective_at": "2026-01-01",
                    "expires_at": "2026-12-31",
                }
            ],
            "compliance_documents": [{"id": 2, "name": "Lien waiver", "type": "Waiver", "status": "expired"}],
            "updated_at": "2026-11-19T17:30:00Z",
        },
    ),
    Document(
        ChangeOrder,
        {
            "id": 4,
            "contract_id": 9,
            "number": "003",
            "title": "Added beams",
            "status": "approved",
            "grand_total": "248250.00",
            "executed": True,
            "due_date": "2026-11-20",
            **_STAMPS,
        },
    ),
    Document(
        Requisition,
        {
            "id": 11,
            "number": 3,
            "invoice_number": "INV-7731",
            "commitment_id": 9,
            "vendor_id": 5,
            "vendor_name": "Ironline Erectors",
            "status": "approved_as_noted",
            "final": False,
            "requisition_start": "2026-10-01",
            "requisition_end": "2026-10-31",
            "billing_date": "2026-10-31",
            "payment_date": None,
            "percent_complete": "96.36%",
            "total_claimed_amount": "300000.0",
            "summary": {
                "total_completed_and_stored_to_date": "1200000.5",
                "total_retainage": "120000.05",
                "current_payment_due": "270000.0",
            },
            "origin_id": None,
            "attachments": [{"id": 1}, {"id": 2}],
            **_USD,
        },
    ),
    Document(
        Payment,
        {
            "id": 12,
            "amount": "270000.0",
            "date": "2026-11-15",
            "status": "paid",
            "payment_number": "P-3",
            "check_number": 10442,
            "invoice_number": "INV-7731",
            "requisition_id": 11,
            "origin_id": None,
        },
    ),
    Document(
        PrimeContract,
        {
            "id": "562949953800001",
            "number": "1",
            "title": "Prime contract",
            "status": "Approved",
            "executed": True,
            "private": False,
            "contractor": {"id": 6, "name": "Hollis & Grant"},
            "grand_total": "90000000.0",
            "approved_change_orders": "1250000.0",
            "pending_change_orders": "0.0",
            "revised_contract_amount": "91250000.0",
            "owner_invoices_amount": "40000000.0",
            "outstanding_balance": "51250000.0",
            "retainage_percent": "5.00",
            "contract_date": "2025-06-01",
            "origin_id": None,
            **_USD,
            **_STAMPS,
        },
    ),
    Document(BudgetView, {"id": 2, "name": "Standard", "description": None}),
    Document(
        BudgetLine,
        {
            "id": 21,
            "wbs_code_id": 51,
            "cost_code": "05-100 - Structural steel",
            "cost_code_origin_id": "05100",
            "category": "Subcontract",
            "original_budget_amount": "4000000.0",
            "budget_modifications": "150000.0",
            "budget_forecast": {"amount": "4348250.0"},
            "562949953900001": "17.0",
        },
    ),
    Document(
        WbsCode,
        {"id": 51, "flat_code": "05-100.S", "description": "Structural steel", "status": "active"},
    ),
    Document(
        DirectCost,
        {
            "id": 31,
            "direct_cost_type": "invoice",
            "status": "approved",
            "invoice_number": "88-12",
            "vendor_id": 5,
            "vendor_name": "Ironline Erectors",
            "grand_total": "1250.75",
            "direct_cost_date": "2026-11-02",
            "received_date": "2026-11-03",
            "payment_date": None,
            "origin_id": "AP-9",
        },
    ),
    Document(
        Rfi,
        {
            "id": 41,
            "number": "12",
            "full_number": "S-12",
            "subject": "Anchor bolts",
            "status": "open",
            "due_date": "2026-11-25T23:59:59Z",
            "initiated_at": "2026-11-18T09:00:00Z",
            "time_resolved": None,
            "rfi_manager": _DANA,
            "assignees": [{**_DANA, "response_required": True}],
            "ball_in_court": _DANA,
            "responsible_contractor": {"id": 5, "name": "Ironline Erectors"},
            "cost_impact": {"status": "yes_known", "value": 1500.5},
            "private": False,
            "questions": [{"id": 410, "body": "Which grade?", "attachments": [{"id": 1}]}],
            **_STAMPS,
        },
    ),
    Document(
        Submittal,
        {
            "id": "42",
            "number": "7",
            "formatted_number": "05 12 00-7",
            "title": "Shop drawings",
            "revision": 1,
            "status": {"id": 1, "name": "In review", "status": "Open"},
            "type": {"id": 2, "name": "Shop Drawing"},
            "due_date": "2026-12-01",
            "received_date": "2026-11-05",
            "required_on_site_date": "2027-01-15",
            "responsible_contractor": {"id": "5", "name": "Ironline Erectors"},
            "ball_in_court": [_DANA],
            "specification_section": {"id": 3, "number": "05 12 00"},
            "private": False,
            **_STAMPS,
        },
    ),
    Document(
        Observation,
        {
            "id": 43,
            "number": 17,
            "name": "Loose rail",
            "status": "initiated",
            "priority": "High",
            "type": {"id": 4, "category": "Safety", "name": "Fall protection"},
            "due_date": "2026-11-22",
            "closed_at": None,
            "assignee": _DANA,
            "attachments": [{"id": 1, "name": "photo.pdf"}],
            **_STAMPS,
        },
    ),
    Document(ObservationType, {"id": 4, "name": "Fall protection", "category": "Safety"}),
    Document(
        DailyLogCounts,
        {"manpower_logs": 3, "notes_logs": 0, "weather_logs": 1},
        shaped(object, counts_in),
    ),
    Document(
        Form,
        {"uuid": "01HZ", "url": "https://store.example/x", "fields": {"key": "k", "signature": "s"}},
    ),
    Document(
        Segments,
        {
            "uuid": "01HZ",
            "segments": [
                {"size": 4, "sha256": "0", "url": f"https://store.example/{part}", "headers": {"x-part": "1"}}
                for part in range(2)
            ],
            "status": "ready",
        },
        segments_for(2),
    ),
    Document(
        PunchItem,
        {
            "id": 44,
            "position": 3,
            "name": "Paint",
            "status": "Open",
            "workflow_status": "work_required",
            "priority": "Low",
            "due_date": "2026-11-30",
            "ball_in_court": [_DANA],
            "punch_item_manager": _DANA,
            **_STAMPS,
        },
    ),
    Document(
        Event,
        {
            "id": 9,
            "ulid": "01J8Z",
            "timestamp": "2026-11-20T13:26:00Z",
            "metadata": {"source_user_id": 160586, "source_application_id": "client-1"},
            "user_id": 160586,
            "company_id": "562949953443325",
            "project_id": 562949953500001,
            "event_type": "update",
            "resource_name": "RFIs",
            "resource_id": 41,
        },
        EVENT,
    ),
)
