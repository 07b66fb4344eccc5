"""Give a company a new data key and seal all its values anew, while the service goes on.

1. The new data key is stored beside the old one: from then on it seals, and both open.
2. Every value under the old key is opened and sealed again, each by compare-and-swap.
3. A wait, for values that were sealed under the old key just before step 1 and are not committed yet, and for
   those who have read a value and not opened it yet.
4. Step 2 for what was committed meanwhile; then again from 3, until there is nothing.
5. The old data key goes.

Each value says which key it is under, so what is left is known at any time: kill it anywhere, run it again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta

from sqlalchemy import ColumnElement, LargeBinary, func, select
from sqlalchemy.orm import undefer

from embedded_app import audit
from embedded_app.clock import Clock
from embedded_app.crypto import Vault, WrappedKey
from embedded_app.errors import KeyDestroyed, Unsealable
from embedded_app.ids import CompanyId
from embedded_app.keys.long_work import BATCH, Progress, patiently
from embedded_app.keys.tables import Table, tables_of_companies, tables_of_wrapped_keys
from embedded_app.storage import Company, company_scope, db, find_wrapped_key

_log = logging.getLogger(__name__)

WAIT = timedelta(minutes=10)
"""Longer than anything takes between sealing a value and committing it, or between reading and opening it."""


class Renewal:
    """One company's way from its data key to a new one.

    Raises, from every step: `KeyDestroyed`, `UnknownKey`, `KeysUnreachable`. What was done stays done.
    """

    def __init__(self, vault: Vault, clock: Clock, company_id: CompanyId, actor: audit.Actor) -> None:
        self._vault = vault
        self._clock = clock
        self._company_id = company_id
        self._actor = actor
        self._change_key(vault.begin_renewal, "data_key.renewal_begun")
        self._generation = patiently(clock, lambda: vault.generation(company_id))

    def seal_anew(self) -> Iterator[Progress]:
        """Seal whatever is still under the old key; news come after every batch."""
        for table in tables_of_companies():
            yield from self._seal_table(table)

    def end(self) -> None:
        """Let the old data key go.

        Raises:
            Unsealable: when values are left that neither key opens; both keys stay.
        """
        left = {table.name: n for table in tables_of_companies() if (n := self._count(table))}
        if left:
            named = ", ".join(f"{count} in {table}" for table, count in left.items())
            raise Unsealable(
                f"Values of company {self._company_id} are still under the old data key: {named}. "
                f"The old key was kept. The log names values that do not open; run the command again."
            )
        self._change_key(
            lambda company_id, wrapped: self._vault.end_renewal(company_id, wrapped, self._generation),
            "data_key.renewed",
        )

    def _seal_table(self, table: Table) -> Iterator[Progress]:
        total = self._count(table)
        done = failed = 0
        batch = self._read(table)
        while batch:
            failed += sum(not self._seal_row(table, row_id) for row_id in batch)
            done += len(batch)
            yield Progress(table.name, done, max(done, total), failed)
            batch = self._read(table, table.id > batch[-1])

    def _seal_row(self, table: Table, row_id: object) -> bool:
        """Whether the row is fine now: sealed anew here or by whoever changed it meanwhile, or gone."""
        with company_scope(self._company_id):
            row = db.session.scalars(
                select(table.model)
                .where(table.id == row_id)
                .options(undefer(table.value))
                .execution_options(populate_existing=True)
            ).one_or_none()
            old, context = (
                (None, None) if row is None else (getattr(row, table.value.key), row.seal_context())
            )
            db.session.expunge_all()  # a row that a traceback holds on to may not be asked anything again
            db.session.rollback()
            if old is None or context is None:
                return True
            try:
                new = patiently(
                    self._clock, lambda: self._vault.seal(context, self._vault.open(context, old))
                )
            except Unsealable:
                _log.exception("a value could not be opened", extra={"row": f"{table.name} {row_id}"})
                return False
            table.swap(row_id, old, **{table.value.key: new})
            db.session.commit()
            return True

    def _read(self, table: Table, *conditions: ColumnElement[bool]) -> list[object]:
        with company_scope(self._company_id):
            found = db.session.scalars(
                select(table.id).where(self._is_left(table), *conditions).order_by(table.id).limit(BATCH)
            ).all()
            db.session.rollback()
        return list(found)

    def _count(self, table: Table) -> int:
        with company_scope(self._company_id):
            count = db.session.scalar(
                select(func.count()).select_from(table.model).where(self._is_left(table))
            )
            db.session.rollback()
        return count or 0

    def _is_left(self, table: Table) -> ColumnElement[bool]:
        """By the first byte of the stored value, so that the database does not hand out what is done."""
        generation = func.substr(table.value, 1, 1, type_=LargeBinary)
        return table.value.is_not(None) & (generation != bytes([self._generation]))  # type: ignore[no-any-return]

    def _change_key(self, change: Callable[[int, WrappedKey], WrappedKey], event: str) -> None:
        """Store what `change` makes of the wrapped data keys, and say so; does nothing if that is the same."""
        table = next(table for table in tables_of_wrapped_keys() if table.model is Company)
        while True:
            old = find_wrapped_key(self._company_id)
            db.session.rollback()
            if old is None:
                raise KeyDestroyed("This company is not here, or its data key was destroyed.")
            new = patiently(self._clock, lambda old=old: change(self._company_id, old))  # type: ignore[misc]
            if new == old:
                return
            with company_scope(self._company_id):
                stored = table.swap(
                    self._company_id,
                    old.wrapped,
                    master_key_id=new.master_key_id,
                    wrapped_data_key=new.wrapped,
                )
                if stored:
                    audit.record(event, actor=self._actor)
                db.session.commit()
            if stored:
                return
