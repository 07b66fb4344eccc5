"""The command line: `embedded-app …`. Each command is a few lines around the service that does the work."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from embedded_app import audit, demo, installations, storage
from embedded_app import keys as key_care
from embedded_app.app import ROOT, create_app
from embedded_app.config import Config
from embedded_app.errors import ConfigurationError, EmbeddedAppError
from embedded_app.ids import CompanyId, parse_company_id, parse_project_id
from embedded_app.installations import Grant, Revocation
from embedded_app.jobs import jobs
from embedded_app.storage import Company, company_scope, db, system_scope
from embedded_app.web import logs

_THREADS = 16
_KEEP_ALIVE_SECONDS = (
    65  # an open frame asks now and then; a new connection would cost a round trip each time
)
_ROWS = {"sign_in_flows": "pending sign-ins"}
Command = TypeVar("Command", bound=Callable[..., Any])


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


def _config() -> Config:
    try:
        return Config.from_environment(os.environ)
    except ConfigurationError as error:
        raise click.ClickException("\n".join(error.problems)) from None


def _configured_app() -> Flask:
    return create_app(_config())


def _refuse_wrong_keys() -> None:
    """End the start with a sentence when the database holds what the master keys cannot unwrap.

    A database that does not answer, or has no tables yet, refuses no start: /readyz says so until it does.
    """
    try:
        key_care.service().check()
    except SQLAlchemyError:
        click.echo("The database cannot be read yet. /readyz says when it can.", err=True)


def with_app(function: Command) -> Command:
    """Run a command inside the app that the environment configures."""

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        with _configured_app().app_context():
            return function(*args, **kwargs)

    return run  # type: ignore[return-value] # same signature, by `wraps`


@cli.command("demo")
@click.option("--reset", is_flag=True, help="Forget everything the demo kept and start over.")
@click.option("--app-port", default=8470, show_default=True, help="Where the app listens.")
@click.option(
    "--simulator-port", default=8460, show_default=True, help="Where the simulated Procore listens."
)
def demo_command(*, reset: bool, app_port: int, simulator_port: int) -> None:
    """Run everything on this machine: a simulated Procore, a sample ERP, the app and its worker."""
    demo.run(
        demo.Options(
            folder=ROOT / "instance" / "demo", app_port=app_port, simulator_port=simulator_port, reset=reset
        )
    )


@cli.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def simulator(arguments: tuple[str, ...]) -> None:
    """Run the simulated Procore alone; `embedded-app simulator --help` lists its options."""
    sys.exit(subprocess.call([sys.executable, "-m", "embedded_app.simulator", *arguments]))  # noqa: S603 # the person's own arguments, to our own program


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, envvar="PORT")
@click.option("--workers", default=os.cpu_count() or 1, show_default="cores")
def serve(host: str, port: int, workers: int) -> None:
    """Serve the app with gunicorn; the environment configures it (docs/configuration.md)."""
    with _configured_app().app_context():
        _refuse_wrong_keys()
        db.engine.dispose()
    gunicorn = Path(sys.executable).with_name("gunicorn")
    arguments = ["--worker-class", "gthread", "--workers", str(workers), "--threads", str(_THREADS)]
    arguments += ["--bind", f"{host}:{port}", "--chdir", str(ROOT), "--graceful-timeout", "20"]
    arguments += ["--keep-alive", str(_KEEP_ALIVE_SECONDS), "wsgi:app"]
    os.execv(gunicorn, [str(gunicorn), *arguments])  # noqa: S606 # no shell is wanted


@cli.command()
def worker() -> None:
    """Work off the queue and the schedule until a signal ends it."""
    config = _config()
    logs.configure(config)
    with create_app(config).app_context():
        _refuse_wrong_keys()
        jobs().run_worker()


@cli.group("db")
def database() -> None:
    """The database schema."""


@database.command()
@with_app
def upgrade() -> None:
    """Bring the schema up to date; does nothing when it is."""
    storage.upgrade()
    click.echo("The database is up to date.")


@cli.group()
def keys() -> None:
    """Master keys."""


@keys.command()
@click.argument("key_id")
def generate(key_id: str) -> None:
    """Print a new master key, to be put first in MASTER_KEYS. KEY_ID names it, for example 2026-11."""
    if not key_id or set(key_id) & set(",: "):
        raise click.BadParameter("A key id has no comma, colon or space.", param_hint="KEY_ID")
    click.echo(f"{key_id}:{base64.b64encode(secrets.token_bytes(32)).decode()}")


@keys.command("status")
@with_app
def status_of_keys() -> None:
    """One line a master key: id, standing, how much is under it; then the re-encryptions that have not ended."""
    for use in key_care.service().list_uses():
        click.echo(f"{use.master_key_id}\t{use.standing}\t{_rows_of(use)}")
    for unfinished in key_care.service().list_unfinished():
        company_id, begun = unfinished.company_id, f"{unfinished.begun_at:%Y-%m-%d %H:%M} UTC"
        click.echo(
            f"{company_id}\tre-encryption begun {begun}, not ended\t"
            f"if none runs: embedded-app companies re-encrypt {company_id}"
        )


def _rows_of(use: key_care.KeyUse) -> str:
    return ", ".join(f"{count:,} {_ROWS.get(table, table)}" for table, count in use.rows.items())


@keys.command("rotate")
@with_app
def rotate_keys() -> None:
    """Rewrap every data key under the first master key, while the service runs; run again after a kill."""
    service = key_care.service()
    failed = _show(service.rotate())
    active, *others = service.list_uses()
    left = sum(sum(use.rows.values()) for use in others)
    if failed or left:
        raise click.ClickException(
            f"{left:,} data keys are still under another master key than {active.master_key_id!r}; "
            f"{failed:,} of them could not be unwrapped, and the log names those. Run the command again."
        )
    click.echo(f"Everything is under {active.master_key_id!r}. The other master keys can be removed.")


@keys.command("give-up")
@click.argument("key_id")
@with_app
def give_up_key(key_id: str) -> None:
    """Give up what is under the master key KEY_ID, which is lost for good; asked twice."""
    service = key_care.service()
    click.echo(f"Under {key_id!r} are {_rows_of(service.find_lost(key_id))}.")
    click.echo(
        "Their grants, source credentials and uploaded files can never be opened again, not even if the key is "
        "found. Each of these companies has to connect again and to enter its sources anew."
    )
    click.confirm("Is every copy of the key lost?", abort=True)
    if click.prompt("Type the id of the key to give up what is under it") != key_id:
        raise click.ClickException("That is another id. Nothing was given up.")
    click.echo(f"{service.give_up(key_id):,} wrapped keys were given up. Now start the service.")


def _show(news: Iterable[key_care.Progress]) -> int:
    """Print the news as it comes; returns how many rows failed."""
    failed: dict[str, int] = {}
    for progress in news:
        failed[progress.table] = progress.failed
        click.echo(f"{_ROWS.get(progress.table, progress.table)}: {progress.done:,} of {progress.total:,}")
    return sum(failed.values())


@cli.group()
def companies() -> None:
    """The companies that have installed the app."""


@companies.command("list")
@with_app
def list_companies() -> None:
    """One line a company: Procore's id, state, name."""
    with system_scope("companies list"):
        for company in db.session.scalars(select(Company).order_by(Company.name)):
            click.echo(f"{company.id}\t{company.state}\t{company.name}")


@companies.command("doctor")
@click.argument("company")
@click.option("--project", help="Procore's id of a project to look at as well.")
@with_app
def examine_company(company: str, project: str | None) -> None:
    """Say what is wrong with the connection of COMPANY (Procore's id), and what to click."""
    found = installations.service().examine(
        parse_company_id(company), project_id=parse_project_id(project) if project else None
    )
    for diagnosis in found:
        click.echo(f"{diagnosis.condition}\t{diagnosis.evidence}")
        if diagnosis.fix:
            click.echo(f"\t→ {diagnosis.fix}")
    if [diagnosis.condition for diagnosis in found] != [installations.Condition.HEALTHY]:
        sys.exit(1)


@companies.command("delete")
@click.argument("company")
@click.option("--without-procore", is_flag=True, help="Do not wait until Procore has ended every token.")
@with_app
def delete_company(company: str, *, without_procore: bool) -> None:
    """Delete COMPANY (Procore's id) and all that is its own, once Procore has ended its tokens; asked twice."""
    company_id = parse_company_id(company)
    click.confirm(
        f"Delete company {company_id}, its settings, links, notes, files and audit log?", abort=True
    )
    if click.prompt("Type its id again") != company:
        raise click.ClickException("That is another id. Nothing was deleted.")
    left = installations.service().delete(company_id, audit.SYSTEM, wait_for_procore=not without_procore)
    if left and not without_procore:
        raise click.ClickException(
            f"The company is disconnected and not deleted yet: Procore has to confirm the end of {left:,} tokens, "
            "and the worker goes on asking. Run the command again in a minute, or with --without-procore."
        )
    click.echo("The company was deleted.")


@companies.command("re-encrypt")
@click.argument("company")
@click.option(
    "--wait",
    default=int(key_care.WAIT.total_seconds()),
    show_default=True,
    help="Seconds between the last value and the end of the old key.",
)
@with_app
def re_encrypt_company(company: str, wait: int) -> None:
    """Give COMPANY (Procore's id) a new data key and seal all its values anew; run again after a kill."""
    _show(key_care.service().re_encrypt(parse_company_id(company), wait=timedelta(seconds=wait)))
    click.echo("Everything is under the new data key. The old one is gone.")


@cli.group()
def grants() -> None:
    """The authorizations that persons and companies gave."""


@grants.command("status")
@with_app
def status_of_grants() -> None:
    """How many grants are in each state, with the cause of those that are lost."""
    query = select(Grant.state, Grant.lost_cause, func.count()).group_by(Grant.state, Grant.lost_cause)
    with system_scope("grants status"):
        for state, cause, count in db.session.execute(query.order_by(Grant.state, Grant.lost_cause)):
            click.echo(f"{state}\t{cause or ''}\t{count:,}")
        pending = db.session.scalar(select(func.count()).select_from(Revocation)) or 0
    click.echo(f"revocations\twaiting for Procore\t{pending:,}")


@grants.command("revoke-dormant")
@click.option(
    "--days",
    type=click.IntRange(min=1),
    show_default="GRANT_RETENTION_DAYS",
    help="Unused for so long.",
)
@with_app
def revoke_dormant(days: int | None) -> None:
    """Give up at once what the nightly job would give up; each person can sign in again at any time."""
    total = installations.service().revoke_dormant(timedelta(days=days) if days else None)
    click.echo(f"{total:,} grants were revoked.")


@cli.group("audit")
def audit_group() -> None:
    """The audit log."""


@audit_group.command("verify")
@click.argument("company", required=False)
@with_app
def verify_audit(company: str | None) -> None:
    """Check the chain of every company, or of COMPANY (Procore's id); fails when one does not hold."""
    with system_scope("audit verify"):
        ids = (
            [parse_company_id(company)]
            if company
            else list(map(CompanyId, db.session.scalars(select(Company.id))))
        )
    broken = 0
    for company_id in ids:
        with company_scope(company_id):
            at = audit.verify()
        broken += at is not None
        click.echo(f"{company_id}\t{'holds' if at is None else f'broken at event {at}'}")
    if broken:
        raise click.ClickException(f"{broken} of {len(ids)} chains do not hold.")


if __name__ == "__main__":
    main()
