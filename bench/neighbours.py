"""What a company's page takes while another company's sources do the worst that they may.

One process of the app, served over HTTP. One company's viewer looks at a project again and again; the sources of
the other are tested, previewed and read all the while, by as many threads as the door lets in and more. What is
printed are ratios to the same looks with nothing beside them, in one run. The aim is 1.5.
"""

from __future__ import annotations

import io
import socket
import sqlite3
import statistics
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from flask import Flask
from openpyxl import Workbook
from werkzeug.serving import WSGIRequestHandler, make_server

from bench.view import free_port
from embedded_app.app import create_app
from embedded_app.audit import Actor
from embedded_app.clock import SystemClock
from embedded_app.config import Config
from embedded_app.crypto import Vault
from embedded_app.demo import environment
from embedded_app.demo.preparation import COMPANY, JOBS, LOGIN, prepare
from embedded_app.errors import EmbeddedAppError
from embedded_app.ids import CompanyId
from embedded_app.services import services
from embedded_app.simulator.sample_erp import build_sample_erp
from embedded_app.sources.drafts import Draft
from embedded_app.storage import Company, CompanyState, company_scope, db, find_wrapped_key, system_scope
from tests.fakes.simulator_process import SimulatorProcess
from tests.fakes.visitor import Visitor

LOOKS = 40
NEIGHBOUR = CompanyId(55188)
_TESTS = 64
_THREADS = 8  # more than one company's share of the door
_PAUSE_SECONDS = 0.1
"""Between two acts of a thread; people take longer."""
_MERGES = 12_000
_CELL_BYTES = 50_000_000
_TABLES, _ROWS = 10, 50_000
_ACTOR = Actor("bench", "Bench")
_visitors: list[Visitor] = []
"""The one, in the process that looks."""


def main() -> None:
    """Print the ratios."""
    with tempfile.TemporaryDirectory() as folder, _running(Path(folder)) as (app, viewer):
        print("neighbours: second looks of one company beside the sources of another; ratio to looks alone")
        with _silent_server() as port:
            silent = _silent(port)
            _print("64 tests of a source that says nothing", app, viewer, _TESTS, _tested(silent))
        merges = _uploaded(app, "merges.xlsx", _workbook())
        _print("a workbook with 12,000 merges", app, viewer, _THREADS, _previewed(merges))
        _print("a row of 50 MB cells", app, viewer, _THREADS, _previewed(_sqlite("cells")))
        ids = _saved(app)
        _print("500,000 rows read and kept", app, viewer, _THREADS, _read(ids))


def _arrive(app_url: str, simulator_url: str) -> None:
    """Sign in, in a process of its own: what the neighbour's threads take from this one counts once."""
    simulator = SimulatorProcess()  # one that runs already
    simulator.base_url = simulator_url
    _visitors.append(Visitor(app_url, simulator, LOGIN, COMPANY))
    _looks()


def _looks() -> list[float]:
    [visitor] = _visitors
    return [visitor.look(next(iter(JOBS))) for _ in range(LOOKS)]


def _median(viewer: Executor) -> float:
    return statistics.median(viewer.submit(_looks).result())


def _print(name: str, app: Flask, viewer: Executor, threads: int, act: Callable[[int], object]) -> None:
    """Let `threads` threads do `act` with their number, again and again, while the looks are measured.

    The looks alone are measured before and after, since a machine is not equally fast all the time.
    """
    over, done, refused = threading.Event(), [0], [0]

    def work(number: int) -> None:
        with app.app_context(), company_scope(NEIGHBOUR):
            while not over.is_set():
                try:
                    act(number)
                    done[0] += 1
                except EmbeddedAppError:
                    refused[0] += 1
                db.session.remove()
                over.wait(_PAUSE_SECONDS)

    alone = [_median(viewer)]
    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    over.wait(0.5)
    beside = _median(viewer)
    over.set()
    for worker in workers:
        worker.join()
    alone.append(_median(viewer))
    print(
        f"  {name:<40}  p50 {beside:7.1f} ms   {beside / statistics.mean(alone):.2f} × alone   "
        f"{done[0]} done, {refused[0]} refused"
    )


def _silent(port: int) -> dict[str, str]:
    form = {"kind": "sql", "name": "Silent", "host": "127.0.0.1", "port": str(port), "database": "x"}
    return form | {"user": "x", "encryption": "off", "table": "t"}


def _sqlite(table: str, name: str = "Table") -> dict[str, str]:
    return {"kind": "sql", "name": name, "dialect": "sqlite", "database": "large.db", "table": table}


def _draft(form: dict[str, str]) -> Draft:
    return services().sources.draft(form)


def _tested(form: dict[str, str]) -> Callable[[int], object]:
    return lambda _number: services().sources.test(_draft(form), actor=_ACTOR)


def _previewed(form: dict[str, str]) -> Callable[[int], object]:
    return lambda _number: services().sources.preview(_draft(form))


def _read(ids: list[object]) -> Callable[[int], object]:
    return lambda number: services().sources.read(ids[number % len(ids)], refresh=True)  # type: ignore[arg-type] # ids


def _saved(app: Flask) -> list[object]:
    with app.app_context(), company_scope(NEIGHBOUR):
        sources = services().sources
        forms = [_sqlite(f"rows_{number}", f"Rows {number}") for number in range(_TABLES)]
        ids: list[object] = [sources.create(_draft(form), actor=_ACTOR).id for form in forms]
        for source_id in ids:
            sources.read(source_id)  # type: ignore[arg-type] # an id
        db.session.remove()
        return ids


def _uploaded(app: Flask, name: str, content: bytes) -> dict[str, str]:
    with app.app_context(), company_scope(NEIGHBOUR):
        file_id = services().sources.upload(name, content, actor=_ACTOR)
        db.session.remove()
    return {"kind": "spreadsheet", "name": "Workbook", "file": str(file_id)}


def _workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["number", "amount"])
    for row in range(2, 2 * _MERGES + 2, 2):
        sheet.append([f"SC-{row}", row])
        sheet.append([None, row])
        sheet.merge_cells(start_row=row, start_column=1, end_row=row + 1, end_column=1)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@contextmanager
def _silent_server() -> Iterator[int]:
    """Takes calls and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=4 * _TESTS) as silent:
        port: int = silent.getsockname()[1]
        yield port


def _fill(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE cells (number TEXT, one TEXT, two TEXT)")
        database.execute("INSERT INTO cells VALUES ('SC-1', ?, ?)", ["x" * _CELL_BYTES] * 2)
        for table in range(_TABLES):
            columns = "number TEXT, job TEXT, title TEXT, amount NUMERIC, paid NUMERIC"
            database.execute(f"CREATE TABLE rows_{table} ({columns})")
            rows = ((f"SC-{n}", "21-0417", f"Line {n}", n * 1.25, n) for n in range(_ROWS))
            database.executemany(f"INSERT INTO rows_{table} VALUES (?, ?, ?, ?, ?)", rows)


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def _running(folder: Path) -> Iterator[tuple[Flask, Executor]]:
    """The app with the demo's company on its panel, the neighbour's sources, and a viewer of the first."""
    port = free_port()
    with ExitStack() as stack:
        simulator_port = free_port()
        variables = environment.prepare(folder, port, simulator_port) | {"SOURCE_NETWORKS": "127.0.0.0/8"}
        url = variables["PUBLIC_URL"]
        simulator = stack.enter_context(
            SimulatorProcess(
                port=simulator_port,
                app_url=url,
                redirect_uris=(f"{url}/oauth/callback",),
                client_secret=variables["SIMULATOR_CLIENT_SECRET"],
            )
        )
        build_sample_erp(folder / "erp" / str(COMPANY) / "sample-erp.db")
        _fill(folder / "erp" / str(NEIGHBOUR) / "large.db")
        prepare(variables, folder)
        app = create_app(Config.from_environment(variables), instance_path=folder)
        _add_neighbour(app)
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.server_close)
        stack.callback(server.shutdown)
        viewer = stack.enter_context(ProcessPoolExecutor(1, get_context("spawn")))
        viewer.submit(_arrive, url, simulator.base_url).result()
        yield app, viewer


def _add_neighbour(app: Flask) -> None:
    now = datetime.now(UTC)
    with app.app_context(), system_scope("bench"):
        vault = Vault(app.extensions["master_keys"], find_wrapped_key, SystemClock())
        company = Company(
            id=NEIGHBOUR,
            name="Cascadia Civil Group",
            state=CompanyState.CONNECTED,
            state_since=now,
            consent_version="1",
            consent_by="Bench",
            consent_at=now,
        )
        company.wrapped_key = vault.new_company_key(NEIGHBOUR)
        db.session.add(company)
        db.session.commit()
        db.session.remove()


if __name__ == "__main__":
    main()
