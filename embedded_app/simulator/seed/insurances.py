"""The insurance certificates that a company keeps of its vendors in its directory."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from embedded_app.simulator.model.vendors import Insurance
from embedded_app.simulator.seed.catalog import draw
from embedded_app.simulator.seed.plan import AS_OF

_TYPES = ("General Liability", "Workers Compensation")
_KNOWN: dict[tuple[str, str], tuple[int, date]] = {
    ("Tri-County Roofing", "General Liability"): (2_000_000, date(2026, 11, 4)),
    ("Tri-County Roofing", "Workers Compensation"): (1_000_000, date(2027, 3, 31)),
    ("Norwood Glass Systems", "General Liability"): (1_000_000, date(2027, 5, 31)),
    ("Norwood Glass Systems", "Workers Compensation"): (1_000_000, date(2027, 2, 28)),
    ("Cascade Steel Erectors, Inc.", "General Liability"): (5_000_000, date(2026, 12, 14)),
    ("Cascade Steel Erectors, Inc.", "Workers Compensation"): (1_000_000, date(2027, 6, 30)),
    ("Harlan Mechanical, Inc.", "General Liability"): (2_000_000, date(2027, 8, 31)),
    ("Harlan Mechanical, Inc.", "Workers Compensation"): (1_000_000, date(2027, 8, 31)),
}
"""Limit and last day of the policies that the demo shows."""
_WITHOUT = frozenset({"Vantage Vertical Transport"})
_PROVIDERS = ("Great Basin Mutual", "Harborside Casualty", "Union & Western Insurance Co.")


def insurances(vendor: str, vendor_id: int) -> tuple[Insurance, ...]:
    """Liability and workers' compensation; every fifth vendor has sent nothing yet."""
    known = any(name == vendor for name, _ in _KNOWN)
    if vendor in _WITHOUT or (not known and draw(f"{vendor}/insured", 0, 4) == 0):
        return ()
    return tuple(_certificate(vendor, vendor_id * 10 + index, kind) for index, kind in enumerate(_TYPES, 1))


def _certificate(vendor: str, certificate_id: int, kind: str) -> Insurance:
    key = f"{vendor}/{kind}"
    month = 9 + draw(f"{key}/month", 0, 14)  # from October 2026, so that a few have just expired
    drawn = date(2026 + month // 12, month % 12 + 1, 28)
    limit, expires = _KNOWN.get((vendor, kind), (draw(f"{key}/limit", 1, 5) * 1_000_000, drawn))
    return Insurance(
        id=certificate_id,
        insurance_type=kind,
        insurance_provider=_PROVIDERS[draw(key, 0, len(_PROVIDERS) - 1)],
        policy_number=f"{'GL' if kind.startswith('G') else 'WC'}-{draw(f'{key}/policy', 100_000, 999_999)}",
        limit=Decimal(limit),
        effective_date=expires - timedelta(days=365),
        expiration_date=expires,
        status="expired" if expires < AS_OF else "compliant",
    )
