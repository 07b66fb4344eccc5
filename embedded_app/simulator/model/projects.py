"""Projects and their cost codes (docs/platform-reference.md, sections 5.2 and 5.9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class CostCode:
    """A budget code in segments, for example division `05` and code `1200` as `05-1200`."""

    id: int
    division: str
    code: str
    name: str

    @property
    def full_code(self) -> str:
        return f"{self.division}-{self.code}"

    def wbs_code_id(self, cost_type_id: int) -> int:
        """The id of the budget code that this makes with a cost type."""
        return self.id * 10 + cost_type_id % 10


@dataclass(slots=True)
class Project:
    """A building site. `project_number` is the customer's own; None when they gave none."""

    id: int
    company_id: int
    name: str
    project_number: str | None
    city: str | None
    state_code: str | None
    stage: str
    country_code: str
    time_zone: str
    """As Rails names it; `tz_name` is the IANA name of the same."""
    tz_name: str
    created_at: datetime
    updated_at: datetime
    active: bool = True
    address: str | None = None
    description: str | None = None
    start_date: date | None = None
    completion_date: date | None = None
    tools_off: frozenset[str] = frozenset()
    cost_codes: tuple[CostCode, ...] = ()
    budget_locked: bool = True
    change_order_tiers: int = 1
    """1: packages. 2: potential change orders in packages. 3: these in requests, and requests in packages."""
