"""`keys rotate` and `companies re-encrypt` in a process that stops at one step and waits to be killed."""

from __future__ import annotations

import signal
from datetime import timedelta
from multiprocessing.connection import Connection

from sqlalchemy import event
from sqlalchemy.orm import Session

from embedded_app.clock import SystemClock
from embedded_app.crypto import EnvironmentKeys
from embedded_app.ids import CompanyId
from tests.factories.settings import config
from tests.integration.keys.world import World, key


def rotate_and_stop(told: Connection, database_url: str, work: str, commits: int, moment: str) -> None:
    """Do `work`, ``rotate`` or ``re-encrypt`` of company 1, up to a commit, and stand still.

    Tells "here" when `commits` commits are done (`moment` is ``after``), or when the next one is about to be
    (``before``).
    """
    provider = EnvironmentKeys(config(MASTER_KEYS=f"{key('new')},{key('old')}").master_keys)
    world = World(database_url, provider, SystemClock())
    left = commits

    def stop(session: Session) -> None:
        nonlocal left
        del session
        left -= 1
        if left < 0:
            told.send("here")
            while True:
                signal.pause()

    event.listen(Session, "before_commit" if moment == "before" else "after_commit", stop)
    with world.app.app_context():
        news = (
            world.keys.rotate() if work == "rotate" else world.keys.re_encrypt(CompanyId(1), wait=timedelta())
        )
        list(news)
    told.send("went past")
