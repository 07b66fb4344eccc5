"""A second process of the service: opens company 1's password whenever a line comes, and says how it went."""

from __future__ import annotations

import sys

from embedded_app.clock import SystemClock
from embedded_app.crypto import EnvironmentKeys
from embedded_app.errors import KeyDestroyed
from embedded_app.ids import CompanyId
from tests.factories.settings import config
from tests.integration.keys.world import World, key

world = World(sys.argv[1], EnvironmentKeys(config(MASTER_KEYS=key("old")).master_keys), SystemClock())
for _ in sys.stdin:
    try:
        print(world.password(CompanyId(1)).decode(), flush=True)  # noqa: T201 # the test reads it
    except KeyDestroyed:
        print("destroyed", flush=True)  # noqa: T201
