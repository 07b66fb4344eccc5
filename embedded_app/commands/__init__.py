"""The command line: `embedded-app …`. Each command is a few lines around the service that does the work."""

from __future__ import annotations

import sys

import click

from embedded_app.commands import audit, companies, database, grants, keys, processes
from embedded_app.errors import EmbeddedAppError


def main() -> None:
    """Entry point; an error that a person can act on is printed as its sentence, without a traceback."""
    try:
        cli(standalone_mode=True)
    except EmbeddedAppError as error:
        click.echo(error.sentence, err=True)
        sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """Tieback: a company's own systems beside the live Procore record."""


cli.add_command(processes.demo)
cli.add_command(processes.simulator)
cli.add_command(processes.serve)
cli.add_command(processes.worker)
cli.add_command(database.group)
cli.add_command(keys.group)
cli.add_command(companies.group)
cli.add_command(grants.group)
cli.add_command(audit.group)
