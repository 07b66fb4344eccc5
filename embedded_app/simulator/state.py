"""Everything that changes while the simulator runs, behind one lock."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, cast

import orjson
from flask import current_app

from embedded_app.simulator.clock import SimulatedClock
from embedded_app.simulator.events import Changes
from embedded_app.simulator.files.uploads import Uploads
from embedded_app.simulator.login.tokens import TokenStore
from embedded_app.simulator.model.apps import App
from embedded_app.simulator.model.world import World
from embedded_app.simulator.network.faults import Faults
from embedded_app.simulator.network.limits import RateLimits
from embedded_app.simulator.network.request_log import RequestLog
from embedded_app.simulator.options import Options
from embedded_app.simulator.switches import Switches
from embedded_app.simulator.webhooks import Postman, Webhooks

if TYPE_CHECKING:
    from embedded_app.simulator.keeping import Mark

EXTENSION = "procore_simulator"


class Simulator:
    """The simulated Procore: its world, and the state of its login host and API.

    Every request is answered under `lock`, so handlers need no care of their own; only waiting happens outside.
    """

    def __init__(self, options: Options, app: App, seed: bytes) -> None:
        self.options = options
        self._first_version = app
        self._seed = seed
        self._kept_world: bytes | None = None
        """What `world` still equals; None once it may have changed."""
        self.marks: list[Mark] = []
        """States to come back to; a reset leaves them."""
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
        self.bring_back_world(self._seed)
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

    def world_may_change(self) -> None:
        """Say so before every change of `world`."""
        self._kept_world = None

    def keep_world(self) -> bytes:
        """The world as it is now, for `bring_back_world`."""
        if self._kept_world is None:
            self._kept_world = self.world.keep()
        return self._kept_world

    def bring_back_world(self, kept: bytes) -> None:
        """Let the world be as it was then. Costs nothing where it has not changed since."""
        if self._kept_world is not kept:
            self.world = World.brought_back(kept)
            self._kept_world = kept

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
