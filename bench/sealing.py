"""What sealing costs, and the lookup of a company's wrapped key that each use begins with."""

from __future__ import annotations

import base64
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from sqlalchemy import insert

from embedded_app import storage
from embedded_app.clock import SystemClock
from embedded_app.config import MasterKey
from embedded_app.crypto import EnvironmentKeys, SealContext, Vault, company_key_context
from embedded_app.secret import Secret
from embedded_app.storage import Company, CompanyState, db, find_wrapped_key, system_scope
from tests.factories.settings import config
from tests.fakes.postgresql import new_database

COMPANIES = 10_000
RUNS = 9
_SIZES = {"a token set of 300 bytes": 300, "a file of 1 MB": 1_000_000}


def _microseconds(run: Callable[[], object], times: int) -> float:
    """Median over the runs, per call."""
    medians = []
    for _ in range(RUNS):
        began = time.perf_counter()
        for _ in range(times):
            run()
        medians.append((time.perf_counter() - began) / times * 1e6)
    return statistics.median(medians)


def main() -> None:
    """Print the medians."""
    provider = EnvironmentKeys([MasterKey("k", Secret(base64.b64encode(os.urandom(32)).decode()))])
    _print_sealing(provider)
    with tempfile.TemporaryDirectory() as folder:
        _print_lookup("SQLite", f"sqlite:///{Path(folder) / 'bench.sqlite3'}", provider)
    if server := os.environ.get("TEST_POSTGRESQL_URL"):
        with new_database(server) as url:
            _print_lookup("PostgreSQL", url, provider)


def _print_sealing(provider: EnvironmentKeys) -> None:
    wrapped = Vault(provider, lambda _company_id: None, SystemClock()).new_company_key(1)
    vault = Vault(provider, lambda _company_id: wrapped, SystemClock())
    context = SealContext("bench.value", 1, "row", 1)
    print(f"sealing: median of {RUNS}, with the data key in memory")
    for name, size in _SIZES.items():
        value = os.urandom(size)
        sealed = vault.seal(context, value)
        times = 2_000 if size < 10_000 else 20
        seal = _microseconds(lambda value=value: vault.seal(context, value), times)  # type: ignore[misc]
        opened = _microseconds(lambda sealed=sealed: vault.open(context, sealed), times)  # type: ignore[misc]
        print(f"  {name:<26} seal {seal:8.1f} µs   open {opened:8.1f} µs")
    rewrap = _microseconds(lambda: vault.rewrap(company_key_context(1), wrapped), 2_000)
    print(f"  {'a data key':<26} rewrap {rewrap:6.1f} µs")


def _print_lookup(name: str, url: str, provider: EnvironmentKeys) -> None:
    app = Flask("embedded_app")
    storage.init_app(app, config(DATABASE_URL=url))
    vault = Vault(provider, find_wrapped_key, SystemClock())
    with app.app_context():
        storage.upgrade()
        now = SystemClock().now()
        with system_scope("bench"):
            wrapped = vault.new_company_key(1)
            rows = [
                {
                    "id": company_id, "name": "Company", "state": CompanyState.CONNECTED, "state_since": now,
                    "consent_version": "1", "consent_by": "", "consent_at": now, "audit_sequence": 0,
                    "audit_head": "", "master_key_id": wrapped.master_key_id, "wrapped_data_key": wrapped.wrapped,
                }
                for company_id in range(1, COMPANIES + 1)
            ]  # fmt: skip
            db.session.execute(insert(Company), rows)
            db.session.commit()
        lookup = _microseconds(lambda: find_wrapped_key(1), 500)
        print(f"  {'a wrapped key among':<26} {COMPANIES:,} companies in {name}: {lookup:.0f} µs")
        db.session.remove()
        db.engine.dispose()
