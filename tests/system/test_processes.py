"""The processes that an operator starts, as they are started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import orjson

from embedded_app.app import ROOT
from tests.factories.settings import ENVIRONMENT

_SAY_SOMETHING = """
import logging, wsgi
try:
    raise ValueError("a text that quotes a row")
except ValueError:
    logging.getLogger("anything").exception("it happened")
"""


def test_what_gunicorn_serves_logs_lines_that_quote_no_foreign_error(tmp_path: Path) -> None:
    """Without the product's own set-up, the log would hold tracebacks with whatever an exception says."""
    environment = os.environ | ENVIRONMENT | {"DATABASE_URL": f"sqlite:///{tmp_path / 'test.sqlite3'}"}
    done = subprocess.run(
        [sys.executable, "-c", _SAY_SOMETHING],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    line = orjson.loads(done.stderr.splitlines()[-1])
    assert (line["event"], line["level"]) == ("it happened", "ERROR")
    assert "quotes a row" not in done.stderr


def test_the_worker_logs_the_same_lines_and_ends_on_a_signal(tmp_path: Path) -> None:
    database = {"DATABASE_URL": f"sqlite:///{tmp_path / 'test.sqlite3'}"}
    command = [sys.executable, "-m", "embedded_app.commands"]
    environment = os.environ | ENVIRONMENT | database
    subprocess.run([*command, "db", "upgrade"], env=environment, check=True, capture_output=True)
    with subprocess.Popen([*command, "worker"], env=environment, stderr=subprocess.PIPE, text=True) as worker:
        assert worker.stderr is not None
        line = orjson.loads(worker.stderr.readline())
        worker.send_signal(signal.SIGTERM)
        rest = worker.stderr.read().splitlines()
    assert {"event", "level"} <= set(line)
    assert all(orjson.loads(each) for each in rest)
