"""The whole program for the tests of this folder: the app, its database, its log, and the simulated Procore."""

from __future__ import annotations

import base64
import contextlib
import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import inspect, text

from embedded_app import storage
from embedded_app.app import create_app
from embedded_app.storage import db
from embedded_app.web import logs
from tests.factories.settings import config
from tests.fakes.fake_clock import FakeClock
from tests.fakes.person import ORIGIN
from tests.fakes.simulator_process import CLIENT_ID, SimulatorProcess
from tests.fakes.walker import Walker

CLIENT_SECRET = "planted-client-secret-7d1c2a"
SECRET_KEY = "planted-secret-key-4f0b9e-" + "k" * 32
MASTER_KEY = base64.b64encode(b"planted-master-key-61c8e2-abcdef").decode()

DANA = "dana.whitfield@hollisgrant.example"
MARCUS = "marcus.oyelaran@hollisgrant.example"
SEAN = "sean.omalley@hollisgrant.example"
INGRID = "ingrid.solberg@cascadiacivil.example"
HOLLIS = 562949953443325
CASCADIA = 55188
RIVERSIDE = 562949953500001
OF_CASCADIA = 55188001


@dataclass(frozen=True)
class World:
    """`folder` holds everything that the app writes; sources lie in `sources`, outside of it."""

    app: Flask
    simulator: SimulatorProcess
    clock: FakeClock
    folder: Path
    sources: Path
    log: io.StringIO

    def walker(self, login: str) -> Walker:
        return Walker(self.app, self.simulator, login)

    def advance(self, seconds: float) -> None:
        """Let time pass, here and at Procore, so that every wait that it asked for is over.

        Waits that processes share go by the database's clock, which nobody moves; they are forgotten instead.
        """
        self.clock.advance(seconds)
        self.simulator.advance(seconds)
        with self.app.app_context(), db.engine.begin() as connection:
            connection.execute(text("DELETE FROM shared_values"))

    def make_refreshes_due(self) -> None:
        """As if four fifths of every access token's life had passed; the database's own clock decides that."""
        with self.app.app_context(), db.engine.begin() as connection:
            connection.execute(text("UPDATE grants SET refresh_at = created_at"))

    def record_ids(self, login: str, company_id: int, project_id: int, kind: str) -> dict[str, int]:
        """Ids of the records of a kind by their numbers, as Procore has them."""
        token = self.simulator.access_token(login)
        path = f"/rest/v1.0/{kind}?project_id={project_id}&per_page=300"
        found = self.simulator.get(path, token, company_id).json
        return {record["number"]: record["id"] for record in found}


@contextmanager
def running_world(simulator: SimulatorProcess, folder: Path, database_url: str = "") -> Iterator[World]:
    """The app on an empty database, by default on SQLite in its own folder, logging all it can."""
    simulator.reset()
    instance, sources = folder / "instance", folder / "sources"
    for each in (instance, sources):
        each.mkdir(parents=True)
    environment = config(
        DATABASE_URL=database_url or f"sqlite:///{instance / 'tieback.sqlite3'}",
        PUBLIC_URL=ORIGIN,
        SECRET_KEY=SECRET_KEY,
        MASTER_KEYS=f"k1:{MASTER_KEY}",
        PROCORE_ENVIRONMENT="custom",
        PROCORE_LOGIN_URL=simulator.base_url,
        PROCORE_API_URL=simulator.base_url,
        PROCORE_FRAME_ANCESTORS=" ".join(
            f"http://{region}.procore.localhost:{simulator.port}" for region in ("app", "us02")
        ),
        PROCORE_CLIENT_ID=CLIENT_ID,
        PROCORE_CLIENT_SECRET=CLIENT_SECRET,
        SOURCE_FILES=str(sources),
        SOURCE_NETWORKS="127.0.0.0/8",
        LOG_LEVEL="DEBUG",
        SIGN_IN_CODES="on",
    )
    clock = FakeClock(datetime.now(UTC))
    with _logging_to(io.StringIO()) as log:
        logs.configure(environment)
        app = create_app(environment, clock=clock, instance_path=instance)
        with app.app_context():
            storage.upgrade()
        try:
            yield World(app, simulator, clock, instance, sources, log)
        except AssertionError as failure:
            failure.add_note("\n".join(log.getvalue().splitlines()[-8:]))
            raise
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


@contextmanager
def _logging_to(stream: io.StringIO) -> Iterator[io.StringIO]:
    """What the product's own set-up of the log writes to standard error; afterwards all is as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in root.manager.loggerDict}
    try:
        with contextlib.redirect_stderr(stream):
            yield stream
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        for name in root.manager.loggerDict:
            logging.getLogger(name).setLevel(levels.get(name, logging.NOTSET))


Row = dict[str, object]


def rows_of(app: Flask) -> dict[str, list[Row]]:
    """Every row of every table, as the database driver gives it back: nothing is opened or converted."""
    with app.app_context(), db.engine.connect() as connection:
        return {
            table: [dict(row) for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings()]
            for table in inspect(connection).get_table_names()
        }


def as_bytes(value: object) -> bytes:
    """A value of a column as one would search it in a dump."""
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return str(value).encode()
