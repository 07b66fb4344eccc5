"""Records as the API writes them: money as strings, dates in ISO 8601, absent things null or left out.

Which keys are left out and which are null differs from resource to resource, as on the platform: readers have to
stand both.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from embedded_app.simulator.model import ZERO
from embedded_app.simulator.model.apps import AppConfiguration, AppInstallation, InstallationRequest
from embedded_app.simulator.model.commitments import CommitmentKind, Contract, LineItem
from embedded_app.simulator.model.levels import Level
from embedded_app.simulator.model.people import Company, Person
from embedded_app.simulator.model.projects import CostCode, Project
from embedded_app.simulator.model.vendors import Insurance, Vendor
from embedded_app.simulator.state import Simulator, simulator
from embedded_app.simulator.switches import LevelIds

Json = dict[str, object]

_SCATTERED = {Level.NONE: 9, Level.READ_ONLY: 11, Level.STANDARD: 2}

_LINE_TYPES: Mapping[CommitmentKind, tuple[int, str, str, str]] = {
    CommitmentKind.SUBCONTRACT: (71, "S", "Subcontract", "commitment"),
    CommitmentKind.PURCHASE_ORDER: (72, "M", "Materials", "materials"),
}
_HOLDERS = {
    CommitmentKind.SUBCONTRACT: "WorkOrderContract",
    CommitmentKind.PURCHASE_ORDER: "PurchaseOrderContract",
}


def money(amount: Decimal) -> str:
    """The amount as the platform writes decimals: plain, without trailing zeros but one."""
    text = format(amount.normalize(), "f")
    return text if "." in text else f"{text}.0"


def stamp(moment: datetime | None) -> str | None:
    """`YYYY-MM-DDTHH:MM:SSZ`, or None."""
    return None if moment is None else f"{moment.isoformat()[:19]}Z"


def day(when: date | None) -> str | None:
    """`YYYY-MM-DD`, or None."""
    return None if when is None else when.isoformat()


def company(record: Company, *, mine: bool) -> Json:
    """A company in the list of companies; `mine` for the one that employs the caller."""
    return {
        "id": record.id,
        "name": record.name,
        "is_active": True,
        "logo_url": None,
        "pcn_business_experience": None,
        "my_company": mine,
    }


def access_level(level: Level) -> Json:
    """A level with its number and name."""
    scattered = simulator().switches.level_ids is LevelIds.SCATTERED
    return {"id": _SCATTERED.get(level, level) if scattered else level, "name": level.label}


def project(record: Project, view: str, company_name: str) -> Json:
    """A project in the view `ids`, `minimal`, `compact`, `normal` or `extended`."""
    if view == "ids":
        return {"id": record.id}
    label = f"{record.project_number} - {record.name}" if record.project_number else record.name
    brief: Json = {
        "id": record.id,
        "name": record.name,
        "display_name": label,
        "project_number": record.project_number,
        "active": record.active,
        "company": {"id": record.company_id, "name": company_name},
    }
    if view in ("minimal", "compact"):
        return brief
    normal: Json = {
        **brief,
        "address": record.address,
        "city": record.city,
        "state_code": record.state_code,
        "country_code": "US",
        "time_zone": "Pacific Time (US & Canada)",
        "tz_name": "America/Los_Angeles",
        "start_date": day(record.start_date),
        "completion_date": day(record.completion_date),
        "project_stage": {"id": 1, "name": record.stage},
        "stage": record.stage,
        "is_demo": False,
        "template": False,
        "origin_id": None,
        "origin_code": None,
        "created_at": stamp(record.created_at),
        "updated_at": stamp(record.updated_at),
    }
    if view == "extended":
        normal |= {"description": record.description, "departments": [], "custom_fields": {}}
    return normal


def commitment(record: Contract) -> Json:
    """The thin form in which both kinds are listed together."""
    vendor = record.vendor
    return {
        "id": record.id,
        "title": record.title,
        "number": record.number,
        "status": record.status,
        "description": record.description,
        "executed": record.executed,
        "delivery_date": day(record.delivery_date),
        "private": record.private,
        "vendor": None if vendor is None else {"id": vendor.id, "name": vendor.name},
    }


def contract(record: Contract, project_: Project, currency: object, *, extended: bool) -> Json:
    """A work order or purchase order contract; extended with its lines and change order packages.

    `currency` is None where the company has one currency only.
    """
    vendor = record.vendor
    original, approved = record.grand_total, record.approved_change_orders
    revised, pending = original + approved, record.pending_change_orders
    paid = record.paid
    body: Json = {
        "id": record.id,
        "number": record.number,
        "title": record.title,
        "status": record.status,
        "executed": record.executed,
        "private": record.private,
        "vendor": None
        if vendor is None
        else {"id": vendor.id, "company": vendor.name, "origin_data": None, "origin_id": None},
        "project": {"id": project_.id, "name": project_.name},
        "description": record.description,
        "contract_date": day(record.contract_date),
        "contract_start_date": day(record.contract_start_date),
        "contract_estimated_completion_date": day(record.contract_estimated_completion_date),
        "accounting_method": "amount",
        "retainage_percent": None if record.retainage_percent is None else f"{record.retainage_percent:.2f}",
        "grand_total": money(original),
        "approved_change_orders": money(approved),
        "pending_change_orders": money(pending),
        "draft_change_orders_amount": money(record.draft_change_orders_amount),
        "revised_contract": money(revised),
        "pending_revised_contract": money(revised + pending),
        "total_requisitions_amount": money(record.total_requisitions_amount),
        "total_draw_requests_amount": money(ZERO),
        "total_payments": money(paid),
        "percentage_paid": f"{paid / revised * 100:.2f}%" if revised else "0.00%",
        "remaining_balance_outstanding": money(revised - paid),
        "requisitions_are_enabled": record.kind is CommitmentKind.SUBCONTRACT,
        "origin_id": record.origin_id,
        "created_at": stamp(record.created_at),
        "updated_at": stamp(record.updated_at),
        "deleted_at": stamp(record.deleted_at),
    }
    if currency is not None:
        body["currency_configuration"] = currency
    if record.kind is CommitmentKind.PURCHASE_ORDER:
        body["delivery_date"] = day(record.delivery_date)
    if record.origin_data is not None:
        body["origin_data"] = record.origin_data
    if extended:
        body["line_items"] = [line_item(line, record) for line in record.line_items]
        body["change_order_packages"] = [
            {"id": change.id, "number": change.number, "title": change.title, "status": change.status}
            for change in record.change_orders
        ]
        body |= {"payments_issued": [], "attachments": [], "invoice_contacts": []}
    return body


def line_item(line: LineItem, record: Contract) -> Json:
    """One line of the schedule of values of a commitment."""
    type_id, code, name, base_type = _LINE_TYPES[record.kind]
    cost_code_ = line.cost_code
    return {
        "id": line.id,
        "position": line.position,
        "description": line.description,
        "amount": money(line.amount),
        "total_amount": money(line.amount),
        "extended_amount": money(line.amount),
        "extended_type": "manual" if line.quantity is None else "calculated",
        "quantity": None if line.quantity is None else money(line.quantity),
        "unit_cost": None if line.unit_cost is None else money(line.unit_cost),
        "uom": line.uom,
        "tax_code_id": None,
        "cost_code": {
            "id": cost_code_.id,
            "full_code": cost_code_.full_code,
            "name": cost_code_.name,
            "origin_id": None,
        },
        "line_item_type": {
            "id": type_id,
            "code": code,
            "name": name,
            "base_type": base_type,
            "origin_id": None,
        },
        "wbs_code": {
            "id": cost_code_.id * 10 + type_id % 10,
            "flat_code": f"{cost_code_.full_code}.{code}",
            "description": f"{cost_code_.name}.{name}",
        },
        "holder": {"id": record.id, "holder_type": _HOLDERS[record.kind]},
        "origin_id": None,
        "created_at": stamp(record.created_at),
        "updated_at": stamp(record.updated_at),
    }


def summary(record: Contract) -> Json:
    """Balances of a commitment in API version 2."""
    return {
        "approved_change_total": money(record.approved_change_orders),
        "pending_revised_change_total": money(record.pending_change_orders),
        "draft_change_total": money(record.draft_change_orders_amount),
        "total_invoices_amount": money(record.total_requisitions_amount),
        "total_payments_amount": money(record.paid),
    }


def cost_code(record: CostCode) -> Json:
    """A budget code of a project."""
    return {
        "id": record.id,
        "code": record.code,
        "full_code": record.full_code,
        "name": record.name,
        "sortable_code": record.full_code,
        "budgeted": True,
        "parent": {"id": None},
        "origin_id": None,
        "origin_data": None,
        "line_item_types": [],
    }


def vendor(record: Vendor, view: str) -> Json:
    """A firm; other views than `ids_only`, `name` and `compact` are written in full."""
    if view == "ids_only":
        return {"id": record.id}
    if view in ("name", "compact", "minimal"):
        return {"id": record.id, "name": record.name}
    body: Json = {
        "id": record.id,
        "name": record.name,
        "company": record.name,
        "city": record.city,
        "state_code": record.state_code,
        "country_code": "US",
        "business_phone": record.business_phone,
        "email_address": record.email_address,
        "trade_name": record.trade_name,
        "is_active": record.is_active,
        "synced_to_erp": False,
        "origin_id": None,
        "origin_data": None,
        "created_at": stamp(record.created_at),
        "updated_at": stamp(record.updated_at),
    }
    if record.origin_code is not None:
        body["origin_code"] = record.origin_code
    return body


def insurance(record: Insurance, vendor_id: int) -> Json:
    """A certificate of this vendor."""
    return {
        "id": record.id,
        "vendor_id": vendor_id,
        "insurance_type": record.insurance_type,
        "insurance_provider": record.insurance_provider,
        "policy_number": record.policy_number,
        "limit": money(record.limit),
        "effective_date": day(record.effective_date),
        "expiration_date": day(record.expiration_date),
        "status": record.status,
        "exempt": False,
        "origin_id": None,
        "origin_data": None,
    }


def person(record: Person | None) -> Json | None:
    """A person by id, name and login."""
    return None if record is None else {"id": record.id, "name": record.name, "login": record.login}


def _installer(record: Person | None, company_name: str) -> Json | None:
    known = person(record)
    return known and {**known, "is_active": True, "contact_id": None, "company_name": company_name}


def version_id(semantic_version: str) -> int:
    """The number of a version of the app: `100` for `1.0.0`."""
    return int("".join(filter(str.isdecimal, semantic_version)) or 0)


def shown_installation(record: AppInstallation, running: Simulator) -> Json:
    """The app in one company, as asked for by itself."""
    return {
        "id": record.id,
        "app_uid": running.app.uid,
        "app_version_id": version_id(record.semantic_version),
        "status": record.status,
        "installed_by": record.installed_by,
        "installed_at": stamp(record.installed_at),
        "uninstalled_by": record.uninstalled_by,
        "uninstalled_at": stamp(record.uninstalled_at),
        "manifest_url": None,
        "components": running.app.components,
    }


def installation(record: AppInstallation, running: Simulator) -> Json:
    """The app in one company, in a list."""
    people, app = running.world.people, running.app
    is_old = record.semantic_version != app.semantic_version
    company_name = running.world.companies[record.company_id].name
    return {
        "id": record.id,
        "app_uid": app.uid,
        "status": record.status,
        "components": app.components,
        "semantic_version": record.semantic_version,
        "installed_at": stamp(record.installed_at),
        "installer": _installer(people.get(record.installed_by), company_name),
        "uninstalled_at": stamp(record.uninstalled_at),
        "uninstaller": _installer(people.get(record.uninstalled_by or 0), company_name),
        "updatable_app_version_id": version_id(app.semantic_version) if is_old else None,
        "developer_app": {"id": 1, "name": app.name, "uid": app.uid, "marketplace_app": None},
    }


def installation_request(record: InstallationRequest) -> Json:
    """A request for the app; which fields it has is not documented."""
    return {
        "id": record.id,
        "company_id": record.company_id,
        "developer_app_id": 1,
        "implicit": record.implicit,
        "notes": record.notes,
        "created_by": {"id": record.user_id},
        "created_at": stamp(record.created_at),
    }


def configuration(record: AppConfiguration, running: Simulator) -> Json:
    """A place in the menus of a company."""
    return {
        "id": record.id,
        "title": record.title,
        "app_installation_id": record.installation_id,
        "company_id": record.company_id,
        "projects": [{"id": project_id} for project_id in sorted(record.project_ids)],
        "applies_to_all_projects": record.applies_to_all_projects,
        "applies_to_company": record.applies_to_company,
        "instance_configuration": record.values,
        "created_by": person(running.world.people.get(record.created_by)),
        "created_at": stamp(record.created_at),
        "updated_at": stamp(record.created_at),
    }
