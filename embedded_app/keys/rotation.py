"""Rewrap all data keys under the active master key, while the service goes on.

Nothing remembers how far it came: what is still under another master key is what is left to do. So it can be
killed anywhere and run again, and two runs at once only share the work.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from sqlalchemy import func, select

from embedded_app import audit
from embedded_app.clock import Clock
from embedded_app.crypto import Vault, WrappedKey
from embedded_app.errors import Unsealable
from embedded_app.keys.holders import Holder, read_holders
from embedded_app.keys.long_work import Progress, patiently
from embedded_app.keys.tables import Table, tables_of_wrapped_keys
from embedded_app.storage import db, system_scope

_log = logging.getLogger(__name__)


def rotate(vault: Vault, clock: Clock) -> Iterator[Progress]:
    """Rewrap table by table; news come after every batch.

    Raises:
        UnknownKey: when a master key that is in use is not held.
        KeysUnreachable: when the provider stays silent; what was done stays done.
    """
    for table in tables_of_wrapped_keys():
        yield from _rotate_table(table, vault, clock)


def _rotate_table(table: Table, vault: Vault, clock: Clock) -> Iterator[Progress]:
    is_left = table.model.master_key_id != vault.provider.active_id
    with system_scope("rewrap data keys"):
        total = db.session.scalar(
            select(func.count()).select_from(table.model).where(table.value.is_not(None), is_left)
        )
    done = failed = 0
    batch = read_holders(table, is_left)
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
        batch = read_holders(table, is_left, table.id > batch[-1].id)


def _rewrap(table: Table, found: Holder, vault: Vault, clock: Clock) -> None:
    """Rewrap one row, again if it changed meanwhile, until it is under the active key or gone."""
    holder: Holder | None = found
    while holder is not None:
        old = holder
        new = patiently(clock, lambda old=old: vault.rewrap(old.context, old.wrapped))  # type: ignore[misc]
        if _store(table, old, new):
            return
        is_left = table.model.master_key_id != new.master_key_id
        again = read_holders(table, is_left, table.id == old.id)
        holder = again[0] if again else None


def _store(table: Table, old: Holder, new: WrappedKey) -> bool:
    with old.scope():
        stored = table.swap(
            old.id,
            old.wrapped.wrapped,
            master_key_id=new.master_key_id,
            **{table.value.key: new.wrapped},
        )
        if stored and old.has_company:
            audit.record(
                "data_key.rewrapped",
                actor=audit.SYSTEM,
                detail={"from": old.wrapped.master_key_id, "to": new.master_key_id},
            )
        db.session.commit()
    return stored
