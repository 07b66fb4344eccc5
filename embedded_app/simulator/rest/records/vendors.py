"""Firms and their certificates."""

from __future__ import annotations

from embedded_app.simulator.model.vendors import Insurance, Vendor
from embedded_app.simulator.rest.values.formats import Json, day, money, stamp


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
        "country_code": record.country_code,
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
