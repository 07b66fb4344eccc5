"""What runs until somebody ends it: the demo, the simulator alone, the server and the worker."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp

import click
from sqlalchemy.exc import SQLAlchemyError

from embedded_app.app import ROOT
from embedded_app.commands import environment
from embedded_app.demo import Options
from embedded_app.demo import run as run_demo
from embedded_app.health.metrics import FOLDER_VARIABLE
from embedded_app.services import services
from embedded_app.storage import db
from embedded_app.web import logs

_THREADS = 16
# An open frame asks now and then; a new connection would cost a round trip each time.
_KEEP_ALIVE_SECONDS = 65


@click.command()
@click.option("--reset", is_flag=True, help="Forget everything the demo kept and start over.")
@click.option("--app-port", default=8470, show_default=True, help="Where the app listens.")
@click.option(
    "--simulator-port", default=8460, show_default=True, help="Where the simulated Procore listens."
)
def demo(*, reset: bool, app_port: int, simulator_port: int) -> None:
    """Run everything on this machine: a simulated Procore, a sample ERP, the app and its worker."""
    run_demo(
        Options(
            folder=ROOT / "instance" / "demo", app_port=app_port, simulator_port=simulator_port, reset=reset
        )
    )


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def simulator(arguments: tuple[str, ...]) -> None:
    """Run the simulated Procore alone; `embedded-app simulator --help` lists its options."""
    sys.exit(subprocess.call([sys.executable, "-m", "embedded_app.simulator", *arguments]))  # noqa: S603 # the person's own arguments, to our own program


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, envvar="PORT")
@click.option("--workers", default=os.cpu_count() or 1, show_default="cores")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the app with gunicorn; the environment configures it (docs/configuration.md)."""
    with environment.configured_app().app_context():
        _refuse_wrong_keys()
        db.session.remove()  # or its connection would outlive the pool
        db.engine.dispose()
    os.environ[FOLDER_VARIABLE] = os.environ.get(FOLDER_VARIABLE) or mkdtemp(prefix="tieback-metrics-")
    gunicorn = Path(sys.executable).with_name("gunicorn")
    arguments = ["--worker-class", "gthread", "--workers", str(workers), "--threads", str(_THREADS)]
    arguments += ["--bind", f"{host}:{port}", "--chdir", str(ROOT), "--graceful-timeout", "20"]
    arguments += ["--keep-alive", str(_KEEP_ALIVE_SECONDS), "wsgi:app"]
    os.execv(gunicorn, [str(gunicorn), *arguments])  # noqa: S606 # no shell is wanted


@click.command()
def worker() -> None:
    """Work off the queue and the schedule until a signal ends it."""
    config = environment.read_config()
    logs.configure(config)
    with environment.configured_app(config).app_context():
        _refuse_wrong_keys()
        services().jobs.run_worker()


def _refuse_wrong_keys() -> None:
    """End the start with a sentence when the database holds what the master keys cannot unwrap.

    A database that does not answer, or has no tables yet, refuses no start: /readyz says so until it does.
    """
    try:
        services().keys.check()
    except SQLAlchemyError:
        click.echo("The database cannot be read yet. /readyz says when it can.", err=True)
