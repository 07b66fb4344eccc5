from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from embedded_app.leash import leashed

PROGRAM = (
    "import os, subprocess, sys; os.write(1, b'.'); subprocess.run(['sleep', '1000'], start_new_session=True)"
)
"""Has a child in a session of its own; both hold its output open, and neither reads its input."""
STARTER = f"""
import signal, subprocess, sys
from embedded_app.leash import leashed
signal.signal(signal.SIGINT, signal.SIG_DFL)  # a run in the background may have begun with it ignored
with subprocess.Popen(leashed([sys.executable, "-c", {PROGRAM!r}]), stdin=subprocess.PIPE):
    signal.pause()
"""
_EXEC = "import os, sys; os.execv(sys.argv[1], sys.argv[1:])"
LIMIT_SECONDS = 120
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="Elsewhere a leash reaches one session.")


@on_linux
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_the_starter(end: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as starter:
        assert starter.stdout is not None
        assert starter.stdout.read(1) == b"."
        starter.send_signal(end)
        # It is read to its end when the last process that could write is gone.
        try:
            assert starter.communicate(timeout=LIMIT_SECONDS)[0] == b""
        finally:
            starter.kill()


@on_linux
def test_leaving_lets_go_and_waits() -> None:
    with subprocess.Popen(
        leashed([sys.executable, "-c", PROGRAM]), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        assert program.stdout.read(1) == b"."
    assert program.returncode == 128 + signal.SIGKILL


@on_linux
def test_what_a_program_left_ends_with_it() -> None:
    script = "sleep 1000 & setsid sleep 1000 & exit 7"
    with subprocess.Popen(
        leashed(["sh", "-c", script]), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        assert program.stdout.read() == b""
        assert program.wait(LIMIT_SECONDS) == 7


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_passed_on(end: signal.Signals) -> None:
    script = "trap 'echo heard; exit 3' INT TERM; echo ready; sleep 1000 & wait"
    with subprocess.Popen(
        leashed(["sh", "-c", script]), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"ready\n"
        program.send_signal(end)
        assert program.stdout.read() == b"heard\n"
        assert program.wait(LIMIT_SECONDS) == 3


def test_a_program_hears_a_signal_that_its_starter_ignores() -> None:
    """As what a shell starts in the background ignores SIGINT."""
    ignored = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); {_EXEC}"
    script = "trap 'echo heard; exit 3' INT; echo ready; sleep 1000 & wait"
    with subprocess.Popen(
        [sys.executable, "-c", ignored, *leashed(["sh", "-c", script])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"ready\n"
        program.send_signal(signal.SIGINT)
        assert program.stdout.read() == b"heard\n"
        assert program.wait(LIMIT_SECONDS) == 3
