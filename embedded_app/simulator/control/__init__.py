"""The switches under `/_sim/`: what a test or a demonstration changes from outside (docs/simulator.md)."""

from embedded_app.simulator.control import apps, people, records, running
from embedded_app.simulator.control.blueprint import blueprint

__all__ = ["apps", "blueprint", "people", "records", "running"]
