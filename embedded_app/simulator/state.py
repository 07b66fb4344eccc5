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
from embedded_app.simulator.model import App, AppConfiguration, AppInstallation, World
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
        self.app = app
        self._build_world = build_world
        self.lock = threading.RLock()
        self.changes = Changes()
        """Every write to a record is told here."""
        self.postman = Postman(self)
        self.changes.listen(self.postman.hear)
        self.reset()

    def reset(self) -> None:
        """Back to the seed: records, sessions, tokens, limits, faults, switches, log and time."""
        self.clock = SimulatedClock(self.options.clock_factor)
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

    def is_connected(self, company_id: int) -> bool:
        """Whether calls for this company are answered: the app is installed there."""
        installation = self.world.installation(company_id)
        return installation is not None and installation.status == "installed"

    def install(self, company_id: int, user_id: int) -> AppInstallation:
        """Install the app, or reinstall it, as this person; once installed it stays as it is."""
        existing = self.world.installation(company_id)
        if existing is not None and existing.status == "installed":
            return existing
        installation = AppInstallation(
            id=existing.id if existing else _next_id(self.world.installations),
            company_id=company_id,
            status="installed",
            installed_at=self.clock.now(),
            installed_by=user_id,
        )
        self.world.installations[installation.id] = installation
        return installation

    def uninstall(self, company_id: int, user_id: int) -> None:
        """Uninstall the app as this person. Its configurations go, its tokens go on working."""
        installation = self.world.installation(company_id)
        if installation is None or installation.status != "installed":
            return
        installation.status = "uninstalled"
        installation.uninstalled_at = self.clock.now()
        installation.uninstalled_by = user_id
        for configuration in list(self.world.configurations_of(company_id)):
            del self.world.configurations[configuration.id]

    def configure(
        self,
        company_id: int,
        user_id: int,
        *,
        title: str,
        project_ids: frozenset[int] = frozenset(),
        applies_to_all_projects: bool = False,
        applies_to_company: bool = False,
    ) -> AppConfiguration:
        """Put the installed app into menus of this company.

        Raises:
            LookupError: the app is not installed there.
        """
        installation = self.world.installation(company_id)
        if installation is None or installation.status != "installed":
            raise LookupError(f"The app is not installed in company {company_id}.")
        configuration = AppConfiguration(
            id=_next_id(self.world.configurations),
            company_id=company_id,
            installation_id=installation.id,
            title=title,
            created_at=self.clock.now(),
            created_by=user_id,
            project_ids=project_ids,
            applies_to_all_projects=applies_to_all_projects,
            applies_to_company=applies_to_company,
        )
        self.world.configurations[configuration.id] = configuration
        return configuration


def simulator() -> Simulator:
    """The simulator of the current request."""
    return cast("Simulator", current_app.extensions[EXTENSION])


def _next_id(taken: dict[int, AppInstallation] | dict[int, AppConfiguration]) -> int:
    return max(taken, default=900_000) + 1
