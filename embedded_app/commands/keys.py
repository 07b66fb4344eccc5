"""`embedded-app keys …`."""

from __future__ import annotations

import base64
import secrets

import click

from embedded_app import keys
from embedded_app.commands.environment import with_app
from embedded_app.commands.progress import name_of, show
from embedded_app.services import services


@click.group("keys")
def group() -> None:
    """Master keys."""


@group.command()
@click.argument("key_id")
def generate(key_id: str) -> None:
    """Print a new master key, to be put first in MASTER_KEYS. KEY_ID names it, for example 2026-11."""
    if not key_id or set(key_id) & set(",: "):
        raise click.BadParameter("A key id has no comma, colon or space.", param_hint="KEY_ID")
    click.echo(f"{key_id}:{base64.b64encode(secrets.token_bytes(32)).decode()}")


@group.command()
@with_app
def status() -> None:
    """One line a master key: id, standing, how much is under it; then the re-encryptions that have not ended."""
    for use in services().keys.list_uses():
        click.echo(f"{use.master_key_id}\t{use.standing}\t{_rows_of(use)}")
    for unfinished in services().keys.list_unfinished():
        company_id, begun = unfinished.company_id, f"{unfinished.begun_at:%Y-%m-%d %H:%M} UTC"
        click.echo(
            f"{company_id}\tre-encryption begun {begun}, not ended\t"
            f"if none runs: embedded-app companies re-encrypt {company_id}"
        )


def _rows_of(use: keys.KeyUse) -> str:
    return ", ".join(f"{count:,} {name_of(table)}" for table, count in use.rows.items())


@group.command()
@with_app
def rotate() -> None:
    """Rewrap every data key under the first master key, while the service runs; run again after a kill."""
    service = services().keys
    failed = show(service.rotate())
    active, *others = service.list_uses()
    left = sum(sum(use.rows.values()) for use in others)
    if failed or left:
        raise click.ClickException(
            f"{left:,} data keys are still under another master key than {active.master_key_id!r}; "
            f"{failed:,} of them could not be unwrapped, and the log names those. Run the command again."
        )
    click.echo(f"Everything is under {active.master_key_id!r}. The other master keys can be removed.")


@group.command("give-up")
@click.argument("key_id")
@with_app
def give_up(key_id: str) -> None:
    """Give up what is under the master key KEY_ID, which is lost for good; asked twice."""
    service = services().keys
    lost = service.find_lost(key_id)
    click.echo(f"Under {key_id!r} are {_rows_of(lost)}.")
    click.echo(
        "Their grants, source credentials and uploaded files can never be opened again, not even if the key is "
        "found. Each of these companies has to connect again and to enter its sources again. What they held at "
        "Procore cannot be ended from here any more: let them uninstall the app there first."
    )
    if lost.rows.get("app_keys"):
        click.echo(
            "Everybody signs in again, and nobody can vouch any more for what the audit logs hold by now."
        )
    click.confirm("Is every copy of the key lost?", abort=True)
    if click.prompt("Type the id of the key to give up what is under it") != key_id:
        raise click.ClickException("That is another id. Nothing was given up.")
    click.echo(f"{service.give_up(key_id):,} wrapped keys were given up. Now start the service.")
