"""The whole thing on one machine: simulator, sample ERP, app and worker, all on loopback, ended together.

Host and app are on different *sites* (`procore.localhost` and `tieback.localhost`), so that browsers treat the
frame as they do in the field.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from embedded_app.demo import environment, processes
from embedded_app.demo.preparation import COMPANIES, prepare
from embedded_app.errors import EmbeddedAppError


@dataclass(frozen=True, slots=True)
class Options:
    """What `make demo` may be told. Everything the demo keeps is in `folder`."""

    folder: Path
    app_port: int
    simulator_port: int
    reset: bool = False


@dataclass(frozen=True, slots=True)
class Running:
    """Where a started demo is, and the processes that it consists of."""

    portal_url: str
    public_url: str
    erp: Path
    processes: processes.Processes


@contextmanager
def started(options: Options) -> Iterator[Running]:
    """Start everything; it ends with the context.

    Raises:
        click.ClickException: with one sentence, when a port is taken or a part does not start.
    """
    for name, port in (("app", options.app_port), ("simulator", options.simulator_port)):
        processes.require_free_port(name, port)
    if options.reset and options.folder.exists():
        shutil.rmtree(options.folder)
    variables = environment.prepare(options.folder, options.app_port, options.simulator_port)
    erp = options.folder / "erp"
    with processes.Processes(variables, options.folder / "logs") as parts:
        click.echo("Starting the simulated Procore …")
        parts.start(
            "simulator",
            ["-m", "embedded_app.simulator", *environment.simulator_arguments(options.folder, variables)],
            ready=f"http://127.0.0.1:{options.simulator_port}/_sim/clock",
        )
        click.echo("Preparing the database, the sample ERP and the first company …")
        for company_id in COMPANIES:
            own = erp / str(company_id)
            if not own.exists():
                parts.run("sample ERP", ["-m", "embedded_app.simulator.sample_erp", "--folder", str(own)])
        try:
            prepare(variables, options.folder)
        except (EmbeddedAppError, SQLAlchemyError) as error:
            sentence = getattr(error, "sentence", "The database of the demo cannot be used.")
            raise click.ClickException(f"{sentence} To start over: make demo RESET=1") from error
        parts.start("worker", ["-m", "embedded_app.commands", "worker"])
        parts.start(
            "app",
            ["-m", "embedded_app.commands", "serve", "--port", str(options.app_port), "--workers", "2"],
            ready=f"http://127.0.0.1:{options.app_port}/readyz",
        )
        portal_url = f"http://app.procore.localhost:{options.simulator_port}"
        yield Running(portal_url, variables["PUBLIC_URL"], erp / str(COMPANIES[-1]), parts)


def run(options: Options) -> None:
    """Start everything, say where to look, and end it all with Ctrl-C; raises as `started`."""
    with started(options) as running:
        click.echo(_GREETING.format(portal_url=running.portal_url, folder=running.erp))
        running.processes.wait()


_GREETING = """
Open  {portal_url}

  Sign in there as Dana Whitfield, open Hollis & Grant Builders, Riverside Medical Center, and choose Tieback
  in the Apps menu: the commitments stand beside the sample ERP. On a commitment, the dock on the right opens
  the side panel.
  Cascadia Civil Group has not installed the app yet: its App Management page leads through the whole install.
  Insurance certificates to upload as a source are in {folder}.

Ctrl-C ends everything. The data stays; make demo RESET=1 starts over.
"""
