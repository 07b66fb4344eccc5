"""A second process of the service."""

from __future__ import annotations

from multiprocessing.connection import Connection
from pathlib import Path

from flask import Flask

from embedded_app import storage
from embedded_app.clock import SystemClock
from embedded_app.errors import KeyDestroyed
from embedded_app.installations import Grant
from embedded_app.installations.aside import Aside, Place
from embedded_app.storage import db
from tests.factories.settings import config
from tests.fakes.token_host import TokenHost
from tests.integration.installations.keeper import Keeper


def open_when_asked(asked: Connection, database_url: str, file: Path) -> None:
    """Open the pair that is aside in `file` whenever something comes; answer with its token, or "destroyed"."""
    app = Flask("embedded_app", instance_path=str(file.parent.parent))
    storage.init_app(app, config(DATABASE_URL=database_url))
    custody = Keeper(app, TokenHost(), SystemClock()).custody
    place = Place.of_name(file.name)
    assert place is not None
    while asked.recv():
        try:
            with custody._apart(place.company_id):
                key = custody._find_pair_key(place.company_id, place.grant_id)
                principal_id = db.session.get_one(Grant, place.grant_id).principal_id
            assert key is not None
            tokens = Aside(file.parent).open(place, principal_id, key)
            assert tokens is not None
            asked.send(tokens.access_token.reveal())
        except KeyDestroyed:
            asked.send("destroyed")
