"""A whole answer of each kind, as docs/platform-reference.md describes it, with its decoder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from embedded_app.procore import (
    AppConfiguration,
    AppInstallation,
    Balances,
    BudgetLine,
    BudgetView,
    ChangeOrder,
    Commitment,
    CommitmentKind,
    Company,
    Compliance,
    DailyLogCounts,
    DirectCost,
    Event,
    Insurance,
    LineItem,
    Me,
    Observation,
    ObservationType,
    Payment,
    Permissions,
    PrimeContract,
    Project,
    PunchItem,
    Requisition,
    Rfi,
    Submittal,
    TokenInfo,
    TokenSet,
    User,
    Vendor,
    WbsCode,
)
from embedded_app.procore.calls.decoding import Fields
from embedded_app.procore.files.uploads import Form, Segments, decode_form, decode_segments
from embedded_app.procore.hooks import decode_event
from embedded_app.procore.oauth.tokens import decode_token_info, decode_token_set
from embedded_app.procore.records.app_installations import decode_app_configuration, decode_app_installation
from embedded_app.procore.records.budget import decode_budget_line, decode_budget_view
from embedded_app.procore.records.change_orders import decode_change_order
from embedded_app.procore.records.commitments import decode_balances, decode_commitment, decode_line_item
from embedded_app.procore.records.companies import WebBase, decode_company, decode_me, decode_web_base
from embedded_app.procore.records.compliance import decode_compliance
from embedded_app.procore.records.daily_logs import decode_counts
from embedded_app.procore.records.direct_costs import decode_direct_cost
from embedded_app.procore.records.directory import decode_user
from embedded_app.procore.records.insurances import decode_insurance
from embedded_app.procore.records.observations import decode_observation, decode_observation_type
from embedded_app.procore.records.payments import decode_payment
from embedded_app.procore.records.permissions import decode_permissions
from embedded_app.procore.records.prime_contracts import decode_prime_contract
from embedded_app.procore.records.projects import decode_project
from embedded_app.procore.records.punch_items import decode_punch_item
from embedded_app.procore.records.requisitions import decode_requisition
from embedded_app.procore.records.rfis import decode_rfi
from embedded_app.procore.records.submittals import decode_submittal
from embedded_app.procore.records.vendors import decode_vendor
from embedded_app.procore.records.wbs_codes import decode_wbs_code

_NOW = datetime(2026, 11, 20, 13, 26, tzinfo=UTC)
_STAMPS = {"created_at": "2026-02-01T09:00:00Z", "updated_at": "2026-11-19T17:30:00Z"}
_DANA = {"id": 160586, "login": "dana@hollisgrant.example", "name": "Dana Whitfield"}
_USD = {"currency_configuration": {"currency_iso_code": "USD", "currency_exchange_rate": "1.0"}}


@dataclass(frozen=True, slots=True)
class Document:
    """What Procore answers, and what becomes of it."""

    kind: type
    decode: Callable[[Fields], object]
    body: dict[str, Any]


DOCUMENTS: tuple[Document, ...] = (
    Document(Me, decode_me, _DANA),
    Document(Company, decode_company, {"id": 55188, "name": "Cascadia", "is_active": True, "logo_url": None}),
    Document(WebBase, decode_web_base, {"zone": "us02", "web_base_url": "https://us02.procore.example"}),
    Document(
        Permissions,
        partial(decode_permissions, project_id=None),
        {"tools": [{"id": 1, "name": "admin", "user_access_level": {"id": 4, "name": "Admin"}}]},
    ),
    Document(
        AppInstallation, decode_app_installation, {"id": 3, "app_uid": "client-1", "status": "installed"}
    ),
    Document(AppConfiguration, decode_app_configuration, {"id": 4, "title": "Ledger"}),
    Document(
        TokenInfo,
        decode_token_info,
        {
            "resource_owner_id": 160586,
            "scopes": [],
            "expires_in_seconds": 4200,
            "application": {"uid": "client-1"},
            "created_at": 1767225600,
        },
    ),
    Document(
        TokenSet,
        partial(decode_token_set, now=_NOW, refreshable=True),
        {
            "access_token": "eyJ",
            "token_type": "bearer",
            "expires_in": 5400,
            "refresh_token": "9f0c",
            "created_at": 1767225600,
        },
    ),
    Document(
        Project,
        decode_project,
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
        decode_vendor,
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
        decode_user,
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
        decode_insurance,
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
        partial(decode_commitment, CommitmentKind.SUBCONTRACT),
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
    ),
    Document(
        LineItem,
        decode_line_item,
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
        decode_balances,
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
        decode_compliance,
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
        decode_change_order,
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
        decode_requisition,
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
        decode_payment,
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
        decode_prime_contract,
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
    Document(BudgetView, decode_budget_view, {"id": 2, "name": "Standard", "description": None}),
    Document(
        BudgetLine,
        decode_budget_line,
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
        decode_wbs_code,
        {"id": 51, "flat_code": "05-100.S", "description": "Structural steel", "status": "active"},
    ),
    Document(
        DirectCost,
        decode_direct_cost,
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
        decode_rfi,
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
        decode_submittal,
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
        decode_observation,
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
    Document(
        ObservationType, decode_observation_type, {"id": 4, "name": "Fall protection", "category": "Safety"}
    ),
    Document(
        DailyLogCounts,
        lambda fields: decode_counts(fields._value),
        {"manpower_logs": 3, "notes_logs": 0, "weather_logs": 1},
    ),
    Document(
        Form,
        decode_form,
        {"uuid": "01HZ", "url": "https://store.example/x", "fields": {"key": "k", "signature": "s"}},
    ),
    Document(
        Segments,
        partial(decode_segments, count=2),
        {
            "uuid": "01HZ",
            "segments": [
                {"size": 4, "sha256": "0", "url": f"https://store.example/{part}", "headers": {"x-part": "1"}}
                for part in range(2)
            ],
            "status": "ready",
        },
    ),
    Document(
        PunchItem,
        decode_punch_item,
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
        decode_event,
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
    ),
)
