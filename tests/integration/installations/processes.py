"""Starts the process whose children refresh grants, and kills what stands still in it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from tests.integration.installations.refreshing_process import Place, Step

ROOT = Path(__file__).parents[3]


class RefreshingProcess:
    """The process of `refreshing_process`. Use as a context manager; it serves one test after the other."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.installations.refreshing_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def kill_at(self, place: Place, step: Step) -> None:
        """Let a process refresh, and end it by SIGKILL when it stands at `step`."""
        self._order("stop_at", place, step=step)
        answers = [self._answer(), self._answer()]  # from two processes, in any order
        assert step in answers, answers
        (process_id,) = (each for each in answers if isinstance(each, int))
        os.kill(process_id, signal.SIGKILL)
        assert self._answer() == -signal.SIGKILL

    def race(self, place: Place, processes: int, threads: int) -> list[str]:
        """Let all threads of all processes ask for a token at one moment; what they got."""
        self._order("race", place, processes=processes, threads=threads)
        assert [self._answer() for _ in range(processes)] == ["built"] * processes
        self._write("go\n")
        got = [answer for _ in range(processes) for answer in self._answer()]
        assert self._answer() == [0] * processes
        return got

    def _order(self, what: str, place: Place, **order: object) -> None:
        self._write(json.dumps({"do": what, "place": asdict(place), **order}) + "\n")

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line)
        self._process.stdin.flush()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())
