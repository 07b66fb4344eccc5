"""Rewrap all data keys under the active master key, while the service goes on.

Nothing remembers how far it came: what is still under another master key is what is left to do. So it can be
killed anywhere and run again, and two runs at once only share the work.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from embedded_app import audit
from embedded_app.clock import Clock
from embedded_app.crypto import SealContext, Vault, WrappedKey
from embedded_app.errors import Unsealable
from embedded_app.ids import CompanyId
from embedded_app.keys.long_work import BATCH, Progress, patiently
from embedded_app.keys.tables import Table, tables_of_wrapped_keys
from embedded_app.storage import company_scope, db, system_scope

_log = logging.getLogger(__name__)
_REASON = "rewrap data keys"


@dataclass(frozen=True, slots=True)
class _Holder:
    """A row with a wrapped key, as it was read."""

    id: object
    context: SealContext
    wrapped: WrappedKey

    def scope(self) -> AbstractContextManager[None]:
        owner = self.context.company_id
        return company_scope(CompanyId(owner)) if owner else nullcontext()


def rotate(vault: Vault, clock: Clock) -> Iterator[Progress]:
    """Rewrap table by table; news come after every batch.

    Raises:
        UnknownKey: when a master key that is in use is not held.
        KeysUnreachable: when the provider stays silent; what was done stays done.
    """
    for table in tables_of_wrapped_keys():
        yield from _rotate_table(table, vault, clock)


def _rotate_table(table: Table, vault: Vault, clock: Clock) -> Iterator[Progress]:
    active = vault.provider.active_id
    with system_scope(_REASON):
        total = db.session.scalar(
            select(func.count()).select_from(table.model).where(_is_left(table, active))
        )
    done = failed = 0
    batch = _read(table, active)
    while batch:
        for holder in batch:
            try:
                _rewrap(table, holder, vault, clock)
            except Unsealable:
                failed += 1
                _log.exception(
                    "a data key could not be unwrapped", extra={"row": f"{table.name} {holder.id}"}
                )
        done += len(batch)
        yield Progress(table.name, done, max(done, total or 0), failed)
        batch = _read(table, active, table.id > batch[-1].id)


def _rewrap(table: Table, found: _Holder, vault: Vault, clock: Clock) -> None:
    """Rewrap one row, again if it changed meanwhile, until it is under the active key or gone."""
    holder: _Holder | None = found
    while holder is not None:
        old = holder
        new = patiently(clock, lambda old=old: vault.rewrap(old.context, old.wrapped))  # type: ignore[misc]
        if _store(table, old, new):
            return
        again = _read(table, new.master_key_id, table.id == old.id)
        holder = again[0] if again else None


def _store(table: Table, old: _Holder, new: WrappedKey) -> bool:
    with old.scope():
        stored = table.swap(
            old.id,
            old.wrapped.wrapped,
            master_key_id=new.master_key_id,
            **{table.value.key: new.wrapped},
        )
        if stored and old.context.company_id:
            audit.record(
                "data_key.rewrapped",
                actor=audit.SYSTEM,
                detail={"from": old.wrapped.master_key_id, "to": new.master_key_id},
            )
        db.session.commit()
    return stored


def _read(table: Table, active: str, *conditions: ColumnElement[bool]) -> list[_Holder]:
    """The next rows that are not under the `active` key. No transaction stays open while they are rewrapped."""
    with system_scope(_REASON):
        rows = db.session.scalars(
            select(table.model)
            .where(_is_left(table, active), *conditions)
            .order_by(table.id)
            .limit(BATCH)
            .execution_options(populate_existing=True)
        ).all()
        found = [
            _Holder(row.id, row.seal_context(), WrappedKey(row.master_key_id, getattr(row, table.value.key)))
            for row in rows
        ]
        db.session.expunge_all()
        db.session.rollback()
    return found


def _is_left(table: Table, active: str) -> Any:
    return table.value.is_not(None) & (table.model.master_key_id != active)
