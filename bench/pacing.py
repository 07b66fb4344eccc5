"""What sharing the rate limit adds to each call: asking for room before it, and telling of its answer after it.

Redis and PostgreSQL are measured where TEST_REDIS_URL and TEST_POSTGRESQL_URL name a server.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from embedded_app import storage
from embedded_app.clock import SystemClock
from embedded_app.ids import CompanyId
from embedded_app.procore import Deadline, StateStore, WireResponse
from embedded_app.procore.pacing.pacer import Pacer, Turn
from tests.factories.settings import config
from tests.fakes.postgresql import migrate, new_database

CALLS = 300
PROCESSES = 2
_TURN = Turn("GET /x", CompanyId(1), "grant")


def main() -> None:
    """Print the medians."""
    print(f"pacing: milliseconds for one call, median of {CALLS}; and while {PROCESSES} processes compete")
    _print("memory of one process", None)
    redis_url = os.environ.get("TEST_REDIS_URL")
    if redis_url:
        with _shared("sqlite://", redis_url) as store:
            _print("Redis", store)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        migrate(url)
        with _shared(url) as store:
            _print("SQLite", store)
    server = os.environ.get("TEST_POSTGRESQL_URL")
    if server:
        with new_database(server) as url:
            migrate(url)
            with _shared(url) as store:
                _print("PostgreSQL", store)


@contextmanager
def _shared(database_url: str, redis_url: str = "") -> Iterator[StateStore]:
    app = Flask("bench_pacing")
    settings = config(DATABASE_URL=database_url, REDIS_URL=redis_url)
    storage.init_app(app, settings)
    yield storage.shared_value(app, settings, f"bench:{time.monotonic_ns()}")
    with app.app_context():
        storage.db.engine.dispose()


def _print(name: str, store: StateStore | None) -> None:
    alone = statistics.median(_calls(Pacer(SystemClock(), store)))
    if store is None:
        print(f"  {name:<24} {alone:8.3f}")
        return
    with ThreadPoolExecutor(PROCESSES) as pool:
        together = [pool.submit(_calls, Pacer(SystemClock(), store)) for _ in range(PROCESSES)]
        taken = statistics.median(time for each in together for time in each.result())
    print(f"  {name:<24} {alone:8.3f} {taken:8.3f}")


def _calls(pacer: Pacer) -> list[float]:
    taken = []
    for _ in range(CALLS):
        reset = str(int(time.time()) + 9)
        answer = WireResponse(
            200,
            {
                "X-Rate-Limit-Limit": "100000",
                "X-Rate-Limit-Remaining": "90000",
                "X-Rate-Limit-Reset": reset,
            },
        )
        began = time.perf_counter()
        pacer.wait_for_room(Deadline(time.monotonic() + 20), _TURN)
        pacer.answered(_TURN, answer)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


if __name__ == "__main__":
    main()
