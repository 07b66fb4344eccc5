"""One company and its record families, as one grant sees them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from embedded_app.errors import UnexpectedPayload
from embedded_app.ids import ProjectId
from embedded_app.procore.calls.routes import CompanyRoute
from embedded_app.procore.environment import Environment
from embedded_app.procore.files.store import FileStore
from embedded_app.procore.files.uploads import Uploads
from embedded_app.procore.reading.reader import ACCESS, PLACES, Read
from embedded_app.procore.records.access import CompanyAccess
from embedded_app.procore.records.app_installations import (
    AppConfiguration,
    AppInstallation,
    decode_app_configuration,
    decode_app_installation,
)
from embedded_app.procore.records.budget import Budget
from embedded_app.procore.records.change_orders import ChangeOrders
from embedded_app.procore.records.commitments import Commitments
from embedded_app.procore.records.companies import Me, decode_me, decode_web_base
from embedded_app.procore.records.daily_logs import DailyLogs
from embedded_app.procore.records.direct_costs import DirectCosts
from embedded_app.procore.records.directory import Directory
from embedded_app.procore.records.insurances import Insurances
from embedded_app.procore.records.observations import Observations
from embedded_app.procore.records.payments import Payments
from embedded_app.procore.records.permissions import Permissions, decode_permissions
from embedded_app.procore.records.prime_contracts import PrimeContracts
from embedded_app.procore.records.projects import Projects
from embedded_app.procore.records.punch_items import PunchItems
from embedded_app.procore.records.requisitions import Requisitions
from embedded_app.procore.records.rfis import Rfis
from embedded_app.procore.records.submittals import Submittals
from embedded_app.procore.records.vendors import Vendors
from embedded_app.procore.records.wbs_codes import WbsCodes
from embedded_app.procore.sentences import NOT_UNDERSTOOD


@dataclass(frozen=True, slots=True)
class CompanyApi:
    """One company, as one grant sees it. Every call carries the company's id."""

    _access: CompanyAccess
    _store: FileStore
    _environment: Environment

    @property
    def budget(self) -> Budget:
        """The lines of its projects' budgets."""
        return Budget(self._access)

    @property
    def change_orders(self) -> ChangeOrders:
        """Its commitment change orders."""
        return ChangeOrders(self._access)

    @property
    def commitments(self) -> Commitments:
        """Its subcontracts and purchase orders."""
        return Commitments(self._access)

    @property
    def daily_logs(self) -> DailyLogs:
        """How many daily logs its projects have."""
        return DailyLogs(self._access)

    @property
    def direct_costs(self) -> DirectCosts:
        """What its projects bought without a commitment."""
        return DirectCosts(self._access)

    @property
    def directory(self) -> Directory:
        """Its people, and those of its projects."""
        return Directory(self._access)

    @property
    def insurances(self) -> Insurances:
        """The certificates of its vendors."""
        return Insurances(self._access)

    @property
    def observations(self) -> Observations:
        """Its observations."""
        return Observations(self._access)

    @property
    def payments(self) -> Payments:
        """What it paid on commitments."""
        return Payments(self._access)

    @property
    def prime_contracts(self) -> PrimeContracts:
        """Its contracts with owners."""
        return PrimeContracts(self._access)

    @property
    def projects(self) -> Projects:
        """Its projects."""
        return Projects(self._access)

    @property
    def punch_items(self) -> PunchItems:
        """Its punch items."""
        return PunchItems(self._access)

    @property
    def requisitions(self) -> Requisitions:
        """The invoices of its subcontractors."""
        return Requisitions(self._access)

    @property
    def rfis(self) -> Rfis:
        """Its RFIs."""
        return Rfis(self._access)

    @property
    def submittals(self) -> Submittals:
        """Its submittals."""
        return Submittals(self._access)

    @property
    def uploads(self) -> Uploads:
        """The way of files into its projects."""
        return Uploads(self._access, self._store)

    @property
    def vendors(self) -> Vendors:
        """The firms that it works with."""
        return Vendors(self._access)

    @property
    def wbs_codes(self) -> WbsCodes:
        """The budget codes of its projects."""
        return WbsCodes(self._access)

    def me(self, *, refresh: bool = False) -> Me:
        """Who the principal is in this company, with a name. Never stale; `refresh` asks in any case."""
        call = self._access.call(CompanyRoute.ME).asking(company_id=self._access.company_id)
        return self._access.read_one(call, decode_me, ACCESS, refresh=refresh).value

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
        decode = partial(decode_permissions, project_id=project_id)
        return self._access.read_one(call, decode, ACCESS, refresh=refresh).value

    def web_base_url(self) -> str:
        """The origin of the company's pages in its region, for links and as the parent of our frames.

        Raises:
            UnexpectedPayload: it is none of the origins that may frame us.
        """
        found = self._access.read_one(self._access.call(CompanyRoute.BASE_URL), decode_web_base, PLACES).value
        if not self._environment.is_portal(found.web_base_url):
            raise UnexpectedPayload(
                NOT_UNDERSTOOD, route=CompanyRoute.BASE_URL.name, messages=("web_base_url",)
            )
        return found.web_base_url

    def app_installations(self) -> Read[tuple[AppInstallation, ...]]:
        """The apps installed in the company; which right it needs is not documented."""
        call = self._access.call(CompanyRoute.APP_INSTALLATIONS).asking(company_id=self._access.company_id)
        return self._access.read_list(call, decode_app_installation)

    def app_configurations(self, project_id: ProjectId | None = None) -> Read[tuple[AppConfiguration, ...]]:
        """What puts apps into menus, of the company or of a project; which right it needs is not documented."""
        call = self._access.call(CompanyRoute.APP_CONFIGURATIONS)
        if project_id is not None:
            call = call.asking(**{"filters[project_id]": project_id})
        return self._access.read_list(call, decode_app_configuration)
