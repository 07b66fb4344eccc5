"""`Procore`: the one door to the platform. One per process; everything it hands out is cheap and short-lived."""

from __future__ import annotations

import random
from collections.abc import Callable
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
from embedded_app.procore.cache import Cache
from embedded_app.procore.call_pool import CallPool, ThreadContext
from embedded_app.procore.caller import Caller, MeteredTransport, OnCall, ignore_call
from embedded_app.procore.calls import ViewerCall
from embedded_app.procore.change_orders import ChangeOrders
from embedded_app.procore.commitments import Commitments
from embedded_app.procore.companies import Company, Me, decode_company, decode_me, decode_web_base
from embedded_app.procore.company_access import PER_PAGE, CompanyAccess
from embedded_app.procore.deadline import DEFAULT_SECONDS, Deadline, within
from embedded_app.procore.decoding import decoded, each, one
from embedded_app.procore.environment import Environment
from embedded_app.procore.grant import Grant
from embedded_app.procore.pacing import Pacer, RateWindows
from embedded_app.procore.paging import Page, read_list
from embedded_app.procore.permissions import Permissions, decode_permissions
from embedded_app.procore.projects import Projects
from embedded_app.procore.reading import ACCESS, PLACES, Read, Reader
from embedded_app.procore.routes import (
    APP_CONFIGURATIONS,
    APP_INSTALLATIONS,
    COMPANIES,
    COMPANY_BASE_URL,
    COMPANY_ME,
    ME,
    PERMISSIONS,
)
from embedded_app.procore.sentences import NOT_UNDERSTOOD
from embedded_app.procore.transport import PooledTransport, Transport
from embedded_app.procore.vendors import Vendors
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
        rate_windows: what is left of the rate limit; this process's own when ``None``.
        jitter: a random number from 0 to 1, for pauses between attempts.
        thread_context: entered in each thread of ours before a grant is asked there for its token, so that a
            grant that needs a database session or the like has one of its own.

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
        rate_windows: RateWindows | None = None,
        jitter: Callable[[], float] = random.random,
        thread_context: ThreadContext = nullcontext,
    ) -> None:
        self.environment = environment
        self._pool = CallPool(thread_context=thread_context)
        self._clock = clock
        metered = MeteredTransport(transport or PooledTransport(), clock, on_call)
        self.authorization = Authorization(environment, client_id, client_secret, metered, clock)
        self._caller = Caller(environment, metered, Pacer(clock, rate_windows), clock, jitter=jitter)
        self._cache = Cache()
        self._reader = Reader(self._cache, clock)

    def viewer(self, grant: Grant) -> ViewerApi:
        """What can be asked before a company is chosen."""
        return ViewerApi(grant, self._caller, self._pool)

    def company(self, company_id: CompanyId, grant: Grant) -> CompanyApi:
        """One company. Making a call through it counts as using the app there."""
        access = CompanyAccess(company_id, grant, self._caller, self._reader, self._pool)
        return CompanyApi(access, self.environment)

    def within(
        self, seconds: float = DEFAULT_SECONDS, *, background: bool = False
    ) -> AbstractContextManager[Deadline]:
        """Surround the work of one page or job: all its calls together may take `seconds`.

        Args:
            seconds: from now. Work that nothing surrounds has `DEFAULT_SECONDS` for each read.
            background: nobody waits for it, so people go first.
        """
        return within(self._clock, seconds, background=background)

    def invalidate(
        self, *, grant_id: str | None = None, company_id: CompanyId | None = None, path_prefix: str = ""
    ) -> None:
        """Forget what was read, where it fits all that is given.

        Args:
            grant_id: only what this grant read.
            company_id: only what belongs to this company.
            path_prefix: only paths that begin so, for example ``/rest/v1.0/work_order_contracts``.
        """
        self._cache.invalidate(grant_id=grant_id, company_id=company_id, path_prefix=path_prefix)

    def expire(self, grant_id: str, company_id: CompanyId) -> None:
        """Read again what this grant read in the company; while Procore cannot be asked, the old is shown."""
        self._cache.expire(grant_id, company_id)


@dataclass(frozen=True, slots=True)
class ViewerApi:
    """The two calls that belong to no company; neither is cached."""

    _grant: Grant
    _caller: Caller
    _pool: CallPool

    def me(self) -> Me:
        """Who the grant's principal is; without a name."""
        response = self._caller.get(ViewerCall(ME), self._grant)
        return decoded(response, ME.name, one(decode_me))

    def companies(self) -> tuple[Company, ...]:
        """The companies that the principal may see."""

        def fetch(number: int) -> Page[Company]:
            call = ViewerCall(COMPANIES).asking(page=number, per_page=PER_PAGE)
            response = self._caller.get(call, self._grant)
            return Page.of(decoded(response, COMPANIES.name, each(decode_company)), response, PER_PAGE)

        return read_list(fetch, self._pool, per_page=PER_PAGE, route=COMPANIES.name)


@dataclass(frozen=True, slots=True)
class CompanyApi:
    """One company, as one grant sees it. Every call carries the company's id."""

    _access: CompanyAccess
    _environment: Environment

    @property
    def projects(self) -> Projects:
        """Its projects."""
        return Projects(self._access)

    @property
    def commitments(self) -> Commitments:
        """Its subcontracts and purchase orders."""
        return Commitments(self._access)

    @property
    def change_orders(self) -> ChangeOrders:
        """Its commitment change orders."""
        return ChangeOrders(self._access)

    @property
    def vendors(self) -> Vendors:
        """The vendors of its projects."""
        return Vendors(self._access)

    def me(self, *, anew: bool = False) -> Me:
        """Who the principal is in this company, with a name. Never stale; `anew` asks in any case."""
        call = self._access.call(COMPANY_ME).asking(company_id=self._access.company_id)
        return self._access.read_one(call, decode_me, ACCESS, anew=anew).value

    def permissions(self, project_id: ProjectId | None = None, *, anew: bool = False) -> Permissions:
        """What the principal may do in the company's tools, or in a project's.

        Kept for a minute and never shown stale, because it decides about access.

        Args:
            project_id: the project whose tools are meant; the company's own when ``None``.
            anew: ask in any case; do so before each write.
        """
        call = self._access.call(PERMISSIONS)
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
        found = self._access.read_one(self._access.call(COMPANY_BASE_URL), decode_web_base, PLACES).value
        if not self._environment.is_portal(found.web_base_url):
            raise UnexpectedPayload(NOT_UNDERSTOOD, route=COMPANY_BASE_URL.name, messages=("web_base_url",))
        return found.web_base_url

    def app_installations(self) -> Read[tuple[AppInstallation, ...]]:
        """The apps installed in the company; which right it needs is not documented."""
        call = self._access.call(APP_INSTALLATIONS).asking(company_id=self._access.company_id)
        return self._access.read_list(call, decode_app_installation)

    def app_configurations(self, project_id: ProjectId | None = None) -> Read[tuple[AppConfiguration, ...]]:
        """What puts apps into menus, of the company or of a project; which right it needs is not documented."""
        call = self._access.call(APP_CONFIGURATIONS, c=self._access.company_id)
        if project_id is not None:
            call = call.asking(**{"filters[project_id]": project_id})
        return self._access.read_list(call, decode_app_configuration)
