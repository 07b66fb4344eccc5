"""`embedded-app audit …`."""

from __future__ import annotations

import click
from sqlalchemy import select

from embedded_app import audit
from embedded_app.commands.environment import with_app
from embedded_app.ids import CompanyId, parse_company_id
from embedded_app.storage import Company, company_scope, db, system_scope


@click.group("audit")
def group() -> None:
    """The audit log."""


@group.command()
@click.argument("company", required=False)
@click.option("--head", help="SEQUENCE:HASH of an event of COMPANY as the log or a former run named it.")
@with_app
def verify(company: str | None, head: str | None) -> None:
    """Check the chain of every company, or of COMPANY (Procore's id); fails when one does not hold.

    Says the newest event of each. Keep it elsewhere, and give it to the next run.
    """
    if head and not company:
        raise click.UsageError("--head is of one company: name it.")
    known = _head_of(head) if head else None
    with system_scope("audit verify"):
        ids = (
            [parse_company_id(company)]
            if company
            else list(map(CompanyId, db.session.scalars(select(Company.id).order_by(Company.id))))
        )
    broken = 0
    for company_id in ids:
        with company_scope(company_id):
            at, newest = audit.verify(known), audit.find_head()
        broken += at is not None
        said = "holds" if at is None else f"broken at event {at}"
        click.echo(
            f"{company_id}\t{said}\t{newest.sequence}:{newest.hash}" if newest else f"{company_id}\t{said}"
        )
    if broken:
        raise click.ClickException(f"{broken} of {len(ids)} chains do not hold.")


def _head_of(text: str) -> audit.Head:
    sequence, _, newest = text.partition(":")
    if not sequence.isdecimal() or not newest:
        raise click.BadParameter("Write it as SEQUENCE:HASH.", param_hint="--head")
    return audit.Head(int(sequence), newest)
