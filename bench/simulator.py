"""What a read costs the simulated Procore: CPU of its own process, which other benchmarks must not notice.

The calls go over one kept connection, as a client's do, and are logged, counted and checked like any other.
"""

from __future__ import annotations

import http.client
import statistics
import time
from collections.abc import Mapping

from tests.fakes.simulator_process import SimulatorProcess

CALLS = 1000
_DANA = "dana.whitfield@hollisgrant.example"
_HOLLIS = 562949953443325
_RIVERSIDE = 562949953500001
_PLENTY = 1_000_000
_LIST = f"/rest/v1.0/work_order_contracts?project_id={_RIVERSIDE}"


def main() -> None:
    """Print one line for each kind of read."""
    with SimulatorProcess() as simulator:
        simulator.rate(
            hour_limit=_PLENTY, hour_remaining=_PLENTY, spike_limit=_PLENTY, spike_remaining=_PLENTY
        )
        token = simulator.access_token(_DANA)
        headers = {"Authorization": f"Bearer {token}", "Procore-Company-Id": str(_HOLLIS)}
        first = simulator.get(f"{_LIST}&per_page=1", token, _HOLLIS).json[0]["id"]
        reads = {
            "me": "/rest/v1.0/me",
            "one project": f"/rest/v1.0/projects/{_RIVERSIDE}?company_id={_HOLLIS}",
            "one commitment": f"/rest/v1.0/work_order_contracts/{first}?project_id={_RIVERSIDE}",
            "five commitments": f"{_LIST}&per_page=5",
            "38 vendors": f"/rest/v1.1/projects/{_RIVERSIDE}/vendors?per_page=100",
        }
        print(f"simulator: a read, mean of {CALLS}; milliseconds")
        for name, path in reads.items():
            cpu, wall = _cost(simulator, path, headers)
            print(f"  {name:<18} CPU {cpu:6.3f}   p50 {wall:6.3f}")


def _cost(simulator: SimulatorProcess, path: str, headers: Mapping[str, str]) -> tuple[float, float]:
    """CPU of the simulator for each call, and the median time of one."""
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port)
    times = []
    began = _cpu_seconds(simulator)
    for _ in range(CALLS):
        start = time.perf_counter()
        connection.request("GET", path, headers=dict(headers))
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - start)
        assert answer.status == 200, answer.status
    cpu = _cpu_seconds(simulator) - began
    connection.close()
    return cpu * 1000 / CALLS, statistics.median(times) * 1000


def _cpu_seconds(simulator: SimulatorProcess) -> float:
    seconds: float = simulator.control("GET", "/clock").json["cpu_seconds"]
    return seconds
