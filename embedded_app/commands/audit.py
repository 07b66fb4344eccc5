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
@with_app
def verify(company: str | None) -> None:
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
