"""Everything that changes while the simulator runs, behind one lock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import cast

import orjson
from flask import current_app

from embedded_app.simulator.clock import SimulatedClock
from embedded_app.simulator.events import Changes
from embedded_app.simulator.faults import Faults
from embedded_app.simulator.limits import RateLimits
from embedded_app.simulator.model.apps import App
from embedded_app.simulator.model.world import World
from embedded_app.simulator.options import Options
from embedded_app.simulator.request_log import RequestLog
from embedded_app.simulator.switches import Switches
from embedded_app.simulator.tokens import TokenStore
from embedded_app.simulator.uploads import Uploads
from embedded_app.simulator.webhooks import Postman, Webhooks

EXTENSION = "procore_simulator"


class Simulator:
    """The simulated Procore: its world, and the state of its login host and API.

    Every request is answered under `lock`, so handlers need no care of their own; only waiting happens outside.
    """

    def __init__(self, options: Options, app: App, build_world: Callable[[], World]) -> None:
        self.options = options
        self._first_version = app
        self._build_world = build_world
        self.lock = threading.RLock()
        self.changes = Changes()
        """Every write to a record is told here."""
        self.postman = Postman(self)
        self.changes.listen(self.postman.hear)
        self.reset()

    def reset(self) -> None:
        """Back to the seed, in everything."""
        self.clock = SimulatedClock(self.options.clock_factor)
        self.app = self._first_version
        self.world = self._build_world()
        self.sessions: dict[str, int] = {}
        """Session cookies of the portal, to user ids."""
        self.switches = Switches()
        self.switches.set(self.options.switches)
        self.consents: set[int] = set()
        """Who allowed the app, by user id."""
        self.tokens = TokenStore(self.clock, self.switches)
        self.uploads = Uploads(self.clock)
        self.webhooks = Webhooks()
        self.limits = RateLimits(self.clock)
        self.faults = Faults()
        self.log = RequestLog()
        self.rendered: dict[tuple[int, int, str, bool], orjson.Fragment] = {}
        """Answers for single records, by family, id, view and version; empty after every write."""

    def is_installed(self, company_id: int) -> bool:
        """Whether the company has the app in its menus."""
        installation = self.world.installation(company_id)
        return installation is not None and installation.status == "installed"

    def is_connected(self, company_id: int) -> bool:
        """Whether calls for this company are answered: the app is installed there, with a data connector."""
        return self.is_installed(company_id) and "oauth" in self.app.components


def simulator() -> Simulator:
    """The simulator of the current request."""
    return cast("Simulator", current_app.extensions[EXTENSION])
