"""Whatever ends a run of the tests, no browser, driver, display, demo or simulator outlives it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from embedded_app.leash import leashed
from tests.browser.engines import CHROMIUM, FIREFOX, WEBKITGTK, Engine

ROOT = Path(__file__).parents[2]
LIMIT_SECONDS = 300
RUN = """
import signal, sys
from tests.fakes.simulator_process import SimulatorProcess

def wait_to_be_ended():
    sys.__stdout__.write("ready\\n")
    sys.__stdout__.flush()
    signal.pause()

def test_simulator():
    with SimulatorProcess():
        wait_to_be_ended()

def test_demo(running):
    wait_to_be_ended()

def test_engine(visitor):
    wait_to_be_ended()
"""
"""What is interrupted, with the fixtures of this folder."""
LEFT_BEHIND = """
import ctypes, os, signal, subprocess, sys

signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background may have begun with it ignored
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # whoever loses a parent becomes a child of this process
run = subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE, text=True)
for line in run.stdout:
    if line == "ready\\n":
        break
else:
    sys.exit(f"The run ended by itself: {run.wait()}")
run.send_signal(int(sys.argv[1]))
run.wait()
try:
    while True:
        os.wait()  # for ever, if one of them does not end
except ChildProcessError:
    print("nothing is left")
"""

CASES = [
    pytest.param(name, end, id=f"{name}-{end.name}", marks=() if often else pytest.mark.deep)
    for name in ("simulator", "demo", "chromium", "firefox", "webkitgtk")
    for end in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
    for often in [end is signal.SIGKILL and name in {"simulator", "chromium"}]
]
ENGINES: dict[str, Engine] = {engine.name: engine for engine in (CHROMIUM, FIREFOX, WEBKITGTK)}


@pytest.mark.skipif(sys.platform != "linux", reason="Elsewhere a leash reaches one session.")
@pytest.mark.parametrize(("name", "end"), CASES)
def test_nothing_outlives_an_interrupted_run(name: str, end: signal.Signals, tmp_path: Path) -> None:
    if name in ENGINES:
        ENGINES[name].require()
    (tmp_path / "test_run.py").write_text(RUN)
    test = f"test_engine[{name}]" if name in ENGINES else f"test_{name}"
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.browser.conftest"]
    run += ["--capture=no", f"--basetemp={tmp_path / 'of-the-run'}", "-c", "pyproject.toml"]
    run.append(f"{tmp_path / 'test_run.py'}::{test}")
    watch = leashed([sys.executable, "-c", LEFT_BEHIND, str(int(end)), *run])
    told = tmp_path / "told"
    with (
        told.open("w") as output,
        subprocess.Popen(watch, cwd=ROOT, stdin=subprocess.PIPE, stdout=output, stderr=output) as watched,
    ):
        watched.wait(LIMIT_SECONDS)
    assert told.read_text().splitlines()[-1:] == ["nothing is left"], told.read_text()
