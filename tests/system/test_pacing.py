"""The whole program under a small rate limit, read off the simulator's log: two processes of the app, and jobs.

The windows are the platform's ten seconds, as headers and clocks mean real seconds; what is tested is what happens
between two of them, and nothing about how fast we are.
"""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

from embedded_app.app import create_app
from embedded_app.clock import SystemClock
from embedded_app.config import Config
from embedded_app.demo import Options, environment, started
from embedded_app.demo.preparation import COMPANY, JOBS, LOGIN
from embedded_app.errors import NotFound, RateLimited, TimedOut
from embedded_app.ids import ProjectId, RecordId
from embedded_app.procore import CommitmentKind, CompanyApi, Procore
from embedded_app.procore.deadline import within
from embedded_app.procore.pacing.windows import RateWindows
from embedded_app.procore.reading.changes import Change
from embedded_app.storage import db
from tests.fakes.fake_grant import FakeGrant
from tests.fakes.simulator_process import SimulatorProcess
from tests.fakes.visitor import Visitor

T = TypeVar("T")
BUDGET = 25
VIEWS = 200
PEOPLE = (LOGIN, "marcus.oyelaran@hollisgrant.example", "priya.raman@hollisgrant.example")
PROJECTS = tuple(JOBS)
KINDS = ("work_order_contracts", "purchase_order_contracts")


class WatchedClock(SystemClock):
    """Says how many wait."""

    def __init__(self) -> None:
        self.waits = threading.Semaphore(0)

    def sleep(self, seconds: float) -> None:
        self.waits.release()
        super().sleep(seconds)


@dataclass
class Busy:
    """What runs: the app behind gunicorn, and two further processes' worth of the client on the same database."""

    url: str
    simulator: SimulatorProcess
    people: CompanyApi
    jobs: CompanyApi
    procore: Procore
    job_clock: WatchedClock


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Busy]:
    folder = tmp_path_factory.mktemp("busy")
    app_port, simulator_port = _free_port(), _free_port()
    with started(Options(folder, app_port, simulator_port)) as running:
        simulator = SimulatorProcess()  # one that runs already: only its switches are wanted
        simulator.base_url = f"http://127.0.0.1:{simulator_port}"
        settings = Config.from_environment(environment.prepare(folder, app_port, simulator_port))
        clock = WatchedClock()
        apps = [create_app(settings, clock=each, instance_path=folder) for each in (SystemClock(), clock)]
        clients = [app.extensions["services"].procore for app in apps]
        grant = FakeGrant(simulator.access_token(LOGIN))
        yield Busy(
            running.public_url,
            simulator,
            clients[0].company(COMPANY, grant),
            clients[1].company(COMPANY, grant),
            clients[0],
            clock,
        )
        for app in apps:
            with app.app_context():
                db.engine.dispose()


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
        return port


def _refused_in_one_window(requests: list[dict[str, Any]]) -> int:
    """The most 429s within a window. One that is used up accepts nothing until it ends, so that cuts the log."""
    statuses = "".join("x" if request["status"] == 429 else " " for request in requests)
    return max((len(run) for run in statuses.split()), default=0)


def _told(requests: list[dict[str, Any]]) -> str:
    return "\n".join(f"{each['at']} {each['status']} {each['path']}" for each in requests)


def _in_parallel(calls: Sequence[Callable[[], T]]) -> list[T]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [each.result() for each in [pool.submit(call) for call in calls]]


def _job(busy: Busy, project_id: ProjectId, stop: threading.Event) -> None:
    """Read vendors, which no page does, over and over."""
    while not stop.is_set():
        with within(busy.job_clock, 2, background=True):
            try:
                busy.jobs._access.reader._cache.apply(Change(COMPANY))
                busy.jobs.vendors.list(project_id)
            except (RateLimited, TimedOut):
                continue


@pytest.mark.deep
def test_200_views_and_jobs_share_25_calls(busy: Busy) -> None:
    busy.simulator.rate(spike_limit=10_000, hour_limit=100_000, hour_remaining=100_000)
    visitors = [Visitor(busy.url, busy.simulator, login, COMPANY) for login in PEOPLE]
    looks = [partial(visitor.page, project) for visitor in visitors for project in PROJECTS]
    for _ in range(3):  # so that both processes have something to fall back on
        warm = [look(refresh=1) for look in looks]  # at once, so that nothing is read behind the page later
    assert Counter(status for status, _ in warm) == {200: len(looks)}
    busy.simulator.rate(spike_limit=BUDGET, spike_remaining=BUDGET)
    looks[0](refresh=1)  # by its answer the processes learn of the new limit
    busy.simulator.forget_requests()

    stop = threading.Event()
    with ThreadPoolExecutor(len(PROJECTS)) as worker:
        jobs = [worker.submit(_job, busy, project, stop) for project in PROJECTS]
        asked = [partial(looks[number % len(looks)], refresh=1) for number in range(VIEWS)]
        pages = _in_parallel(asked)
        stop.set()
    for job in jobs:
        job.result()
    for visitor in visitors:
        visitor.leave()

    log = busy.simulator.requests("/rest/")
    assert _refused_in_one_window(log) <= 1, _told(log)
    texts = Counter(_said_by(status, html) for status, html in pages)
    assert texts["kept"], "nothing that was read before was shown"
    assert sum(texts.values()) == VIEWS


def _said_by(status: int, html: str) -> str:
    """What a page says; a wait comes with its time, and kept data with their age.

    On a machine that is busy with other things even the simulated Procore may be too late, and pages say that.
    """
    if "Procore asked us to wait" in html:
        assert "data-reload-at" in html
        assert "accepts the next request at" in html
    if "You see its commitments from" in html:
        return "kept"
    assert status in {200, 503, 504}, f"{status} {html[:2_000]}"
    return "live" if status == 200 else "told"


def _read(company: CompanyApi, number: int, *, background: bool) -> None:
    with within(SystemClock(), 30, background=background, patience=30):
        try:
            company.commitments.get(CommitmentKind.SUBCONTRACT, PROJECTS[0], RecordId(number))
        except NotFound:
            return
        raise AssertionError("there is such a record")


def _use_up(busy: Busy) -> None:
    """Read until nothing is left of a window that has some seconds to go."""
    for number in range(1_000, 1_000 + 4 * BUDGET):
        try:
            with within(SystemClock(), 30, patience=4):
                busy.people.commitments.get(CommitmentKind.SUBCONTRACT, PROJECTS[0], RecordId(number))
        except NotFound:
            continue
        except RateLimited:
            return
    raise AssertionError("the window has no end")


@dataclass
class Turns:
    """How many people waited, in all processes, whenever somebody here asked for room."""

    people_waiting: list[int] = field(default_factory=list)
    when_a_job_was_let_go: list[int] = field(default_factory=list)


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Turns:
    """Taken where it is decided: the order in which requests arrive, once let go, is the machine's matter."""
    turns, take = Turns(), RateWindows.take

    def watched(self: RateWindows, process: str, now: float, *, background: bool) -> float:
        waiting = self.people_waiting
        wait = take(self, process, now, background=background)
        turns.people_waiting.append(waiting)
        if background and not wait:
            turns.when_a_job_was_let_go.append(waiting)
        return wait

    monkeypatch.setattr(RateWindows, "take", watched)
    return turns


def test_people_who_wait_are_let_go_before_jobs_that_wait(busy: Busy, turns: Turns) -> None:
    busy.simulator.rate(spike_limit=BUDGET, hour_limit=100_000, hour_remaining=100_000)
    people, jobs = range(1, 11), range(101, 106)
    _use_up(busy)
    busy.simulator.forget_requests()
    with ThreadPoolExecutor(len(people) + len(jobs)) as pool:
        while busy.job_clock.waits.acquire(blocking=False):
            pass
        reads = [pool.submit(_read, busy.jobs, number, background=True) for number in jobs]
        for _ in jobs:
            assert busy.job_clock.waits.acquire(timeout=30)
        reads += [pool.submit(_read, busy.people, number, background=False) for number in people]
        for read in reads:
            read.result()
    log = busy.simulator.requests("/rest/")
    assert all(request["status"] != 429 for request in log)
    assert {int(Path(request["path"]).name) for request in log} == {*people, *jobs}
    assert max(turns.people_waiting) > 0
    assert set(turns.when_a_job_was_let_go) == {0}
