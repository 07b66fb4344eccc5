"""Runs a program that ends with the process that started it, however that one ends: also by `kill -9`.

Between the two stands a process that runs this file. The starter alone holds the other end of its standard
input; when that closes, at the latest with the starter's own end, it kills the program. It leaves nothing of a
program that has ended either: on Linux whatever loses its parent becomes a child of this process, in whichever
group or session it is.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread

_PR_SET_CHILD_SUBREAPER = 36
_PASSED_ON = {signal.SIGINT, signal.SIGTERM}
_WAITED_FOR = _PASSED_ON | {signal.SIGCHLD}
_THREADS = Path("/proc/self/task")


def leashed(command: Sequence[str]) -> list[str]:
    """How to start `command`, with `stdin=PIPE`; closing that pipe kills it, as leaving the `Popen` does.

    SIGINT and SIGTERM are passed on, also where the starter ignores them; other descriptors are inherited, and the
    status is the one of `command`.
    """
    return [sys.executable, "-I", "-S", __file__, *command]


def _run(command: list[str]) -> int:
    signal.signal(signal.SIGCHLD, lambda *_: None)  # so that no system drops it while it is blocked
    signal.pthread_sigmask(signal.SIG_BLOCK, _WAITED_FOR)
    if os.getpid() != os.getsid(0):
        os.setsid()  # Ctrl-C is for the starter, which ends its programs in the order that it wants
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    program = os.posix_spawnp(
        command[0],
        command,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)],
        setpgroup=0,
        setsigmask=(),
        setsigdef=(signal.SIGPIPE, *_PASSED_ON),  # Python ignores the first; a shell's background job SIGINT
    )
    Thread(target=_kill_when_let_go, args=(program,), daemon=True).start()
    while not (ended := os.waitpid(program, os.WNOHANG))[0]:
        number = signal.sigwait(_WAITED_FOR)
        if number in _PASSED_ON:
            os.kill(program, number)
    _kill_group(program)
    while left := _children():
        for child in left:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    status = os.waitstatus_to_exitcode(ended[1])
    return 128 - status if status < 0 else status


def _kill_when_let_go(group: int) -> None:
    while os.read(0, 1):
        """Nobody writes; reading ends when the pipe is closed."""
    _kill_group(group)


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _children() -> list[int]:
    """Those of this process on Linux; none elsewhere, where orphans are no children of it."""
    return [int(child) for each in _THREADS.glob("*/children") for child in each.read_text().split()]


if __name__ == "__main__":
    sys.exit(_run(sys.argv[1:]))
