"""`embedded-app db …`."""

from __future__ import annotations

import click

from embedded_app import storage
from embedded_app.commands.environment import with_app


@click.group("db")
def group() -> None:
    """The database schema."""


@group.command()
@with_app
def upgrade() -> None:
    """Bring the schema, and what is sealed in it, up to date; does nothing when it is."""
    storage.upgrade()
    click.echo("The database is up to date.")
