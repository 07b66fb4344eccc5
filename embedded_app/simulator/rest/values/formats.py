"""Values as the API writes them: money as strings, days and times in ISO 8601."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

Json = dict[str, object]


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


def balances(
    *, approved: Decimal, pending: Decimal, draft: Decimal, invoiced: Decimal, paid: Decimal
) -> Json:
    """The `summary` of a contract in version 2: its change orders by status, what was invoiced and paid."""
    return {
        "approved_change_total": money(approved),
        "pending_revised_change_total": money(pending),
        "draft_change_total": money(draft),
        "total_invoices_amount": money(invoiced),
        "total_payments_amount": money(paid),
    }
