"""Rows that hold a wrapped key, read in batches, so that work on all of them keeps no transaction open."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from embedded_app.crypto import SealContext, WrappedKey
from embedded_app.ids import CompanyId
from embedded_app.keys.long_work import BATCH
from embedded_app.keys.tables import Table
from embedded_app.storage import company_scope, db, system_scope


@dataclass(frozen=True, slots=True)
class Holder:
    """A row with a wrapped key, as it was read."""

    id: object
    context: SealContext
    wrapped: WrappedKey

    @property
    def has_company(self) -> bool:
        """Whether a company owns it, whose audit log tells what is done to it."""
        return bool(self.context.company_id)

    def scope(self) -> AbstractContextManager[None]:
        return company_scope(CompanyId(self.context.company_id)) if self.has_company else nullcontext()


def read_holders(table: Table, *conditions: ColumnElement[bool]) -> list[Holder]:
    """The next rows of `table` that meet the conditions, by id; none whose key was destroyed."""
    with system_scope("rows with wrapped keys"):
        rows = db.session.scalars(
            select(table.model)
            .where(table.value.is_not(None), *conditions)
            .order_by(table.id)
            .limit(BATCH)
            .execution_options(populate_existing=True)
        ).all()
        found = [
            Holder(row.id, row.seal_context(), WrappedKey(row.master_key_id, getattr(row, table.value.key)))
            for row in rows
        ]
        db.session.expunge_all()
        db.session.rollback()
    return found
