"""How long a project's view takes, all of it: the app under gunicorn, a Procore that takes 100 ms to answer.

What is printed are ratios and medians of one run on one machine. A *cold* look asks Procore for everything that
the view shows; a *first* look of a session also for the project itself; a *second* look finds it in memory, and so
does one *within a minute*, while it is read again behind the page.
"""

from __future__ import annotations

import os
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

from bench.reconciliation import milliseconds as milliseconds_to_reconcile
from embedded_app.demo import Options, started
from embedded_app.demo.preparation import COMPANY, JOBS, LOGIN
from embedded_app.ids import ProjectId
from embedded_app.procore.reading.reader import FRESH_SECONDS
from tests.fakes.simulator_process import SimulatorProcess
from tests.fakes.visitor import Visitor

LATENCY_MS = 100
COLD_LOOKS = 20
SECOND_LOOKS = 40
LOOKS_OF_EACH_USER = 6
_MARCUS = "marcus.oyelaran@hollisgrant.example"
_PEOPLE = (LOGIN, _MARCUS)
PLENTY = 1_000_000
_LISTS = ("work_order_contracts", "purchase_order_contracts")


def main() -> None:
    """Print the figures of docs/performance.md."""
    with tempfile.TemporaryDirectory() as folder:
        app_port, simulator_port = free_port(), free_port()
        with started(Options(Path(folder), app_port, simulator_port)) as running:
            simulator = SimulatorProcess()  # one that runs already: only its switches are wanted
            simulator.base_url = f"http://127.0.0.1:{simulator_port}"
            simulator.rate(
                hour_limit=PLENTY, hour_remaining=PLENTY, spike_limit=PLENTY, spike_remaining=PLENTY
            )
            _measure(running.public_url, simulator)


def _measure(app_url: str, simulator: SimulatorProcess) -> None:
    projects = list(JOBS)
    pairs = [
        (Visitor(app_url, simulator, login, COMPANY), project) for login in _PEOPLE for project in projects
    ]
    simulator.switch(latency_ms=LATENCY_MS)
    print(f"view: Procore answers in {LATENCY_MS} ms, {len(pairs)} sessions; milliseconds")
    slowest = slowest_call(simulator)
    print(f"  slowest call of a view, made alone       p50 {slowest:7.1f}")
    first = []
    for visitor, project in pairs:
        visitor.arrive()
        first.append(visitor.look(project))
    _print("first look of a session", first, slowest)
    visitor, project = pairs[0]
    visitor.arrive()
    cold, cpu_cold = _looks(visitor, project, COLD_LOOKS, refresh=1)
    _print("cold look", cold, slowest)
    second, cpu_second = _looks(visitor, project, SECOND_LOOKS)
    _print("second look", second, slowest)
    time.sleep(FRESH_SECONDS + 1)
    _print("look within a minute", [visitor.look(project) for visitor, project in pairs[1:]], slowest)
    line = visitor.first_line(project)
    _print("opening a line", [visitor.open_line(line) for _ in range(SECOND_LOOKS)], slowest)
    if cpu_cold:
        print(f"  processor time of a look                 cold {cpu_cold:6.1f}   second {cpu_second:6.1f}")
    engine = milliseconds_to_reconcile(100)
    share = engine / statistics.median(cold)
    print(f"  matching and comparing 100 pairs             {engine:7.2f}   {share:.2%} of a cold look")
    _print_together("cold", pairs, refresh=1)
    _print_together("second", pairs)
    for visitor, _ in pairs:
        visitor.leave()


def _looks(visitor: Visitor, project: ProjectId, count: int, **query: object) -> tuple[list[float], float]:
    """How long each of `count` looks took, and the processor time that one cost the app."""
    before = _cpu_ms()
    taken = [visitor.look(project, **query) for _ in range(count)]
    return taken, (_cpu_ms() - before) / count


def _print_together(name: str, pairs: Sequence[tuple[Visitor, ProjectId]], **query: object) -> None:
    """Everybody at the same time, against the same looks one after the other."""
    one_by_one: list[float] = []
    for visitor, project in pairs:
        visitor.arrive()
        visitor.look(project)
        one_by_one += (visitor.look(project, **query) for _ in range(LOOKS_OF_EACH_USER))
    all_there = Barrier(len(pairs), action=lambda: began.append(time.perf_counter()))
    began: list[float] = []

    def look(pair: tuple[Visitor, ProjectId]) -> list[float]:
        visitor, project = pair
        visitor.arrive()
        visitor.look(project)
        all_there.wait()
        return [visitor.look(project, **query) for _ in range(LOOKS_OF_EACH_USER)]

    with ThreadPoolExecutor(len(pairs)) as pool:
        at_once = [taken for of_one in pool.map(look, pairs) for taken in of_one]
        seconds = time.perf_counter() - began[0]
    print(
        f"  {f'{len(pairs)} users at once, {name} looks':<38}   p50 {statistics.median(at_once):7.1f}   "
        f"max {max(at_once):7.1f}   {len(at_once) / seconds:.0f} a second, "
        f"{sum(one_by_one) / 1000 / seconds:.1f} × as many as one by one"
    )


def _print(name: str, taken: Sequence[float], slowest: float) -> None:
    median = statistics.median(taken)
    print(
        f"  {name:<38}   p50 {median:7.1f}   max {max(taken):7.1f}   {median / slowest:.2f} × the slowest call"
    )


def slowest_call(simulator: SimulatorProcess) -> float:
    """The median time of the slowest list that the view of the first project needs, asked without us."""
    return max(_upstream(simulator, name, next(iter(JOBS))) for name in _LISTS)


def _upstream(simulator: SimulatorProcess, name: str, project: ProjectId) -> float:
    token = simulator.access_token(LOGIN)
    taken = []
    for _ in range(9):
        began = time.perf_counter()
        answer = simulator.get(f"/rest/v1.0/{name}?project_id={project}&per_page=1000", token, COMPANY)
        taken.append((time.perf_counter() - began) * 1000)
        assert answer.status == 200, answer.text
    return statistics.median(taken)


def _cpu_ms() -> float:
    """Processor time of the app's processes so far; 0 on a system without /proc."""
    ticks = 0
    for pid in _descendants(os.getpid()):
        process = Path(f"/proc/{pid}")
        if b"wsgi:app" in (process / "cmdline").read_bytes():
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])  # in user mode, and in the kernel for it
    return 1000 * ticks / os.sysconf("SC_CLK_TCK")


def _descendants(pid: int) -> Iterator[int]:
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            yield child
            yield from _descendants(child)


def free_port() -> int:
    """A port that nothing listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
