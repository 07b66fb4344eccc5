"""Reads a file in a process of its own, whose processor time and memory have an end.

A file of a few kilobytes can keep a processor busy for hours, and no library that reads workbooks looks at a
clock. The process ends with the one that started it, however that one ends.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGXCPU
from subprocess import DEVNULL, PIPE, Popen
from typing import Any

from embedded_app.errors import InvalidField
from embedded_app.leash import leashed
from embedded_app.tabular.child import TOO_LARGE
from embedded_app.tabular.file import Found, Part

_ROOT = Path(__file__).parents[2]
_SIGNALLED = 128
_TOO_LONG = "Reading the file took too long. Leave only the table in it, or divide it."
_KNOWN = {  # what an answer may consist of: the process that gives it has read a stranger's file
    ("builtins", "bytearray"),
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    ("decimal", "Decimal"),
    ("embedded_app.tabular.file", "Found"),
    ("embedded_app.tabular.table", "Line"),
    ("embedded_app.tabular.table", "Reject"),
    ("embedded_app.tabular.table", "Table"),
    ("embedded_app.tabular.table", "Unreadable"),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one process that reads a file. `memory_bytes` are of its address space, the interpreter included."""

    processor_seconds: int = 20
    memory_bytes: int = 1_000_000_000


class TookTooLong(InvalidField):
    """The time was over before the processor time was: a busy machine, not the file, may be why."""


def read(content: bytes, part: Part, *, seconds: float, limits: Limits | None = None) -> Found:
    """The table in a file, as `file.read` finds it, in at most `seconds`.

    Raises:
        InvalidField: it cannot be read, or not within the limits.
    """
    limits = limits or Limits()
    inner, outer = os.pipe()
    options = [inner, limits.processor_seconds, limits.memory_bytes, part.sheet, part.header_row]
    command = [sys.executable, "-m", "embedded_app.tabular.child", json.dumps(options)]
    with Popen(  # noqa: S603 # our own program
        leashed(command),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,  # what a library says of a stranger's file belongs in no log
        pass_fds=(inner,),
        cwd=_ROOT,
        env={name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ},
    ) as process:
        os.close(inner)
        assert process.stdin is not None and process.stdout is not None  # noqa: PT018 # as asked for above
        threading.Thread(target=_pour, args=(content, outer), daemon=True).start()
        is_over = threading.Event()
        clock = threading.Timer(seconds, _end, (process, is_over))
        clock.start()
        try:
            answer = process.stdout.read()
        finally:
            clock.cancel()
        status = process.wait()
    if is_over.is_set():
        raise TookTooLong("file", _TOO_LONG)
    if status == _SIGNALLED + SIGXCPU:
        raise InvalidField("file", _TOO_LONG)
    if status:
        raise InvalidField("file", TOO_LARGE)
    found = _Unpickler(io.BytesIO(answer)).load()
    if isinstance(found, Found):
        return found
    raise InvalidField(*found)


def _pour(content: bytes, descriptor: int) -> None:
    with suppress(BrokenPipeError), os.fdopen(descriptor, "wb") as sink:
        sink.write(content)


def _end(process: Popen[bytes], is_over: threading.Event) -> None:
    is_over.set()
    assert process.stdin is not None
    process.stdin.close()  # lets go of the leash


class _Unpickler(pickle.Unpickler):
    """Makes values of tables and nothing else."""

    def find_class(self, module_name: str, global_name: str) -> Any:
        if (module_name, global_name) not in _KNOWN:
            raise pickle.UnpicklingError(f"{module_name}.{global_name}")
        return super().find_class(module_name, global_name)
