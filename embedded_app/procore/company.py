"""One company and its record families, as one grant sees them."""

from __future__ import annotations

from embedded_app.errors import UnexpectedPayload
from embedded_app.ids import ProjectId
from embedded_app.procore.calls.decoding import each, one
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.environment import Environment
from embedded_app.procore.files.store import FileStore
from embedded_app.procore.files.uploads import Uploads
from embedded_app.procore.reading.reader import ACCESS, PLACES, Read
from embedded_app.procore.records.access import CompanyAccess
from embedded_app.procore.records.budget import Budget, WbsCodes
from embedded_app.procore.records.change_orders import ChangeOrders
from embedded_app.procore.records.commitments import Commitments, Payments
from embedded_app.procore.records.companies import AppConfiguration, AppInstallation, Me, WebBase
from embedded_app.procore.records.daily_logs import DailyLogs
from embedded_app.procore.records.direct_costs import DirectCosts
from embedded_app.procore.records.directory import Directory
from embedded_app.procore.records.observations import Observations
from embedded_app.procore.records.permissions import Permissions
from embedded_app.procore.records.prime_contracts import PrimeContracts
from embedded_app.procore.records.projects import Projects
from embedded_app.procore.records.punch_items import PunchItems
from embedded_app.procore.records.requisitions import Requisitions
from embedded_app.procore.records.rfis import Rfis
from embedded_app.procore.records.submittals import Submittals
from embedded_app.procore.records.vendors import Insurances, Vendors
from embedded_app.procore.sentences import NOT_UNDERSTOOD


class CompanyApi:
    """One company, as one grant sees it. Every call carries the company's id.

    Attributes:
        budget: the lines of its projects' budgets.
        change_orders: its commitment change orders.
        commitments: its subcontracts and purchase orders.
        daily_logs: how many daily logs its projects have.
        direct_costs: what its projects bought without a commitment.
        directory: its people, and those of its projects.
        insurances: the certificates of its vendors.
        observations: its observations.
        payments: what it paid on commitments.
        prime_contracts: its contracts with owners.
        projects: its projects.
        punch_items: its punch items.
        requisitions: the invoices of its subcontractors.
        rfis: its RFIs.
        submittals: its submittals.
        uploads: the way of files into its projects.
        vendors: the firms that it works with.
        wbs_codes: the budget codes of its projects.
    """

    def __init__(self, access: CompanyAccess, store: FileStore, environment: Environment) -> None:
        self._access = access
        self._environment = environment
        self.budget = Budget(access)
        self.change_orders = ChangeOrders(access)
        self.commitments = Commitments(access)
        self.daily_logs = DailyLogs(access)
        self.direct_costs = DirectCosts(access)
        self.directory = Directory(access)
        self.insurances = Insurances(access)
        self.observations = Observations(access)
        self.payments = Payments(access)
        self.prime_contracts = PrimeContracts(access)
        self.projects = Projects(access)
        self.punch_items = PunchItems(access)
        self.requisitions = Requisitions(access)
        self.rfis = Rfis(access)
        self.submittals = Submittals(access)
        self.uploads = Uploads(access, store)
        self.vendors = Vendors(access)
        self.wbs_codes = WbsCodes(access)

    def me(self, *, refresh: bool = False) -> Me:
        """Who the principal is in this company, with a name. Never stale; `refresh` asks in any case."""
        call = self._access.call(CompanyRoute.ME).asking(company_id=self._access.company_id)
        return self._access.read(call, one(Me), ACCESS, refresh=refresh).value

    def permissions(self, project_id: ProjectId | None = None, *, refresh: bool = False) -> Permissions:
        """What the principal may do in the company's tools, or in a project's.

        Kept for a minute and never shown stale, because it decides about access.

        Args:
            project_id: the project whose tools are meant; the company's own when ``None``.
            refresh: ask in any case; do so before each write.
        """
        call = self._access.call(CompanyRoute.PERMISSIONS)
        if project_id is None:
            call = call.asking(company_id=self._access.company_id)
        else:
            call = call.asking(project_id=project_id)
        decode = one(Permissions, project_id=project_id)
        return self._access.read(call, decode, ACCESS, refresh=refresh).value

    def web_base_url(self) -> str:
        """The origin of the company's pages in its region, for links and as the parent of our frames.

        Raises:
            UnexpectedPayload: it is none of the origins that may frame us.
        """
        found = self._access.read(self._access.call(CompanyRoute.BASE_URL), one(WebBase), PLACES).value
        if not self._environment.is_portal(found.origin):
            raise UnexpectedPayload(
                NOT_UNDERSTOOD, route=CompanyRoute.BASE_URL.name, messages=("web_base_url",)
            )
        return found.origin

    def app_installations(self) -> Read[tuple[AppInstallation, ...]]:
        """The apps installed in the company; which right it needs is not documented."""
        call = self._access.call(CompanyRoute.APP_INSTALLATIONS).asking(company_id=self._access.company_id)
        return self._access.read_list(call, each(AppInstallation))

    def app_configurations(self, project_id: ProjectId | None = None) -> Read[tuple[AppConfiguration, ...]]:
        """What puts apps into menus, of the company or of a project; which right it needs is not documented."""
        call = self._access.call(CompanyRoute.APP_CONFIGURATIONS)
        if project_id is not None:
            call = call.asking(**{"filters[project_id]": project_id})
        return self._access.read_list(call, each(AppConfiguration))
