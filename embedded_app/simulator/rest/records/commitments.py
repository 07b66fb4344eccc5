"""Commitments, thin and in full, with their lines and balances."""

from __future__ import annotations

from collections.abc import Mapping

from embedded_app.simulator.model import ZERO
from embedded_app.simulator.model.commitments import CommitmentKind, Contract, LineItem
from embedded_app.simulator.model.projects import Project
from embedded_app.simulator.rest.formats import Json, day, money, stamp

_LINE_TYPES: Mapping[CommitmentKind, tuple[int, str, str, str]] = {
    CommitmentKind.SUBCONTRACT: (71, "S", "Subcontract", "commitment"),
    CommitmentKind.PURCHASE_ORDER: (72, "M", "Materials", "materials"),
}
_HOLDERS = {
    CommitmentKind.SUBCONTRACT: "WorkOrderContract",
    CommitmentKind.PURCHASE_ORDER: "PurchaseOrderContract",
}


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
