"""Every path of Procore that we call, once.

Templates are written as docs/platform-reference.md writes them (`{c}` company, `{p}` project), and a test holds
each to the section it names. The name of a route is what errors, metrics and logs show: it has no ids in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_PLACE = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Route:
    """A path we read with GET.

    Attributes:
        template: the path with a name in braces for each id.
        section: where docs/platform-reference.md describes it.
    """

    template: str
    section: str

    @property
    def name(self) -> str:
        """The normalised route, for example ``GET /rest/v1.0/projects/{p}``."""
        return f"GET {self.template}"

    @property
    def version(self) -> str:
        """The API version in the path, for example ``v1.0``."""
        return self.template.split("/")[2]

    @property
    def places(self) -> frozenset[str]:
        """The names of the ids that the path needs."""
        return frozenset(_PLACE.findall(self.template))

    def path(self, **ids: int) -> str:
        """The path with its ids; only whole numbers fit, so nothing else can get into a path."""
        if ids.keys() != self.places:
            raise ValueError(f"{self.name} needs {sorted(self.places)}, not {sorted(ids)}.")
        return _PLACE.sub(lambda place: str(int(ids[place[1]])), self.template)


@dataclass(frozen=True, slots=True)
class ViewerRoute(Route):
    """A path that needs no `Procore-Company-Id` with a person's token. There are two (section 2.5)."""


@dataclass(frozen=True, slots=True)
class CompanyRoute(Route):
    """A path that needs `Procore-Company-Id`: all the others, and `me` once it names a company."""


class LoginRoute(StrEnum):
    """Names of the calls to the login host (section 2.1)."""

    TOKEN = "POST /oauth/token"  # noqa: S105 # a path
    REVOKE = "POST /oauth/revoke"
    TOKEN_INFO = "GET /oauth/token/info"  # noqa: S105 # a path

    @property
    def path(self) -> str:
        """The path below the login base."""
        return self.value.partition(" ")[2]


ME = ViewerRoute("/rest/v1.0/me", "2.5")
COMPANIES = ViewerRoute("/rest/v1.0/companies", "2.5")

COMPANY_ME = CompanyRoute("/rest/v1.0/me", "2.5")
COMPANY_BASE_URL = CompanyRoute("/rest/v1.0/company_base_url", "1.2")
APP_INSTALLATIONS = CompanyRoute("/rest/v1.0/app_installations", "3.7")
APP_CONFIGURATIONS = CompanyRoute("/rest/v1.0/companies/{c}/app_configurations", "3.7")
PERMISSIONS = CompanyRoute("/rest/v1.0/settings/permissions", "6")
PROJECTS = CompanyRoute("/rest/v1.1/projects", "5.2")
PROJECT = CompanyRoute("/rest/v1.0/projects/{p}", "5.2")
PROJECT_VENDORS = CompanyRoute("/rest/v1.1/projects/{p}/vendors", "5.1")
WORK_ORDER_CONTRACTS = CompanyRoute("/rest/v1.0/work_order_contracts", "5.5")
WORK_ORDER_CONTRACT = CompanyRoute("/rest/v1.0/work_order_contracts/{id}", "5.5")
WORK_ORDER_LINE_ITEMS = CompanyRoute("/rest/v1.0/work_order_contracts/{contract}/line_items", "5.5")
PURCHASE_ORDER_CONTRACTS = CompanyRoute("/rest/v1.0/purchase_order_contracts", "5.5")
PURCHASE_ORDER_CONTRACT = CompanyRoute("/rest/v1.0/purchase_order_contracts/{id}", "5.5")
PURCHASE_ORDER_LINE_ITEMS = CompanyRoute("/rest/v1.0/purchase_order_contracts/{contract}/line_items", "5.5")
COMMITMENT_CHANGE_ORDERS = CompanyRoute("/rest/v1.0/projects/{p}/commitment_change_orders", "5.6")

ROUTES: tuple[Route, ...] = (
    ME,
    COMPANIES,
    COMPANY_ME,
    COMPANY_BASE_URL,
    APP_INSTALLATIONS,
    APP_CONFIGURATIONS,
    PERMISSIONS,
    PROJECTS,
    PROJECT,
    PROJECT_VENDORS,
    WORK_ORDER_CONTRACTS,
    WORK_ORDER_CONTRACT,
    WORK_ORDER_LINE_ITEMS,
    PURCHASE_ORDER_CONTRACTS,
    PURCHASE_ORDER_CONTRACT,
    PURCHASE_ORDER_LINE_ITEMS,
    COMMITMENT_CHANGE_ORDERS,
)
