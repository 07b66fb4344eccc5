"""The insurance certificates that a company keeps of its vendors in its directory."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from embedded_app.simulator.model import Insurance
from embedded_app.simulator.seed.catalog import draw

_TYPES = ("General Liability", "Workers Compensation")
_PROVIDERS = ("Great Basin Mutual", "Harborside Casualty", "Union & Western Insurance Co.")


def insurances(vendor: str, vendor_id: int) -> tuple[Insurance, ...]:
    """Liability and workers' compensation; every fifth vendor has sent nothing yet."""
    if draw(f"{vendor}/insured", 0, 4) == 0:
        return ()
    return tuple(_certificate(vendor, vendor_id * 10 + index, kind) for index, kind in enumerate(_TYPES, 1))


def _certificate(vendor: str, certificate_id: int, kind: str) -> Insurance:
    key = f"{vendor}/{kind}"
    month, year = draw(f"{key}/month", 1, 12), 2026 + draw(f"{key}/year", 0, 1)
    expires = date(year, month, 28)
    return Insurance(
        id=certificate_id,
        insurance_type=kind,
        insurance_provider=_PROVIDERS[draw(key, 0, len(_PROVIDERS) - 1)],
        policy_number=f"{'GL' if kind.startswith('G') else 'WC'}-{draw(f'{key}/policy', 100_000, 999_999)}",
        limit=Decimal(draw(f"{key}/limit", 1, 5) * 1_000_000),
        effective_date=date(year - 1, month, 28),
        expiration_date=expires,
        status="expired" if expires < date(2026, 11, 20) else "compliant",
    )
