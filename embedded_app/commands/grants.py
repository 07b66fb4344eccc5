"""`embedded-app grants …`."""

from __future__ import annotations

from datetime import timedelta

import click
from sqlalchemy import func, select

from embedded_app import installations
from embedded_app.commands.environment import with_app
from embedded_app.installations import Grant, Revocation, SignInFlow
from embedded_app.services import services
from embedded_app.storage import db, system_scope


@click.group("grants")
def group() -> None:
    """The authorizations that persons and companies gave."""


@group.command()
@with_app
def status() -> None:
    """How many grants are in each state, with the cause of those that are lost."""
    query = select(Grant.state, Grant.lost_cause, func.count()).group_by(Grant.state, Grant.lost_cause)
    with system_scope("grants status"):
        for state, cause, count in db.session.execute(query.order_by(Grant.state, Grant.lost_cause)):
            click.echo(f"{state}\t{cause or ''}\t{count:,}")
        due, overtaken, unwanted = (
            db.session.scalar(select(func.count()).select_from(model).where(which)) or 0
            for model, which in (
                (Revocation, installations.is_due()),
                (Revocation, ~installations.is_due()),
                (SignInFlow, installations.is_unwanted()),
            )
        )
    click.echo(f"revocations\twaiting for Procore\t{due + unwanted:,}")
    click.echo(f"revocations\tuntil the access token has run out\t{overtaken:,}")


@group.command("revoke-dormant")
@click.option(
    "--days",
    type=click.IntRange(min=1),
    show_default="GRANT_RETENTION_DAYS",
    help="Unused for so long.",
)
@with_app
def revoke_dormant(days: int | None) -> None:
    """Give up at once what the nightly job would give up; each person can sign in again at any time."""
    grants, revoked = services().installations.revoke_dormant(timedelta(days=days) if days else None)
    click.echo(f"{grants:,} {'grant was' if grants == 1 else 'grants were'} given up. {revoked.sentence}")
