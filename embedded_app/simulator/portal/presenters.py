"""How the portal writes amounts, dates and rich text."""

from __future__ import annotations

from datetime import date
from decimal import Decimal


def money(amount: Decimal | None) -> str:
    """Two decimals, thousands separated, a real minus sign; a dash for None."""
    return "—" if amount is None else f"{amount:,.2f}".replace("-", "−")


def day(value: date | None) -> str:
    """As `Nov 20, 2026`; a dash for None."""
    return "—" if value is None else f"{value:%b} {value.day}, {value.year}"
