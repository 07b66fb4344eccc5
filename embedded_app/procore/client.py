"""`Procore`: the one door to the platform. One per process; everything it hands out is cheap and short-lived."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext

from embedded_app.clock import Clock
from embedded_app.ids import CompanyId
from embedded_app.procore.calls.caller import Caller, MeteredTransport, OnCall, ignore_call
from embedded_app.procore.calls.pool import CallPool, ThreadContext
from embedded_app.procore.calls.transport import PooledTransport, Transport
from embedded_app.procore.company import CompanyApi
from embedded_app.procore.deadline import DEFAULT_SECONDS, Deadline, within
from embedded_app.procore.environment import Environment
from embedded_app.procore.files.store import FileStore
from embedded_app.procore.grant import Grant
from embedded_app.procore.hooks import Event, resource_named
from embedded_app.procore.oauth.authorization import Authorization
from embedded_app.procore.pacing.pacer import Pacer, PacingReport
from embedded_app.procore.pacing.shared_state import StateStore
from embedded_app.procore.reading.cache import Cache
from embedded_app.procore.reading.changes import Change
from embedded_app.procore.reading.news import News
from embedded_app.procore.reading.reader import Reader
from embedded_app.procore.records.access import ApiVersion, CompanyAccess
from embedded_app.procore.viewer import ViewerApi
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
        cache = Cache(clock)
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
        """Ask the company again, however often it refused: it was connected again."""
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
        """A hook told of a change: read again what it makes stale, in every process.

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
