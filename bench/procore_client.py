"""What the Procore client adds to a read: decoding a list of commitments, and a second look from memory.

The wire is scripted, so the times are ours alone.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

import orjson

from embedded_app.clock import SystemClock
from embedded_app.ids import CompanyId, ProjectId
from embedded_app.procore import Environment, Procore, WireRequest, WireResponse
from embedded_app.secret import Secret

SIZES = (100, 1_000)
RUNS = 9
_PROJECT = ProjectId(562949953500001)


class _Wire:
    """Answers each list with `size` commitments."""

    def __init__(self, size: int) -> None:
        body = orjson.dumps([_commitment(number) for number in range(1, size + 1)])
        self._answer = WireResponse(200, {"Total": str(size), "Per-Page": "1000"}, body)

    def send(self, request: WireRequest, *, seconds: float) -> WireResponse:
        del request, seconds
        return self._answer


class _Grant:
    grant_id = "grant"

    def access_token(self) -> Secret:
        return Secret("token")

    def renew(self, rejected: Secret) -> Secret:
        return rejected


def _commitment(number: int) -> dict[str, object]:
    return {
        "id": 562949953600000 + number,
        "number": f"SC-{number:04}",
        "title": "Structural steel",
        "status": "Approved",
        "executed": True,
        "vendor": {"id": 562949953700003, "company": "Cascade Steel Erectors, Inc."},
        "grand_total": "6480000.00",
        "approved_change_orders": "362500.00",
        "pending_change_orders": "0.00",
        "revised_contract": "6842500.00",
        "total_requisitions_amount": "4105500.00",
        "total_payments": "3694950.00",
        "retainage_percent": "10.00",
        "contract_date": "2026-02-03",
        "created_at": "2026-02-01T09:00:00Z",
        "updated_at": "2026-11-19T17:30:00Z",
    }


def _milliseconds(run: Callable[[], object], before: Callable[[], object] = tuple) -> float:
    times = []
    for _ in range(RUNS):
        before()
        began = time.perf_counter()
        run()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def main() -> None:
    """Print the medians."""
    environment = Environment("custom", "https://login.example", "https://api.example", ())
    print("procore_client: commitments of both kinds, median of", RUNS)
    for size in SIZES:
        procore = Procore(environment, "id", Secret("s"), clock=SystemClock(), transport=_Wire(size // 2))
        company = procore.company(CompanyId(1), _Grant())
        read = partial(company.commitments.list, _PROJECT)
        cold = _milliseconds(read, before=procore.invalidate)
        again = _milliseconds(read)
        print(f"  {size:>6,} records  {cold:8.2f} ms  {again:8.3f} ms a second look")
