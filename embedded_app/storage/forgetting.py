"""Takes a person out of every table, by what the tables declare."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, delete, or_, update

from embedded_app.storage._database import Model, db
from embedded_app.storage.retention import FORGOTTEN


def forget_person(principal_id: UUID, name: str) -> None:
    """Delete and replace what is a person's of the company in scope, in the open transaction; see `Retention`."""
    for mapper in Model.registry.mappers:
        table, declared = mapper.class_, mapper.class_.retention
        statement: Any
        if declared.row_of is not None:
            statement = delete(table).where(_is(getattr(table, declared.row_of), principal_id))
        elif declared.names:
            theirs = (
                or_(*(getattr(table, column) == name for column in declared.names))
                if declared.named_by is None
                else _is(getattr(table, declared.named_by), principal_id)
            )
            statement = update(table).where(theirs).values(dict.fromkeys(declared.names, FORGOTTEN))
        else:
            continue
        db.session.execute(statement.execution_options(synchronize_session=False))


def _is(column: Any, principal_id: UUID) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column == (
        principal_id if isinstance(column.type, Uuid) else str(principal_id)
    )
    return found
