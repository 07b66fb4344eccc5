"""What sealing costs, and the look-up of a company's wrapped key that each use begins with."""

from __future__ import annotations

import base64
import os
import statistics
import time
from collections.abc import Callable

from flask import Flask
from sqlalchemy import insert

from embedded_app.clock import SystemClock
from embedded_app.config import MasterKey
from embedded_app.crypto import EnvironmentKeys, SealContext, Vault, company_key_context
from embedded_app.secret import Secret
from embedded_app.storage import Company, CompanyState, db, find_wrapped_key, system_scope
from tests.factories.settings import config

COMPANIES = 10_000
RUNS = 9
_SIZES = {"a token set of 300 bytes": 300, "a file of 1 MB": 1_000_000}


def print_sealing() -> None:
    """Seal, open and rewrap, with the data key in memory."""
    provider = EnvironmentKeys([MasterKey("k", Secret(base64.b64encode(os.urandom(32)).decode()))])
    wrapped = Vault(provider, lambda _company_id: None, SystemClock()).new_company_key(1)
    vault = Vault(provider, lambda _company_id: wrapped, SystemClock())
    context = SealContext("bench.value", 1, "row", 1)
    print(f"  sealing, with the data key in memory; median of {RUNS}")
    for name, size in _SIZES.items():
        value = os.urandom(size)
        sealed = vault.seal(context, value)
        times = 2_000 if size < 10_000 else 20
        seal = _microseconds(lambda value=value: vault.seal(context, value), times)  # type: ignore[misc]
        opened = _microseconds(lambda sealed=sealed: vault.open(context, sealed), times)  # type: ignore[misc]
        print(f"    {name:<26} seal {seal:8.1f} µs   open {opened:8.1f} µs")
    rewrap = _microseconds(lambda: vault.rewrap(company_key_context(1), wrapped), 2_000)
    print(f"    {'a data key':<26} rewrap {rewrap:6.1f} µs")


def print_key_look_up(app: Flask) -> None:
    """What each use of a sealed value begins with, in the database of `app`, which this fills."""
    with app.app_context():
        now = SystemClock().now()
        wrapped = Vault(
            EnvironmentKeys(config().master_keys), find_wrapped_key, SystemClock()
        ).new_company_key(1)
        rows = [
            {
                "id": 100_000 + number, "name": "Company", "state": CompanyState.CONNECTED, "state_since": now,
                "consent_version": "1", "consent_by": "", "consent_at": now, "audit_sequence": 0,
                "audit_head": "", "master_key_id": wrapped.master_key_id, "wrapped_data_key": wrapped.wrapped,
            }
            for number in range(COMPANIES)
        ]  # fmt: skip
        with system_scope("bench"):
            db.session.execute(insert(Company), rows)
            db.session.commit()
        took = _microseconds(lambda: find_wrapped_key(100_001), 500)
        print(f"    its key     p50 {took:.0f} µs to find the wrapped one among {COMPANIES:,} companies")
        db.session.remove()


def _microseconds(run: Callable[[], object], times: int) -> float:
    """Median over the runs, per call."""
    medians = []
    for _ in range(RUNS):
        began = time.perf_counter()
        for _ in range(times):
            run()
        medians.append((time.perf_counter() - began) / times * 1e6)
    return statistics.median(medians)
