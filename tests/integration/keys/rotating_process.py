"""`keys rotate` and `companies re-encrypt` in a process that stops at one step and waits to be killed.

    python -m tests.integration.keys.rotating_process DATABASE_URL rotate|re-encrypt COMMITS before|after

Prints "here" when COMMITS commits are done (after), or when the next one is about to be (before).
"""

from __future__ import annotations

import sys
from datetime import timedelta

from sqlalchemy import event
from sqlalchemy.orm import Session

from embedded_app.clock import SystemClock
from embedded_app.crypto import EnvironmentKeys
from embedded_app.ids import CompanyId
from tests.factories.settings import config
from tests.integration.keys.world import World, key


def main() -> None:
    database_url, work, commits, moment = sys.argv[1:]
    provider = EnvironmentKeys(config(MASTER_KEYS=f"{key('new')},{key('old')}").master_keys)
    world = World(database_url, provider, SystemClock())
    left = int(commits)

    def stop(session: Session) -> None:
        nonlocal left
        del session
        left -= 1
        if left < 0:
            print("here", flush=True)  # noqa: T201 # the test waits for it
            sys.stdin.read()

    event.listen(Session, "before_commit" if moment == "before" else "after_commit", stop)
    with world.app.app_context():
        news = (
            world.keys.rotate() if work == "rotate" else world.keys.re_encrypt(CompanyId(1), wait=timedelta())
        )
        list(news)


main()
