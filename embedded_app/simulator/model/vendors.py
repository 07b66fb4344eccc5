"""The firms of a company directory, and their certificates (docs/platform-reference.md, section 5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Insurance:
    """A certificate in the company directory. `status` is the platform's word, for example `compliant`."""

    id: int
    insurance_type: str
    insurance_provider: str
    policy_number: str
    limit: Decimal
    effective_date: date
    expiration_date: date
    status: str


@dataclass(slots=True)
class Vendor:
    """A firm in the company directory, and the projects whose directory it is in."""

    id: int
    company_id: int
    name: str
    city: str | None
    state_code: str | None
    country_code: str
    trade_name: str | None
    business_phone: str | None
    email_address: str | None
    created_at: datetime
    updated_at: datetime
    is_active: bool = True
    origin_code: str | None = None
    project_ids: frozenset[int] = frozenset()
    insurances: tuple[Insurance, ...] = ()
