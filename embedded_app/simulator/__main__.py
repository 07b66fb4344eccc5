"""`python -m embedded_app.simulator`: the simulated Procore on its own (docs/simulator.md)."""

from __future__ import annotations

from embedded_app.simulator.command import simulator

simulator(prog_name="python -m embedded_app.simulator")
