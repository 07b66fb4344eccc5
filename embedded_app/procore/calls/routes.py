"""Every path of Procore that we call, once, with what makes its answer stale.

The enumerations are the registry: a path that is no member cannot be called. Templates are written as
docs/platform-reference.md writes them (`{c}` company, `{p}` project), and a test holds each, with its method, to
the section it names. The name of a route is what errors, metrics and logs show: it has no ids in it.
"""

from __future__ import annotations

import re
from enum import Enum, StrEnum
from itertools import chain

TEXT_ID = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)
_PLACE = re.compile(r"\{([a-z_]+)\}")
_ADVISED = 1000  # of at most 2000 (section 4.1): fewer pages are fewer calls
_MOST_IN_V2 = 100  # section 4.1


class Route:
    """A path with its method.

    Attributes:
        method: the HTTP verb.
        template: the path with a name in braces for each id.
        section: where docs/platform-reference.md describes it.
    """

    method: str
    template: str
    section: str

    @property
    def name(self) -> str:
        """The normalised route, for example ``GET /rest/v1.0/projects/{p}``."""
        return f"{self.method} {self.template}"

    @property
    def version(self) -> str:
        """The API version in the path, for example ``v1.0``."""
        return self.template.split("/")[2]

    @property
    def in_envelope(self) -> bool:
        """Whether the answer is within ``data``: everything of version 2 (section 4.1)."""
        return self.version.startswith("v2.")

    @property
    def places(self) -> frozenset[str]:
        """The names of the ids that the path needs."""
        return frozenset(_PLACE.findall(self.template))

    def path(self, **ids: int | str) -> str:
        """The path with its ids: whole numbers, or for an upload its letters, digits and dashes. No more fits."""
        if ids.keys() != self.places:
            raise ValueError(f"{self.name} needs {sorted(self.places)}, not {sorted(ids)}.")
        return _PLACE.sub(lambda place: _written(ids[place[1]]), self.template)


def _written(value: int | str) -> str:
    if isinstance(value, str) and not TEXT_ID.fullmatch(value):
        raise ValueError("This is no id.")
    return value if isinstance(value, str) else str(int(value))


class ReadRoute(Route):
    """A path that is read with GET.

    Attributes:
        resources: what makes an answer stale: the resources whose events may change it, as section 7.5 names them.
            Empty where it may change without an event. No event tells that a person or firm in it has a new name.
        most_per_page: the longest page to ask a list for; what the reference advises when ``None`` is given.
    """

    def __init__(
        self,
        template: str,
        section: str,
        resources: frozenset[str] = frozenset(),
        most_per_page: int | None = None,
    ) -> None:
        self.method = "GET"
        self.template = template
        self.section = section
        self.resources = resources
        self.most_per_page = most_per_page or (_MOST_IN_V2 if self.in_envelope else _ADVISED)


class ViewerRoute(ReadRoute, Enum):
    """The two paths that need no `Procore-Company-Id` with a person's token (section 2.5)."""

    ME = "/rest/v1.0/me", "2.5"
    COMPANIES = "/rest/v1.0/companies", "2.5"


_PEOPLE = frozenset({"Company Users", "Project Users"})  # updates are told for the company only: section 7.4
_FIRMS = frozenset({"Company Vendors", "Project Vendors"})
_INSURANCES = frozenset({"Company Insurances"})
_PROJECTS = frozenset({"Projects"})
_RFIS = frozenset({"RFIs", "RFI Replies"})
_SUBMITTALS = frozenset({"Submittals"})
_SUBCONTRACTS = frozenset({"Work Order Contracts", "Work Order Contract Line Items"})
_PURCHASE_ORDERS = frozenset({"Purchase Order Contracts", "Purchase Order Contract Line Items"})
_COMMITMENTS = _SUBCONTRACTS | _PURCHASE_ORDERS
_CHANGE_ORDERS = frozenset(
    {
        "Change Order Packages",
        "Change Order Requests",
        "Potential Change Orders",
        "Potential Change Order Line Items",
    }
)
_PAYMENTS = frozenset({"Contract Payments"})
_REQUISITIONS = frozenset({"Requisitions"})
"""Not in section 7.5, but a company may have it: a read is held for it only where a hook was given that name."""
_SUMS = _CHANGE_ORDERS | _PAYMENTS | _REQUISITIONS
_SUBCONTRACT_SUMS = _SUBCONTRACTS | _SUMS
_PURCHASE_ORDER_SUMS = _PURCHASE_ORDERS | _SUMS
_COMMITMENT_SUMS = _COMMITMENTS | _SUMS
_PRIME_CONTRACTS = _CHANGE_ORDERS | {"Prime Contracts", "Prime Contract Line Items", "Payment Applications"}
_DIRECT_COSTS = frozenset({"Direct Costs", "Direct Cost Line Items"})
_OBSERVATIONS = frozenset({"Observation Items"})
_PUNCH_ITEMS = frozenset({"Punch Items"})


class CompanyRoute(ReadRoute, Enum):
    """What is read of a company; needs `Procore-Company-Id`, as does `me` once it names a company.

    A budget, a commitment's compliance and the counts of daily logs have no events for each of their causes. One
    project has none either, because who may see it changes without one.
    """

    ME = "/rest/v1.0/me", "2.5", _PEOPLE
    BASE_URL = "/rest/v1.0/company_base_url", "1.2"
    APP_INSTALLATIONS = "/rest/v1.0/app_installations", "3.7"
    APP_CONFIGURATIONS = "/rest/v1.0/companies/{c}/app_configurations", "3.7"
    PERMISSIONS = "/rest/v1.0/settings/permissions", "6", _PEOPLE
    # People and firms
    COMPANY_USERS = "/rest/v1.3/companies/{c}/users", "5.1", _PEOPLE
    PROJECT_USERS = "/rest/v1.0/projects/{p}/users", "5.1", _PEOPLE
    COMPANY_VENDORS = "/rest/v1.0/vendors", "5.1", _FIRMS
    PROJECT_VENDORS = "/rest/v1.1/projects/{p}/vendors", "5.1", _FIRMS
    COMPANY_INSURANCES = "/rest/v1.0/companies/{c}/insurances", "5.1", _INSURANCES
    VENDOR_INSURANCES = "/rest/v1.0/companies/{c}/vendors/{v}/insurances", "5.1", _INSURANCES
    # Projects
    PROJECTS = "/rest/v1.1/projects", "5.2", _PROJECTS, 300
    PROJECT = "/rest/v1.0/projects/{p}", "5.2"
    # RFIs and submittals
    RFIS = "/rest/v1.0/projects/{p}/rfis", "5.3", _RFIS
    RFI = "/rest/v1.0/projects/{p}/rfis/{id}", "5.3", _RFIS
    SUBMITTALS = "/rest/v1.1/projects/{p}/submittals", "5.4", _SUBMITTALS
    SUBMITTALS_V2 = "/rest/v2.0/companies/{c}/projects/{p}/submittals", "5.4", _SUBMITTALS
    SUBMITTAL = "/rest/v1.1/projects/{p}/submittals/{id}", "5.4", _SUBMITTALS
    # Commitments, their change orders, invoices and payments
    WORK_ORDER_CONTRACTS = "/rest/v1.0/work_order_contracts", "5.5", _SUBCONTRACT_SUMS
    WORK_ORDER_CONTRACT = "/rest/v1.0/work_order_contracts/{id}", "5.5", _SUBCONTRACT_SUMS
    WORK_ORDER_LINE_ITEMS = "/rest/v1.0/work_order_contracts/{contract}/line_items", "5.5", _SUBCONTRACTS
    WORK_ORDER_COMPLIANCE = "/rest/v1.0/projects/{p}/work_order_contracts/{id}/compliance", "5.5"
    PURCHASE_ORDER_CONTRACTS = "/rest/v1.0/purchase_order_contracts", "5.5", _PURCHASE_ORDER_SUMS
    PURCHASE_ORDER_CONTRACT = "/rest/v1.0/purchase_order_contracts/{id}", "5.5", _PURCHASE_ORDER_SUMS
    PURCHASE_ORDER_LINE_ITEMS = (
        "/rest/v1.0/purchase_order_contracts/{contract}/line_items",
        "5.5",
        _PURCHASE_ORDERS,
    )
    PURCHASE_ORDER_COMPLIANCE = "/rest/v1.0/projects/{p}/purchase_order_contracts/{id}/compliance", "5.5"
    COMMITMENT_CONTRACTS = (
        "/rest/v2.0/companies/{c}/projects/{p}/commitment_contracts",
        "5.5",
        _COMMITMENT_SUMS,
    )
    COMMITMENT_CONTRACT = (
        "/rest/v2.0/companies/{c}/projects/{p}/commitment_contracts/{id}",
        "5.5",
        _COMMITMENT_SUMS,
    )
    COMMITMENT_LINE_ITEMS = (
        "/rest/v2.0/companies/{c}/projects/{p}/commitment_contracts/{contract}/line_items",
        "5.5",
        _COMMITMENTS,
    )
    COMMITMENT_SUMMARY = (
        "/rest/v2.0/companies/{c}/projects/{p}/commitment_contracts/{id}/summary",
        "5.5",
        _COMMITMENT_SUMS,
    )
    CONTRACT_PAYMENTS = "/rest/v1.0/contract_payments", "5.5", _PAYMENTS
    COMMITMENT_CHANGE_ORDERS = "/rest/v1.0/projects/{p}/commitment_change_orders", "5.6", _CHANGE_ORDERS
    COMMITMENT_CHANGE_ORDER = "/rest/v1.0/projects/{p}/commitment_change_orders/{id}", "5.6", _CHANGE_ORDERS
    COMMITMENT_CHANGE_ORDER_LINES = (
        "/rest/v2.0/companies/{c}/projects/{p}/commitment_change_orders/{id}/line_items",
        "5.6",
        _CHANGE_ORDERS,
    )
    CHANGE_ORDER_PACKAGES = "/rest/v1.0/change_order_packages", "5.6", _CHANGE_ORDERS
    REQUISITIONS = "/rest/v1.1/requisitions", "5.7", _REQUISITIONS
    REQUISITION = "/rest/v1.1/requisitions/{id}", "5.7", _REQUISITIONS
    # Prime contracts
    PRIME_CONTRACTS = "/rest/v1.0/prime_contracts", "5.8", _PRIME_CONTRACTS
    PRIME_CONTRACTS_V2 = "/rest/v2.0/companies/{c}/projects/{p}/prime_contracts", "5.8", _PRIME_CONTRACTS
    PRIME_CONTRACT = "/rest/v1.0/prime_contract/{id}", "5.8", _PRIME_CONTRACTS
    PRIME_CONTRACT_V2 = "/rest/v2.0/companies/{c}/projects/{p}/prime_contracts/{id}", "5.8", _PRIME_CONTRACTS
    # Budget and cost
    BUDGET_VIEWS = "/rest/v1.0/budget_views", "5.9"
    BUDGET_ROWS = "/rest/v1.0/budget_views/{v}/detail_rows", "5.9"
    WBS_CODES = "/rest/v1.0/projects/{p}/work_breakdown_structure/wbs_codes", "5.9"
    WBS_CODES_V2 = "/rest/v2.0/companies/{c}/projects/{p}/wbs/codes", "5.9"
    DIRECT_COSTS = "/rest/v1.1/projects/{p}/direct_costs", "5.9", _DIRECT_COSTS
    DIRECT_COST = "/rest/v1.1/projects/{p}/direct_costs/{id}", "5.9", _DIRECT_COSTS
    # Field work
    DAILY_LOG_COUNTS = "/rest/v1.1/projects/{p}/daily_logs/counts", "5.10"
    OBSERVATIONS = "/rest/v1.0/observations/items", "5.11", _OBSERVATIONS
    OBSERVATION = "/rest/v1.0/observations/items/{id}", "5.11", _OBSERVATIONS
    OBSERVATION_TYPES = "/rest/v1.0/observations/types", "5.11"
    PUNCH_ITEMS = "/rest/v1.1/punch_items", "5.11", _PUNCH_ITEMS
    PUNCH_ITEM = "/rest/v1.1/punch_items/{id}", "5.11", _PUNCH_ITEMS


class WriteRoute(Route, Enum):
    """What is written. No other path can be written to."""

    def __init__(self, method: str, template: str, section: str) -> None:
        self.method = method
        self.template = template
        self.section = section

    CREATE_RFI = "POST", "/rest/v1.0/projects/{p}/rfis", "5.3"
    CREATE_SUBMITTAL = "POST", "/rest/v1.1/projects/{p}/submittals", "5.4"
    CREATE_REQUISITION = "POST", "/rest/v1.1/requisitions", "5.7"
    CREATE_OBSERVATION = "POST", "/rest/v1.0/observations/items", "5.11"
    CREATE_PUNCH_ITEM = "POST", "/rest/v1.1/punch_items", "5.11"
    CREATE_UPLOAD = "POST", "/rest/v1.1/projects/{p}/uploads", "5.13"
    FINISH_UPLOAD = "PATCH", "/rest/v1.1/projects/{p}/uploads/{uuid}", "5.13"


class LoginRoute(StrEnum):
    """Names of the calls to the login host (section 2.1)."""

    TOKEN = "POST /oauth/token"  # noqa: S105 # a path
    REVOKE = "POST /oauth/revoke"
    TOKEN_INFO = "GET /oauth/token/info"  # noqa: S105 # a path

    @property
    def path(self) -> str:
        """The path below the login base."""
        return self.value.partition(" ")[2]


ROUTES: tuple[Route, ...] = tuple(chain[Route](ViewerRoute, CompanyRoute, WriteRoute))

_WORDS = {
    "me": "who you are",
    "companies": "your companies",
    "company_base_url": "the company’s address",
    "permissions": "your permissions",
    "users": "the directory",
    "wbs_codes": "the budget codes",
    "line_items": "the lines of a contract",
}


def in_words(route: str) -> str:
    """What a route asks for, in words for people, with its name: ``your permissions (GET /rest/…)``."""
    parts = [part for part in route.partition(" ")[2].split("/") if part and not part.startswith("{")]
    last = parts[-1] if parts else ""
    return f"{_WORDS.get(last) or last.replace('_', ' ') or 'something'} ({route or 'no route'})"
