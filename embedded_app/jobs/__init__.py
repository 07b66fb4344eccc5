"""The queue and the schedule: Huey carries the work, SQLite by default and Redis when `REDIS_URL` is set.

This package knows no feature; a feature registers what it wants done. The truth about work that must not be lost
stands in the feature's own table, and a periodic sweep finds what was left behind: so nothing depends on the
queue surviving.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import redis
from flask import Flask
from huey import RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from sqlalchemy import make_url

from embedded_app.config import Config
from embedded_app.secret import Secret

_log = logging.getLogger(__name__)

Around = Callable[[], AbstractContextManager[object]]
_WORKER_THREADS = 4


class Jobs:
    """What runs outside a request. Every function runs in an app context of its own, and inside `around`."""

    def __init__(self, app: Flask, huey: Any, around: Around) -> None:
        self._app = app
        self._huey = huey
        self._around = around

    def every_minutes(self, minutes: int, name: str, function: Callable[[], object]) -> None:
        """Run `function` whenever the minute of the hour is a multiple of `minutes`, on one worker."""
        self._huey.periodic_task(crontab(minute=f"*/{minutes}"), name=name)(
            self._in_app_context(name, function)
        )

    def every_day(self, hour: int, name: str, function: Callable[[], object]) -> None:
        """Run `function` once a day, in the first minute of `hour` (UTC), on one worker."""
        self._huey.periodic_task(crontab(minute="0", hour=str(hour)), name=name)(
            self._in_app_context(name, function)
        )

    def run_worker(self) -> None:
        """Work until a signal ends the process; running tasks are finished first."""
        Consumer(self._huey, workers=_WORKER_THREADS, check_worker_health=True).run()

    def is_reachable(self) -> bool:
        """Whether the queue's storage answers."""
        try:
            self._huey.pending_count()
        except (sqlite3.Error, redis.RedisError):
            return False
        return True

    def _in_app_context(self, name: str, function: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            with self._app.app_context(), self._around():
                function()
            _log.debug("job done", extra={"job": name})

        run.__name__ = name
        return run


def open_jobs(app: Flask, config: Config, *, around: Around = nullcontext) -> Jobs:
    """The queue that the environment names. Reads REDIS_URL and, for the file's place, DATABASE_URL.

    Every job is done inside what `around` gives.
    """
    if config.redis_url is not None:
        huey: Any = RedisHuey("tieback", url=config.redis_url.reveal(), immediate=False)
    else:
        folder = _folder_of(config.database_url) or Path(app.instance_path)
        folder.mkdir(parents=True, exist_ok=True)
        huey = SqliteHuey("tieback", filename=str(folder / "jobs.sqlite3"), immediate=False)
    return Jobs(app, huey, around)


def _folder_of(database_url: Secret) -> Path | None:
    """Where a SQLite database lies; `None` for one in memory or on a server."""
    url = make_url(database_url.reveal())
    is_file = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
    return Path(url.database or "").resolve().parent if is_file else None
