"""A second process of the service."""

from __future__ import annotations

from multiprocessing.connection import Connection

from embedded_app.clock import SystemClock
from embedded_app.crypto import EnvironmentKeys
from embedded_app.errors import KeyDestroyed
from embedded_app.ids import CompanyId
from tests.factories.settings import config
from tests.integration.keys.world import World, key


def open_when_asked(asked: Connection, database_url: str) -> None:
    """Open company 1's password whenever something comes, and answer with it, or with "destroyed"."""
    world = World(database_url, EnvironmentKeys(config(MASTER_KEYS=key("old")).master_keys), SystemClock())
    while asked.recv():
        try:
            asked.send(world.password(CompanyId(1)).decode())
        except KeyDestroyed:
            asked.send("destroyed")
