from __future__ import annotations

from embedded_app.simulator.events import Change
from embedded_app.simulator.options import Options
from embedded_app.simulator.seed import build_app, kept_world
from embedded_app.simulator.state import Simulator


def test_a_change_reaches_every_listener_also_after_a_reset() -> None:
    running = Simulator(Options(), build_app("http://app.localhost"), kept_world())
    heard: list[Change] = []
    running.changes.listen(heard.append)
    told = Change(1, 2, "RFIs", 3, "create", 4), Change(1, None, "Company Vendors", 5, "delete", None)
    running.changes.tell(told[0])
    running.reset()
    running.changes.tell(told[1])
    assert heard == [*told]
