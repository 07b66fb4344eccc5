"""Starts the parts of the demo, notices when one dies, and ends all of them."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self
from urllib.parse import urlsplit

import click

from embedded_app.leash import leashed

_READY_SECONDS = 60.0
_POLL_SECONDS = 0.1
_END_SECONDS = 10.0


def require_free_port(name: str, port: int) -> None:
    """Refuse a port that something listens on already.

    Raises:
        click.ClickException: with what to do instead.
    """
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise click.ClickException(
                f"Port {port}, where the {name} would listen, is taken. "
                f"End what uses it, or run .venv/bin/embedded-app demo --{name}-port with another number."
            )


class Processes:
    """Children of this process, each with a log of its own; leaving the context ends them, newest first.

    They end with this process in any case, also when it is killed.
    """

    def __init__(self, variables: Mapping[str, str], logs: Path) -> None:
        self._environment = os.environ | dict(variables)
        self._logs = logs
        self._started: list[tuple[str, subprocess.Popen[bytes]]] = []

    def __enter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del kind, error, trace
        for _, process in reversed(self._started):
            process.send_signal(signal.SIGINT)  # at once, without waiting for kept connections
        for _, process in reversed(self._started):
            with suppress(subprocess.TimeoutExpired):
                process.wait(_END_SECONDS)
            process.__exit__(None, None, None)  # lets go of what did not end

    def start(self, name: str, arguments: Sequence[str], *, ready: str | None = None) -> None:
        """Start `python …arguments`; with `ready`, return once a GET of that address answers 200.

        Raises:
            click.ClickException: when it ends or does not answer in time; names the log.
        """
        log = self._log(name)
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 # our own programs
                leashed([sys.executable, *arguments]),
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._started.append((name, process))
        deadline = time.monotonic() + _READY_SECONDS
        while ready is not None and not _answers(ready):
            if process.poll() is not None:
                raise click.ClickException(
                    f"The {name} did not start. {_last_line(log)} All it said is in {log}."
                )
            if time.monotonic() > deadline:
                raise click.ClickException(f"The {name} did not answer in time. What it said is in {log}.")
            time.sleep(_POLL_SECONDS)

    def run(self, name: str, arguments: Sequence[str]) -> None:
        """Run `python …arguments` to its end.

        Raises:
            click.ClickException: when it fails; names the log.
        """
        log = self._log(name)
        with log.open("wb") as output:
            status = subprocess.call(  # noqa: S603 # our own programs
                [sys.executable, *arguments], env=self._environment, stdout=output, stderr=subprocess.STDOUT
            )
        if status:
            raise click.ClickException(
                f"The {name} could not be made. {_last_line(log)} All it said is in {log}."
            )

    def wait(self) -> None:
        """Until Ctrl-C or SIGTERM, or until a part ends by itself.

        Raises:
            click.ClickException: when a part ended by itself.
        """
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            while True:
                for name, process in self._started:
                    if process.poll() is not None:
                        log = self._log(name)
                        raise click.ClickException(
                            f"The {name} ended. {_last_line(log)} All it said is in {log}."
                        )
                time.sleep(_POLL_SECONDS)
        except KeyboardInterrupt:
            click.echo("\nEnding everything …")

    def _log(self, name: str) -> Path:
        return self._logs / f"{name.replace(' ', '-').lower()}.log"


def _interrupt(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt


def _answers(url: str) -> bool:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=2)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
