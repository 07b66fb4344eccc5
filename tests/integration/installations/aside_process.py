"""A second process of the service: opens the pair that is aside whenever a line comes, and says how it went.

python -m tests.integration.installations.aside_process DATABASE_URL FILE
"""

from __future__ import annotations

import sys
from pathlib import Path

from flask import Flask

from embedded_app import storage
from embedded_app.clock import SystemClock
from embedded_app.errors import KeyDestroyed
from embedded_app.installations.aside import Aside, Place
from tests.factories.settings import config
from tests.fakes.token_host import TokenHost
from tests.integration.installations.keeper import Keeper

file = Path(sys.argv[2])
app = Flask("embedded_app", instance_path=str(file.parent.parent))
storage.init_app(app, config(DATABASE_URL=sys.argv[1]))
custody = Keeper(app, TokenHost(), SystemClock()).custody
place = Place.of_name(file.name)
assert place is not None
for _ in sys.stdin:
    try:
        with custody._apart(place.company_id):
            key = custody._find_pair_key(place.company_id, place.grant_id)
        assert key is not None
        tokens = Aside(file.parent).open(place, key)
        assert tokens is not None
        print(tokens.access_token.reveal(), flush=True)  # noqa: T201 # the test reads it
    except KeyDestroyed:
        print("destroyed", flush=True)  # noqa: T201
