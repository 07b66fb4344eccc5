"""`embedded-app companies …`."""

from __future__ import annotations

import sys
from datetime import timedelta

import click
from sqlalchemy import select

from embedded_app import audit, installations, keys
from embedded_app.commands.environment import with_app
from embedded_app.commands.progress import show
from embedded_app.ids import UserId, parse_company_id, parse_id, parse_project_id
from embedded_app.services import services
from embedded_app.storage import Company, company_scope, db, system_scope


@click.group("companies")
def group() -> None:
    """The companies that have installed the app."""


@group.command("list")
@with_app
def list_companies() -> None:
    """One line a company: Procore's id, state, name."""
    with system_scope("companies list"):
        for company in db.session.scalars(select(Company).order_by(Company.name)):
            click.echo(f"{company.id}\t{company.state}\t{company.name}")


@group.command("doctor")
@click.argument("company")
@click.option("--project", help="Procore's id of a project to look at as well.")
@with_app
def examine_company(company: str, project: str | None) -> None:
    """Say what is wrong with the connection of COMPANY (Procore's id), and what to click."""
    found = services().installations.examine(
        parse_company_id(company), project_id=parse_project_id(project) if project else None
    )
    for diagnosis in found:
        click.echo(f"{diagnosis.condition}\t{diagnosis.evidence}")
        if diagnosis.fix:
            click.echo(f"\t→ {diagnosis.fix}")
    if [diagnosis.condition for diagnosis in found] != [installations.Condition.HEALTHY]:
        sys.exit(1)


@group.command("delete")
@click.argument("company")
@click.option("--without-procore", is_flag=True, help="Do not wait until Procore has ended every connection.")
@with_app
def delete_company(company: str, *, without_procore: bool) -> None:
    """Delete COMPANY (Procore's id) and all that is its own, once Procore has ended its grants; asked twice."""
    company_id = parse_company_id(company)
    click.confirm(f"Delete company {company_id}, its settings, links, files and audit log?", abort=True)
    if click.prompt("Type its id again") != company:
        raise click.ClickException("That is another id. Nothing was deleted.")
    result = services().installations.delete(company_id, audit.SYSTEM, wait_for_procore=not without_procore)
    click.echo(result.revoked.sentence)
    if not result.is_deleted:
        reasons = []
        if result.left:
            reasons.append(f"Procore has to confirm the end of {_connections(result.left)}")
        if result.is_refreshing:
            reasons.append("a refresh under way may bring one more")
        raise click.ClickException(
            f"The company is disconnected and not deleted yet: {', and '.join(reasons)}. "
            "The worker goes on asking. Run the command again in a minute, or with --without-procore."
        )
    if result.left:
        click.echo(
            f"The company was deleted with {_connections(result.left)} that Procore has not ended, "
            "and that nobody can end from here any more. Uninstall the app in Procore: "
            "Company Admin, App Management."
        )
    else:
        click.echo("The company was deleted.")


def _connections(count: int) -> str:
    return "1 connection" if count == 1 else f"{count:,} connections"


@group.command("delete-person")
@click.argument("company")
@click.argument("user")
@with_app
def delete_person(company: str, user: str) -> None:
    """Delete USER (Procore's id) from COMPANY: sign-ins, connection and name; asked twice. What they did stays."""
    company_id, user_id = parse_company_id(company), UserId(parse_id(user, "user_id"))
    click.confirm(f"Delete person {user_id} from company {company_id}?", abort=True)
    if click.prompt("Type their id again") != user:
        raise click.ClickException("That is another id. Nobody was deleted.")
    with company_scope(company_id):
        revoked = services().principals.open_sessions.delete_person(user_id, audit.SYSTEM)
    click.echo(revoked.sentence)
    click.echo("The person was deleted.")


@group.command("re-encrypt")
@click.argument("company")
@click.option(
    "--wait",
    default=int(keys.WAIT.total_seconds()),
    show_default=True,
    help="Seconds between the last value and the end of the old key.",
)
@with_app
def re_encrypt_company(company: str, wait: int) -> None:
    """Give COMPANY (Procore's id) a new data key and seal all its values anew; run again after a kill."""
    show(services().keys.re_encrypt(parse_company_id(company), wait=timedelta(seconds=wait)))
    click.echo("Everything is under the new data key. The old one is gone.")
