"""What exists in the simulated Procore: companies, people, projects, commitments and the apps they installed.

Plain values, no behaviour of the platform: the API, the pages and the sample ERP all read the same `World`.
Records are mutable, because control switches and pages change them while the simulator runs; values that a
record is made of are frozen. Money is `Decimal`, never rounded here, in US dollars where a contract
names no other currency. Field names are Procore's where Procore has one
(docs/platform-reference.md, section 5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from embedded_app.simulator.apps import AppConfiguration, AppInstallation, InstallationRequest
from embedded_app.simulator.levels import Level
from embedded_app.simulator.record import Keyed, Record

ZERO = Decimal("0.00")
SERVICE_ACCOUNT_ID = 990001
"""The directory user that stands for the app itself."""


class CommitmentKind(StrEnum):
    """The two kinds of commitments; the value is the platform's path and view-key segment."""

    SUBCONTRACT = "work_order_contracts"
    PURCHASE_ORDER = "purchase_order_contracts"


@dataclass(slots=True)
class Company:
    """A customer of Procore. `region` is the platform's zone: `us01` or `us02`.

    `base_currency` is that of a company with several currencies; None where there is one, as in most.
    """

    id: int
    name: str
    region: str
    base_currency: str | None = None


@dataclass(slots=True)
class Person:
    """A Procore login; `id` is unique across companies."""

    id: int
    name: str
    login: str
    job_title: str


@dataclass(slots=True)
class Membership:
    """What one person may do in one company.

    `company_levels` and `project_levels` map tool names (`admin`, `directory`, `commitments`, …) to levels; a
    tool that is missing is `Level.NONE`. `project_ids` limits the projects; None means every project.
    """

    user_id: int
    company_id: int
    company_levels: Mapping[str, Level]
    project_levels: Mapping[str, Level]
    project_ids: frozenset[int] | None = None
    permitted_actions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Single actions that are granted on top of a level, by tool: the platform's granular permissions."""

    @property
    def is_company_admin(self) -> bool:
        """Admin on the company's Admin tool."""
        return self.company_levels.get("admin", Level.NONE) is Level.ADMIN

    def sees(self, project_id: int) -> bool:
        """Whether the project is in this person's list (of a project of this company)."""
        return self.project_ids is None or project_id in self.project_ids


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
    trade_name: str | None
    business_phone: str | None
    email_address: str | None
    created_at: datetime
    updated_at: datetime
    is_active: bool = True
    origin_code: str | None = None
    project_ids: frozenset[int] = frozenset()
    insurances: tuple[Insurance, ...] = ()


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line of the schedule of values. `quantity` and `unit_cost` are None on lump-sum lines."""

    id: int
    position: int
    description: str
    amount: Decimal
    cost_code: CostCode
    quantity: Decimal | None = None
    unit_cost: Decimal | None = None
    uom: str | None = None


@dataclass(slots=True)
class ChangeOrder(Keyed):
    """A commitment change order, or package. `status` is the platform's word, for example `approved`."""

    id: int
    contract_id: int
    number: str
    title: str
    status: str
    grand_total: Decimal
    executed: bool
    created_at: datetime
    updated_at: datetime
    due_date: date | None = None
    approved_on: date | None = None
    description: str | None = None
    signature_required: bool = False
    created_by_id: int | None = None
    deleted_at: datetime | None = None


@dataclass(slots=True)
class Requisition(Keyed):
    """A subcontractor's invoice; `current_payment_due` is after retainage.

    `items` is what somebody sent for single lines, `item_values` what came of it, by kind of line and its id.
    """

    id: int
    number: int
    invoice_number: str
    status: str
    billing_date: date
    completed_this_period: Decimal
    retained_this_period: Decimal
    commitment_id: int
    created_at: datetime
    updated_at: datetime
    created_by_id: int | None = None
    period_id: int | None = None
    requisition_start: date | None = None
    requisition_end: date | None = None
    payment_date: date | None = None
    due_date: date | None = None
    submitted_at: datetime | None = None
    final: bool = False
    origin_id: str | None = None
    origin_data: str | None = None
    deleted_at: datetime | None = None
    attachments: list[Mapping[str, object]] = field(default_factory=list)
    item_values: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    items: list[Mapping[str, object]] | None = None

    @property
    def current_payment_due(self) -> Decimal:
        return self.completed_this_period - self.retained_this_period


@dataclass(slots=True)
class Contract(Keyed):
    """A commitment: a work order contract (subcontract) or a purchase order contract.

    Amounts are derived from its lines, change orders and requisitions, so that they always tie. `paid` is the
    sum of contract payments. `retainage_percent` is in percent; None when the contract names none.
    """

    id: int
    kind: CommitmentKind
    company_id: int
    project_id: int
    number: str
    title: str | None
    status: str
    vendor: Vendor | None
    created_at: datetime
    updated_at: datetime
    executed: bool = False
    private: bool = False
    description: str | None = None
    contract_date: date | None = None
    contract_start_date: date | None = None
    contract_estimated_completion_date: date | None = None
    delivery_date: date | None = None
    retainage_percent: Decimal | None = None
    paid: Decimal = ZERO
    origin_id: str | None = None
    origin_data: str | None = None
    accessor_ids: frozenset[int] = frozenset()
    currency_iso_code: str | None = None
    exchange_rate: Decimal = Decimal(1)
    deleted_at: datetime | None = None
    line_items: list[LineItem] = field(default_factory=list)
    change_orders: list[ChangeOrder] = field(default_factory=list)
    requisitions: list[Requisition] = field(default_factory=list)

    @property
    def is_order(self) -> bool:
        return self.kind is CommitmentKind.PURCHASE_ORDER

    @property
    def grand_total(self) -> Decimal:
        """The original amount: all lines, no change orders."""
        return sum((line.amount for line in self.line_items), ZERO)

    def changes(self, *statuses: str) -> Decimal:
        """The sum of the change orders in one of these statuses."""
        live = (change for change in self.change_orders if change.deleted_at is None)
        return sum((change.grand_total for change in live if change.status in statuses), ZERO)

    @property
    def approved_change_orders(self) -> Decimal:
        return self.changes("approved")

    @property
    def pending_change_orders(self) -> Decimal:
        return self.changes("pending", "pricing", "revised", "proceeding")

    @property
    def draft_change_orders_amount(self) -> Decimal:
        return self.changes("draft")

    @property
    def revised_contract(self) -> Decimal:
        return self.grand_total + self.approved_change_orders

    @property
    def invoiced(self) -> list[Requisition]:
        """The invoices that were handed in."""
        return [each for each in self.requisitions if each.status != "draft" and each.deleted_at is None]

    @property
    def total_requisitions_amount(self) -> Decimal:
        """What was invoiced to date, before retainage."""
        return sum((requisition.completed_this_period for requisition in self.invoiced), ZERO)

    @property
    def retainage_held(self) -> Decimal:
        return sum((requisition.retained_this_period for requisition in self.invoiced), ZERO)

    @property
    def total_payments(self) -> Decimal:
        return self.paid


@dataclass(slots=True)
class World:
    """Everything there is, by id. Iteration order is the order of creation."""

    companies: dict[int, Company] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    memberships: dict[tuple[int, int], Membership] = field(default_factory=dict)
    """Keyed by user id and company id."""
    projects: dict[int, Project] = field(default_factory=dict)
    vendors: dict[int, Vendor] = field(default_factory=dict)
    contracts: dict[int, Contract] = field(default_factory=dict)
    installations: dict[int, AppInstallation] = field(default_factory=dict)
    configurations: dict[int, AppConfiguration] = field(default_factory=dict)
    installation_requests: list[InstallationRequest] = field(default_factory=list)
    records: dict[str, dict[int, Record]] = field(default_factory=dict)
    """The families that need no arithmetic, by family and id."""

    def membership(self, user_id: int, company_id: int) -> Membership | None:
        return self.memberships.get((user_id, company_id))

    def companies_of(self, user_id: int) -> Iterator[Company]:
        """The companies this person is a member of."""
        return (company for company in self.companies.values() if (user_id, company.id) in self.memberships)

    def projects_of(self, company_id: int) -> Iterator[Project]:
        return (project for project in self.projects.values() if project.company_id == company_id)

    def vendors_of(self, company_id: int) -> Iterator[Vendor]:
        return (vendor for vendor in self.vendors.values() if vendor.company_id == company_id)

    def contracts_of(self, project_id: int) -> Iterator[Contract]:
        """The commitments of a project that were not deleted."""
        live = (each for each in self.contracts.values() if each.deleted_at is None)
        return (contract for contract in live if contract.project_id == project_id)

    def installation(self, company_id: int) -> AppInstallation | None:
        """The app's installation in this company, also an uninstalled one; None if it never was."""
        return next((each for each in self.installations.values() if each.company_id == company_id), None)

    def configurations_of(self, company_id: int) -> Iterator[AppConfiguration]:
        return (each for each in self.configurations.values() if each.company_id == company_id)

    def level(self, user_id: int, company_id: int, tool: str, project_id: int | None = None) -> Level:
        """What the person may do in a tool of the company, or of a project when its id is given.

        NONE also for people outside the company, projects they are not in, and tools that are switched off.
        """
        membership = self.membership(user_id, company_id)
        if membership is None:
            return Level.NONE
        if project_id is None:
            return membership.company_levels.get(tool, Level.NONE)
        project = self.projects.get(project_id)
        if project is None or project.company_id != company_id or tool in project.tools_off:
            return Level.NONE
        return membership.project_levels.get(tool, Level.NONE) if membership.sees(project_id) else Level.NONE

    def can_read(self, user_id: int, contract: Contract) -> bool:
        """Whether the person may see this commitment: private ones are for Admins and those named on it."""
        level = self.level(user_id, contract.company_id, "commitments", contract.project_id)
        if level < Level.READ_ONLY:
            return False
        return not contract.private or level is Level.ADMIN or user_id in contract.accessor_ids
