"""`Procore`: the one door to the platform. One per process; everything it hands out is cheap and short-lived."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial

from embedded_app.clock import Clock
from embedded_app.errors import UnexpectedPayload
from embedded_app.ids import CompanyId, ProjectId
from embedded_app.procore.app_installations import (
    AppConfiguration,
    AppInstallation,
    decode_app_configuration,
    decode_app_installation,
)
from embedded_app.procore.authorization import Authorization
from embedded_app.procore.budget import Budget
from embedded_app.procore.cache import Cache
from embedded_app.procore.call_pool import CallPool, ThreadContext
from embedded_app.procore.caller import Caller, MeteredTransport, OnCall, ignore_call
from embedded_app.procore.calls import ViewerCall
from embedded_app.procore.change_orders import ChangeOrders
from embedded_app.procore.changes import Change
from embedded_app.procore.commitments import Commitments
from embedded_app.procore.companies import Company, Me, decode_company, decode_me, decode_web_base
from embedded_app.procore.company_access import ApiVersion, CompanyAccess
from embedded_app.procore.daily_logs import DailyLogs
from embedded_app.procore.deadline import DEFAULT_SECONDS, Deadline, within
from embedded_app.procore.decoding import decoded, each, one
from embedded_app.procore.direct_costs import DirectCosts
from embedded_app.procore.directory import Directory
from embedded_app.procore.environment import Environment
from embedded_app.procore.events import Event, resource_named
from embedded_app.procore.file_store import FileStore
from embedded_app.procore.grant import Grant
from embedded_app.procore.insurances import Insurances
from embedded_app.procore.news import News
from embedded_app.procore.observations import Observations
from embedded_app.procore.pacing import Pacer, PacingReport
from embedded_app.procore.paging import Page, read_list
from embedded_app.procore.payments import Payments
from embedded_app.procore.permissions import Permissions, decode_permissions
from embedded_app.procore.prime_contracts import PrimeContracts
from embedded_app.procore.projects import Projects
from embedded_app.procore.punch_items import PunchItems
from embedded_app.procore.reading import ACCESS, PLACES, Read, Reader
from embedded_app.procore.requisitions import Requisitions
from embedded_app.procore.rfis import Rfis
from embedded_app.procore.routes import CompanyRoute, ViewerRoute
from embedded_app.procore.sentences import NOT_UNDERSTOOD
from embedded_app.procore.shared_state import StateStore
from embedded_app.procore.submittals import Submittals
from embedded_app.procore.transport import PooledTransport, Transport
from embedded_app.procore.uploads import Uploads
from embedded_app.procore.vendors import Vendors
from embedded_app.procore.wbs_codes import WbsCodes
from embedded_app.secret import Secret


class Procore:
    """The Procore client of one app in one environment. Safe to use from several threads.

    Args:
        environment: where Procore is.
        client_id: of our app in that environment.
        client_secret: of our app in that environment.
        clock: the time, for waits, ages and expiry.
        transport: the wire; the network when ``None``.
        on_call: told of every exchange, in the thread that made it; must be quick and must not raise.
        store: what all processes of the app know together of the rate limit; this process's own when ``None``.
        news_store: what they tell each other of what they hold in memory; this process's own when ``None``.
        jitter: a random number from 0 to 1, for pauses between attempts.
        thread_context: entered in each thread of ours before a grant is asked there for its token, so that a
            grant that needs a database session or the like has one of its own.
        version: which form of Procore's to read where a family has both. The fields of version 1 are documented;
            most of version 2's are not (section 9, number 15).

    Attributes:
        authorization: the OAuth calls.
        environment: as given.
    """

    def __init__(
        self,
        environment: Environment,
        client_id: str,
        client_secret: Secret,
        *,
        clock: Clock,
        transport: Transport | None = None,
        on_call: OnCall = ignore_call,
        store: StateStore | None = None,
        news_store: StateStore | None = None,
        jitter: Callable[[], float] = random.random,
        thread_context: ThreadContext = nullcontext,
        version: ApiVersion = ApiVersion.V1,
    ) -> None:
        self.environment = environment
        self._pool = CallPool(thread_context=thread_context)
        self._clock = clock
        metered = MeteredTransport(transport or PooledTransport(), clock, on_call)
        self.authorization = Authorization(environment, client_id, client_secret, metered, clock)
        self._pacer = Pacer(clock, store, jitter=jitter)
        self._caller = Caller(environment, metered, self._pacer, clock, jitter=jitter)
        cache = Cache()
        self._files = FileStore(environment, metered, clock, jitter=jitter)
        self._news = News(cache, clock, news_store)
        self._reader = Reader(cache, self._news, clock, self._pool.begin)
        self._version = version

    def viewer(self, grant: Grant) -> ViewerApi:
        """What can be asked before a company is chosen."""
        return ViewerApi(grant, self._caller, self._pool)

    def company(self, company_id: CompanyId, grant: Grant) -> CompanyApi:
        """One company. Making a call through it counts as using the app there."""
        access = CompanyAccess(company_id, grant, self._caller, self._reader, self._pool, self._version)
        return CompanyApi(access, self._files, self.environment)

    def within(
        self,
        seconds: float = DEFAULT_SECONDS,
        *,
        background: bool = False,
        insists: bool = False,
        may_lag: bool = False,
    ) -> AbstractContextManager[Deadline]:
        """Surround the work of one page or job: all its calls together may take `seconds`.

        Args:
            seconds: from now. Work that nothing surrounds has `DEFAULT_SECONDS` for each read.
            background: nobody waits for it, so people go first.
            insists: a person asked for it in so many words; a company that is paused is asked once.
            may_lag: the page shows what was read lately at once, and asks again soon where `Read.is_lagging`.
        """
        return within(self._clock, seconds, background=background, insists=insists, may_lag=may_lag)

    def resume(self, company_id: CompanyId) -> None:
        """Ask the company again, however often it refused: it was connected anew."""
        self._pacer.close_circuit(company_id)

    def pacing(self) -> PacingReport:
        """What is left of the rate limit, who waits for it, and which companies are paused."""
        return self._pacer.report()

    def invalidate(self, *, grant_id: str | None = None, company_id: CompanyId | None = None) -> None:
        """Forget what was read, in every process, where it fits all that is given.

        Args:
            grant_id: only what this grant read.
            company_id: only what belongs to this company.
        """
        self._news.tell(Change(company_id, grant_id))

    def expire(self, grant_id: str, company_id: CompanyId) -> None:
        """Read again what this grant read in the company; while Procore cannot be asked, the old is shown."""
        self._news.tell(Change(company_id, grant_id, forgets=False))

    def heard(self, event: Event) -> None:
        """A hook told of a change: read again what it makes old, in every process.

        While Procore cannot be asked, the old is shown. An event on which nothing here depends changes nothing.
        """
        resource = resource_named(event.resource)
        if resource is not None:
            self._news.tell(Change(event.company_id, None, event.project_id, resource, forgets=False))

    def watch(self, company_id: CompanyId, resources: Iterable[str], *, seconds: float) -> None:
        """A live hook of the company tells of changes to these resources, so reads of them are held for minutes.

        Say so again while the hook lives: when `seconds` have passed, reads are held for seconds as before. What
        was read before the first call is not held longer. After a gap in the deliveries, `invalidate` what may
        have changed.

        Args:
            company_id: the company whose hook it is; it hears of all projects.
            resources: those that the hook has triggers for, for every action, as Procore names them.
            seconds: from now.
        """
        named = frozenset(name for name in map(resource_named, resources) if name is not None)
        self._news.watch(company_id, named, seconds)


@dataclass(frozen=True, slots=True)
class ViewerApi:
    """The two calls that belong to no company; neither is cached."""

    _grant: Grant
    _caller: Caller
    _pool: CallPool

    def me(self) -> Me:
        """Who the grant's principal is; without a name."""
        call = ViewerCall(ViewerRoute.ME)
        return decoded(self._caller.get(call, self._grant), call.route.name, one(decode_me))

    def companies(self) -> tuple[Company, ...]:
        """The companies that the principal may see."""
        route = ViewerRoute.COMPANIES
        size = route.most_per_page

        def fetch(number: int) -> Page[Company]:
            response = self._caller.get(ViewerCall(route).asking(page=number, per_page=size), self._grant)
            return Page.of(decoded(response, route.name, each(decode_company)), response, size)

        return read_list(fetch, self._pool, per_page=size, route=route.name)


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

    def me(self, *, anew: bool = False) -> Me:
        """Who the principal is in this company, with a name. Never stale; `anew` asks in any case."""
        call = self._access.call(CompanyRoute.ME).asking(company_id=self._access.company_id)
        return self._access.read_one(call, decode_me, ACCESS, anew=anew).value

    def permissions(self, project_id: ProjectId | None = None, *, anew: bool = False) -> Permissions:
        """What the principal may do in the company's tools, or in a project's.

        Kept for a minute and never shown stale, because it decides about access.

        Args:
            project_id: the project whose tools are meant; the company's own when ``None``.
            anew: ask in any case; do so before each write.
        """
        call = self._access.call(CompanyRoute.PERMISSIONS)
        if project_id is None:
            call = call.asking(company_id=self._access.company_id)
        else:
            call = call.asking(project_id=project_id)
        decode = partial(decode_permissions, project_id=project_id)
        return self._access.read_one(call, decode, ACCESS, anew=anew).value

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
