from __future__ import annotations

from embedded_app.simulator.network.faults import Fault, Faults


def test_a_fault_meets_its_method_and_path_so_many_times() -> None:
    faults = Faults()
    fault = Fault("/rest/v1.?/projects*", method="GET", times=2)
    faults.add(fault)
    assert faults.strike("POST", "/rest/v1.1/projects", 0) is None
    assert faults.strike("GET", "/rest/v2.0/projects", 0) is None
    assert faults.strike("GET", "/rest/v1.0/projects/1/tools", 0) is fault
    assert faults.strike("GET", "/rest/v1.1/projects", 0) is fault
    assert faults.strike("GET", "/rest/v1.1/projects", 0) is None


def test_the_first_that_matches_happens() -> None:
    faults = Faults()
    first, second = Fault("/oauth/*", times=1), Fault("*")
    faults.add(first)
    faults.add(second)
    assert [faults.strike("POST", "/oauth/token", 0) for _ in range(3)] == [first, second, second]
    faults.clear()
    assert faults.strike("POST", "/oauth/token", 0) is None
