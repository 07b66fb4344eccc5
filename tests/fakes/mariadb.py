"""A MariaDB server of the tests' own, and databases on one, each for as long as it is needed."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.pool import NullPool

SERVER_PATH = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}/usr/sbin"
"""Servers are not on everybody's path."""


def is_installed() -> bool:
    return all(_program(name) for name in ("mariadbd", "mariadb-install-db"))


@contextmanager
def started(folder: Path) -> Iterator[str]:
    """A server whose data is in `folder`, on a free port; ends afterwards."""
    data, user = folder / "data", getpass.getuser()
    subprocess.run(
        [
            *(_program("mariadb-install-db"), "--no-defaults", f"--datadir={data}", f"--user={user}"),
            *("--auth-root-authentication-method=normal", "--skip-test-db"),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [
            *(_program("mariadbd"), "--no-defaults", f"--datadir={data}", f"--user={user}", f"--port={port}"),
            *("--bind-address=127.0.0.1", f"--socket={folder / 'socket'}", f"--pid-file={folder / 'pid'}"),
        ],
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stderr is not None
        for line in server.stderr:
            if "ready for connections" in line:
                break
        try:
            yield f"mysql+pymysql://root@127.0.0.1:{port}"
        finally:
            server.terminate()
            server.communicate()


@contextmanager
def new_database(server: str, schema: str) -> Iterator[URL]:
    """A database on `server` after the statements of `schema`, which semicolons divide; dropped afterwards."""
    name = f"tieback_{uuid.uuid4().hex}"
    _run(make_url(server), f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    url = make_url(server).set(database=name)
    try:
        _run(url, *filter(str.strip, schema.split(";")))
        yield url
    finally:
        _run(make_url(server), f"DROP DATABASE {name}")


def _run(url: URL, *statements: str) -> None:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def _program(name: str) -> str:
    return shutil.which(name, path=SERVER_PATH) or ""
