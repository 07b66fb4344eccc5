"""What an app and the simulated Procore know at one moment, made once and gone on from in many tests."""

from __future__ import annotations

import shutil
from pathlib import Path

from flask import Flask

from embedded_app.storage import db
from tests.fakes.simulator_process import SimulatorProcess


class SavedState:
    """The database of `app`, a SQLite file that is copied to `copy`, and everything in the simulator.

    What the app holds in memory is not part of it: who goes on from here begins as after a restart.
    """

    def __init__(self, app: Flask, simulator: SimulatorProcess, copy: Path) -> None:
        self._copy = shutil.copyfile(_closed_file(app), copy)
        self._simulator = simulator
        self._mark = simulator.mark()

    def go_on(self, app: Flask) -> None:
        """Let this be what `app` and the simulator know; whatever they knew before is gone."""
        shutil.copyfile(self._copy, _closed_file(app))
        self._simulator.reset(self._mark)


def is_copied(app: Flask) -> bool:
    """Whether the app's database is a file. On a server a copy would cost more than to make the state again."""
    with app.app_context():
        return db.engine.dialect.name == "sqlite"


def close(app: Flask) -> None:
    """Give back every connection to the database; the next one opens it again."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _closed_file(app: Flask) -> Path:
    """The database's file, whole: without a connection there is no log beside it."""
    close(app)
    with app.app_context():
        path = Path(str(db.engine.url.database))
    assert not path.with_name(f"{path.name}-wal").exists(), "a connection is still open"
    return path
